import type { Command } from "commander";
import { WasmoteError } from "../errors.js";
import { describeType, elementCount } from "../graph/tensor.js";
import type { Manifest, ManifestTensor } from "../package/manifest.js";
import type { Runner } from "../run/types.js";
import { addBoardOptions, type BoardOptions, openRunnerOrBoard } from "./board-runner.js";
import { UsageError } from "./errors.js";
import { readWholeFile, sameFile, writeFilesAtomically } from "./files.js";
import { readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";
import { outputText } from "./output-text.js";

interface RunOptions extends BoardOptions {
  input?: string[];
  output?: string[];
  json?: boolean;
}

const help = `
Give one --input for each model input, in order, and likewise --output; the ending says how a file is read:
  .npy   inputs of the model's own dtype as they are, float32 or float64 quantized; outputs of the model's dtype
  .bin   the tensor's bytes as they are, little-endian
  .json  real values, in flat or nested arrays
  .png .jpg   (inputs) a picture of exactly the input's size; how pixels become values is told on stderr
  .wav   (inputs) 16-bit PCM, one channel
A file that holds N times the input runs the model N times in a row, and an output then holds N results.

Example: wasmote run digits.wasm --input digit-7.png`;

/** Adds the command `run` to the program. */
export function registerRun(program: Command, output: Output): void {
  const command = program
    .command("run")
    .description("Run a built model on files.")
    .argument("<model>", "a .wasm built by wasmote")
    .option("--input <file...>", "files of the model's inputs, in order")
    .option("--output <file...>", "files for the model's outputs, in order; printed if none is given")
    .option("--on <runner>", "wasm3, node, or a board of `wasmote boards`", "wasm3")
    .option("--json", "print all output values as JSON")
    .addHelpText("after", help)
    .action((model: string, options: RunOptions) => run(model, options, output));
  addBoardOptions(command);
}

async function run(path: string, options: RunOptions, output: Output): Promise<void> {
  const file = await readModuleFile(path);
  const { manifest } = file;
  const inputPaths = options.input ?? [];
  const outputPaths = options.output ?? [];
  requireCounts(manifest, inputPaths, outputPaths);
  await refuseOverwriting([path, ...inputPaths], outputPaths);
  const { requireOutputEnding, requireJsonCount, encodeOutput } = await import(
    "../run/tensor-files/index.js"
  );
  for (const target of outputPaths) await withFile(target, () => requireOutputEnding(target));

  const inputs = await readInputs(manifest, inputPaths, output);
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
      bytes: encodeOutput(results[i]!, target, manifest.outputs[i]!),
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
    tensors.map((tensor) => `${tensor.name} (${describeType(tensor)})`).join(", ");
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

async function refuseOverwriting(read: readonly string[], written: readonly string[]): Promise<void> {
  for (const [i, target] of written.entries()) {
    for (const source of [...read, ...written.slice(0, i)]) {
      if (await sameFile(source, target)) {
        throw new UsageError(`the output ${target} would overwrite ${source}`, "Give --output another name.");
      }
    }
  }
}

/** Numbers in all outputs of one run. */
function outputCount({ outputs }: Manifest): number {
  return outputs.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

async function readInputs(
  manifest: Manifest,
  paths: readonly string[],
  output: Output,
): Promise<Uint8Array[][]> {
  const { readInput } = await import("../run/tensor-files/index.js");
  const inputs: Uint8Array[][] = [];
  for (const [i, path] of paths.entries()) {
    const tensor = manifest.inputs[i]!;
    const bytes = await readWholeFile(path);
    const { frames, notes } = await withFile(path, () => readInput(bytes, path, tensor));
    if (notes.length > 0) output.talk(`${path}: ${notes.join("; ")}`);
    if (inputs.length > 0 && frames.length !== inputs[0]!.length) {
      throw new WasmoteError(
        "input-size",
        `${frames.length} frames where ${paths[0]} has ${inputs[0]!.length}; all inputs need as many`,
        { file: path },
      );
    }
    inputs.push(frames);
  }
  return inputs;
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
    if (frameCount > 1) output.progress(`running frame ${frame + 1} of ${frameCount}`);
    for (const [i, frames] of inputs.entries()) await runner.writeInput(i, frames[frame]!);
    await runner.run();
    for (const [i, frames] of results.entries()) frames.push(await runner.readOutput(i));
  }
  return results;
}

async function jsonResult(manifest: Manifest, results: readonly Uint8Array[][]): Promise<object> {
  const { decodeReals, decodeStored, framesShape, joinFrames } = await import("../run/tensor-files/index.js");
  return {
    outputs: manifest.outputs.map((tensor, i) => {
      const bytes = joinFrames(results[i]!);
      return {
        name: tensor.name,
        dtype: tensor.dtype,
        shape: framesShape(tensor.shape, results[i]!.length),
        values: decodeReals(bytes, tensor),
        raw: decodeStored(bytes, tensor.dtype),
        ...(tensor.labels === undefined ? {} : { labels: tensor.labels }),
      };
    }),
  };
}

async function withFile<T>(file: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof WasmoteError ? error.at({ file }) : error;
  }
}
