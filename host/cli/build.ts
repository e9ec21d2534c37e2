import { mkdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import { callGraphFunctions } from "../abi/limits.js";
import { WasmoteError } from "../errors.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import type { BuiltModel } from "../pipeline.js";
import { buildJson, buildText } from "./build-report.js";
import { UsageError } from "./errors.js";
import { readWholeFile, recordingReader, sameFile, writeFilesAtomically } from "./files.js";
import type { Output } from "./output.js";
import { bytesText, thousands } from "./table.js";
import { addUserOperators, operatorsOption } from "./user-operators.js";

const quantizations = ["auto", "int8", "int16x8", "float32"] as const;

interface BuildOptions {
  out?: string;
  calibrate: string[];
  quantize: (typeof quantizations)[number];
  keep?: string;
  wat?: boolean;
  operators?: string;
  board?: string;
  json?: boolean;
}

const help = `
A float model is quantized to int8 with the calibration samples; an int8 model is taken as it is.
Calibration files are .npy, .bin (float32), .json, .png or .jpg (pixel / 255), with one sample or a leading axis of
several; a folder gives all of its files. A model of several inputs takes one --calibrate for each, in order.

Example: wasmote build digits/model.json --calibrate samples/calibration.npy -o digits.wasm`;

/** Adds the command `build` to the program. */
export function registerBuild(program: Command, output: Output): void {
  program
    .command("build")
    .description("Turn a trained model into one .wasm file.")
    .argument("<model>", "a .tflite file or a TF.js Layers model.json")
    .option(
      "-o, --out <file>",
      "the file to write; by default the model's name with .wasm, in this folder; folders are made",
    )
    .option("--calibrate <file|dir>", "samples of the model's input; may be repeated", append, [])
    .addOption(new Option("--quantize <kind>", "number format").choices(quantizations).default("auto"))
    .option("--keep <dir>", "write the steps with their kernels and parameters to steps.txt in this folder")
    .option(
      "--wat",
      "with --keep: also write the module as WebAssembly text to model.wat; needs the package wabt",
    )
    .addOption(operatorsOption())
    .option("--board <name>", "refuse a model that does not fit this board of `wasmote boards`")
    .option("--json", "print the report as JSON")
    .addHelpText("after", help)
    .action((model: string, options: BuildOptions) => build(model, options, output));
}

async function build(modelPath: string, options: BuildOptions, output: Output): Promise<void> {
  if (options.quantize !== "auto" && options.quantize !== "int8") {
    throw new WasmoteError("quantization-unsupported", `--quantize ${options.quantize}`);
  }
  const fitting = options.board === undefined ? undefined : await fittingBoard(options.board);
  if (options.wat === true && options.keep === undefined) {
    throw new UsageError("--wat is of no use without --keep", "Add --keep, or leave --wat out.");
  }
  if (options.keep === "") throw new UsageError("--keep names no folder", "Name one.");
  const kernels = await addUserOperators(options, output);
  output.progress(`reading ${modelPath} ...`);
  const bytes = await readModel(modelPath);
  const read = [modelPath];
  const { importModel, modelName } = await import("../import/index.js");
  const graph = importModel(modelPath, bytes, recordingReader(read));

  const calibration = await readCalibration(graph, options.calibrate, output);
  read.push(...calibration.files);
  const out = options.out ?? `${modelName(modelPath)}.wasm`;
  const { keep } = options;
  const keptNames = keep === undefined ? [] : ["steps.txt", ...(options.wat === true ? ["model.wat"] : [])];
  const keptPaths = keptNames.map((name) => join(keep ?? "", name));
  await refuseOverwriting(read, [out, ...keptPaths]);

  output.progress(`building ${graph.name} ...`);
  const { buildModel } = await import("../pipeline.js");
  const built = await withFile(modelPath, () =>
    buildModel(graph, { calibration: calibration.samples, kernels }),
  );
  const kept = keep === undefined ? [] : await keptTexts(built, options.wat === true);

  const fit = fitting?.(built);
  for (const path of [out, ...keptPaths]) await makeFolder(dirname(path));
  await writeFilesAtomically([
    ...keptPaths.map((path, i) => ({ path, bytes: new TextEncoder().encode(kept[i]) })),
    { path: out, bytes: built.wasm },
  ]);
  if (built.functionNames.length > callGraphFunctions) {
    output.talk(
      `${built.functionNames.length} functions: of more than ${callGraphFunctions}, a board keeps all compiled code in RAM`,
    );
  }
  for (const path of keptPaths) output.talk(`wrote ${path}`);
  output.talk(`wrote ${out} (${bytesText(built.wasm.length)})`);
  if (options.json) output.json({ ...buildJson(built, out), ...(fit && { fit: fit.verdict }) });
  else output.data([...(await buildText(built, output.styles)), ...(fit?.lines ?? [])]);
}

/**
 * How a built model fits the board of that name, for the report. Throws `board-unknown` at once, and
 * `board-too-small` for a model.
 */
async function fittingBoard(
  name: string,
): Promise<(built: BuiltModel) => { verdict: object; lines: readonly string[] }> {
  const [{ loadBoard }, { builtFit, fitLines }] = await Promise.all([
    import("../boards/index.js"),
    import("./board-fit.js"),
  ]);
  loadBoard(name);
  return (built) => {
    const verdict = builtFit(name, built);
    return { verdict, lines: fitLines(verdict) };
  };
}

function append(value: string, previous: string[]): string[] {
  return [...previous, value];
}

async function readModel(path: string): Promise<Uint8Array> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) {
    throw new WasmoteError("file-unreadable", "it is a folder; name the model.json or .tflite file in it", {
      file: path,
    });
  }
  return readWholeFile(path);
}

async function readCalibration(
  graph: Graph,
  paths: readonly string[],
  output: Output,
): Promise<{ samples?: Float32Array[][]; files: string[] }> {
  if (paths.length === 0) return { files: [] };
  output.progress("reading calibration samples ...");
  const { loadCalibration } = await import("../run/tensor-files/index.js");
  const inputs = graph.inputs.map((index) => tensorAt(graph, index));
  const { samples, files, notes } = await loadCalibration(paths, inputs);
  const from = files.length === 1 ? files[0] : `${thousands(files.length)} files`;
  output.talk(
    `calibration: ${thousands(samples.length)} samples from ${from}${notes.map((n) => `; ${n}`).join("")}`,
  );
  return { samples, files };
}

async function refuseOverwriting(read: readonly string[], written: readonly string[]): Promise<void> {
  for (const [i, target] of written.entries()) {
    for (const other of written.slice(i + 1)) {
      if (await sameFile(other, target))
        throw new UsageError(`${target} would be written twice`, "Give -o another name.");
    }
    for (const source of read) {
      if (await sameFile(source, target)) {
        throw new UsageError(`${target} would overwrite ${source}, which was read`, "Give -o another name.");
      }
    }
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw new WasmoteError("file-unwritable", (error as NodeJS.ErrnoException).code ?? String(error), {
      file: path,
    });
  }
}

/** What `--keep` keeps: the steps, below the command line; and the module as text where it is asked for. */
async function keptTexts(built: BuiltModel, asWat: boolean): Promise<string[]> {
  const { printProgram } = await import("../lower/print.js");
  const command = ["wasmote", ...process.argv.slice(2)].map(quoted).join(" ");
  const steps = `# ${command}\n${printProgram(built.program)}`;
  if (!asWat) return [steps];
  const { writeWat } = await import("../tools/wat.js");
  return [steps, `;; ${command}\n${await writeWat(built.code, built.functionNames)}`];
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : JSON.stringify(argument);
}

async function withFile<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof WasmoteError ? error.at({ file }) : error;
  }
}
