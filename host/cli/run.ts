import type { Command } from "commander";
import { WasmoteError } from "../errors.js";
import { readStandardInput, readWholeFile } from "../files/read.js";
import { describeType, elementCount, interfaceType } from "../graph/tensor.js";
import type { Manifest, ManifestTensor } from "../package/manifest.js";
import type { InputKind } from "../run/tensor-files/index.js";
import type { Runner } from "../run/types.js";
import { addBoardOptions, type BoardOptions, openRunnerOrBoard } from "./board-runner.js";
import { ofNoUse, UsageError } from "./errors.js";
import { refuseOverwriting, withFile, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import { sampleRateOption } from "./input-options.js";
import { readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";
import { outputText } from "./output-text.js";

interface RunOptions extends BoardOptions {
  input?: string[];
  output?: string[];
  sampleRate?: number;
  json?: boolean;
  raw?: boolean;
}

const help = `
Give one --input for each model input, in order, and likewise --output; the ending says how a file is read:
  .npy   inputs of float32 or float64, or of the dtype that the board computes with; outputs of the model's dtype
  .bin   elements of the model's own dtype, little-endian
  .json  real values, in flat or nested arrays
  .png .jpg .bmp   (inputs) a picture; one of another size is resized
  .wav   (inputs) a sound; it is mixed down to one channel and brought to the model's sample rate
  -      (inputs) standard input; what is no .npy, picture or sound is taken as .bin
What is done to a file's values is told on stderr. A known content counts more than the ending.
A model whose own inputs and outputs are float32 keeps them, whatever it computes with; --raw reads and writes .bin and
.npy files as the board holds them, in int8.
A file that holds N times the input runs the model N times in a row, and an output then holds N results. A model with state
starts anew with each command, and keeps its state from one of these runs to the next.

Example: wasmote run digits.wasm --input digit-7.png`;

/** Adds the command `run` to the program. */
export function registerRun(program: Command, output: Output): void {
  const command = program
    .command("run")
    .description("Run a built model on files.")
    .argument("<model>", "a .wasm built by wasmote")
    .option("--input <file...>", "files of the model's inputs, in order")
    .option("--output <file...>", "files for the model's outputs, in order; printed if none is given")
    .addOption(sampleRateOption("rate of the model's sounds, in place of the one that it was built with"))
    .option("--raw", "files hold what the board does: its stored dtype, not the model's own")
    .option("--json", "print all output values as JSON")
    .action((model: string, options: RunOptions) => run(model, options, output));
  addHelp(addBoardOptions(command), help);
}

async function run(path: string, options: RunOptions, output: Output): Promise<void> {
  const file = await readModuleFile(path);
  const { manifest } = file;
  const inputPaths = options.input ?? [];
  const outputPaths = options.output ?? [];
  requireCounts(manifest, inputPaths, outputPaths);
  await refuseOverwriting([path, ...inputPaths], outputPaths, "Give --output another name.");
  const { requireOutputEnding, requireJsonCount, encodeOutput } = await import(
    "../run/tensor-files/index.js"
  );
  for (const target of outputPaths) await withFile(target, () => requireOutputEnding(target));

  const { inputs, kinds } = await readInputs(manifest, inputPaths, options, output);
  requireUse(options, kinds);
  const frameCount = inputs[0]?.length ?? 1;
  if (options.json) requireJsonCount(frameCount * outputCount(manifest));
  const runner = await openRunnerOrBoard(options, file, output);
  let results: Uint8Array[][];
  try {
    results = await runFrames(runner, manifest, inputs, frameCount, output);
  } finally {
    await runner.close();
  }

  await writeFilesAtomically(
    outputPaths.map((target, i) => ({
      path: target,
      bytes: encodeOutput(results[i]!, target, manifest.outputs[i]!, options),
    })),
  );
  for (const target of outputPaths) output.talk(`wrote ${target}`);
  if (options.json) output.json(await jsonResult(manifest, results), 0);
  else if (outputPaths.length === 0) {
    output.data(await outputText(manifest.outputs, results, output.styles));
  }
}

function requireCounts(manifest: Manifest, inputs: readonly string[], outputs: readonly string[]): void {
  const list = (tensors: readonly ManifestTensor[]) =>
    tensors.map((tensor) => `${tensor.name} (${describeType(interfaceType(tensor))})`).join(", ");
  if (inputs.length !== manifest.inputs.length) {
    throw new WasmoteError(
      "input-count",
      `${inputs.length} for the model's ${manifest.inputs.length}: ${list(manifest.inputs)}`,
    );
  }
  if (outputs.length > 0 && outputs.length !== manifest.outputs.length) {
    throw new WasmoteError(
      "output-count",
      `${outputs.length} for the model's ${manifest.outputs.length}: ${list(manifest.outputs)}`,
    );
  }
}

/** Numbers in all outputs of one run. */
function outputCount({ outputs }: Manifest): number {
  return outputs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

async function readInputs(
  manifest: Manifest,
  paths: readonly string[],
  options: Pick<RunOptions, "raw" | "sampleRate">,
  output: Output,
): Promise<{ inputs: Uint8Array[][]; kinds: InputKind[] }> {
  const { readInput, standardInput } = await import("../run/tensor-files/index.js");
  if (paths.filter((path) => path === standardInput).length > 1) {
    throw new UsageError("standard input for several inputs", "Give files for all inputs but one.");
  }
  const inputs: Uint8Array[][] = [];
  const kinds: InputKind[] = [];
  for (const [i, path] of paths.entries()) {
    const { sampleRate } = options;
    const tensor = { ...manifest.inputs[i]!, ...(sampleRate === undefined ? {} : { sampleRate }) };
    const bytes = path === standardInput ? await readStandardInput() : readWholeFile(path);
    const { kind, frames, notes } = await withFile(path, () => readInput(bytes, path, tensor, options));
    if (notes.length > 0) output.talk(`${path}: ${notes.join("; ")}`);
    if (inputs.length > 0 && frames.length !== inputs[0]!.length) {
      throw new WasmoteError(
        "input-size",
        `${frames.length} frames where ${paths[0]} has ${inputs[0]!.length}; all inputs need as many`,
        { file: path },
      );
    }
    inputs.push(frames);
    kinds.push(kind);
  }
  return { inputs, kinds };
}

/** Refuses options that no file of these kinds has a use for. */
function requireUse({ sampleRate, raw, output = [] }: RunOptions, kinds: readonly InputKind[]): void {
  if (sampleRate !== undefined && !kinds.includes("wav")) {
    throw ofNoUse("--sample-rate", "no input is a sound");
  }
  const isRaw = (kind: InputKind) => kind === "bin" || kind === "npy";
  if (raw && !kinds.some(isRaw) && !output.some((target) => /\.(bin|npy)$/i.test(target))) {
    throw ofNoUse("--raw", "no input or output is .bin or .npy");
  }
}

async function runFrames(
  runner: Runner,
  manifest: Manifest,
  inputs: readonly Uint8Array[][],
  frameCount: number,
  output: Output,
): Promise<Uint8Array[][]> {
  const results: Uint8Array[][] = manifest.outputs.map(() => []);
  for (let frame = 0; frame < frameCount; frame++) {
    output.progress(
      `running ${manifest.name} on ${runner.name}`,
      frameCount > 1 ? `frame ${frame + 1} of ${frameCount}` : undefined,
    );
    for (const [i, frames] of inputs.entries()) await runner.writeInput(i, frames[frame]!);
    await runner.run();
    for (const [i, frames] of results.entries()) frames.push(await runner.readOutput(i));
  }
  return results;
}

/** The text of a number; null where it has none. */
const textOf =
  (texts: readonly string[]) =>
  (number: number): string | null =>
    texts[number] ?? null;

async function jsonResult(manifest: Manifest, results: readonly Uint8Array[][]): Promise<object> {
  const { decodeReals, decodeStored, framesShape, joinFrames } = await import("../run/tensor-files/index.js");
  return {
    outputs: manifest.outputs.map((tensor, i) => {
      const bytes = joinFrames(results[i]!);
      return {
        name: tensor.name,
        dtype: interfaceType(tensor).dtype,
        shape: framesShape(tensor.shape, results[i]!.length),
        values: decodeReals(bytes, tensor),
        rawDtype: tensor.dtype,
        raw: decodeStored(bytes, tensor.dtype),
        ...(tensor.labels === undefined ? {} : { labels: tensor.labels }),
        ...(tensor.texts === undefined
          ? {}
          : { texts: decodeStored(bytes, tensor.dtype).map(textOf(tensor.texts)) }),
      };
    }),
  };
}
