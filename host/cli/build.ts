import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import { callGraphFunctions } from "../abi/limits.js";
import { readableModels } from "../files/formats.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import type { InputReading } from "../package/manifest.js";
import type { BuiltModel } from "../pipeline.js";
import { quantizations } from "../quantize/scheme.js";
import { buildJson, buildText } from "./build-report.js";
import { ofNoUse, UsageError } from "./errors.js";
import { bytesText } from "./figures.js";
import { makeFolder, recordingReader, refuseOverwriting, withFile, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import { dimOption, importOptions, layoutOption, type OpenOptions, requireObeyed } from "./import-options.js";
import { fileReadings, type InputOptions, meanOption, sampleRateOption, stdOption } from "./input-options.js";
import { layersFile, readModelFile } from "./model-file.js";
import type { Output } from "./output.js";
import { openSampleFiles, readSampleFiles, samplesOption } from "./samples.js";
import { addUserOperators, operatorsOption, verboseOption } from "./user-operators.js";

const kinds = ["auto", ...quantizations, "float32"] as const;

interface BuildOptions extends InputOptions, OpenOptions {
  out?: string;
  calibrate: string[];
  samples?: number;
  quantize: (typeof kinds)[number];
  keep?: string;
  wat?: boolean;
  operators?: string;
  board?: string;
  verbose?: boolean;
  json?: boolean;
}

const help = `
A float model is quantized to int8 with the calibration samples; without any, or with --quantize float32, it runs in
float32. An int8 model is taken as it is. --quantize int16 has activations of 16 bits, int4 weights of 4 bits, hybrid int8
weights with float32 activations; what cannot run so is int8.
Calibration files are .npy, .bin (float32), .json, pictures (.png, .jpg, .bmp) and sounds (.wav), with one sample or
several; a folder gives all of its files, at any depth. A model of several inputs takes one --calibrate for each, in
order; or folders of samples, each with input_0.*, input_1.*, ...; or .npz files with an array for each input.
Pixels become pixel / 255, or (pixel - mean) / std with --mean and --std. The file keeps these and --sample-rate, so that
run reads pictures and sounds likewise.
An open batch is 1. Other lengths that a model leaves open need --dim; inspect tells their names. Axes stay in the file's
order, unless --layout nhwc puts channels last: a camera's picture then needs no rearranging.

Example: wasmote build digits/model.json --calibrate samples/calibration.npy -o digits.wasm`;

/** Adds the command `build` to the program. */
export function registerBuild(program: Command, output: Output): void {
  const command = program
    .command("build")
    .description("Turn a trained model into one .wasm file.")
    .argument("<model>", readableModels)
    .option(
      "-o, --out <file>",
      "the file to write; by default the model's name with .wasm, in this folder; folders are made",
    )
    .addOption(
      new Option("--calibrate <file|dir>", "samples of a float model's input; may be repeated")
        .argParser(append)
        .default([], "none"),
    )
    .addOption(samplesOption())
    .addOption(dimOption())
    .addOption(layoutOption())
    .addOption(meanOption())
    .addOption(stdOption())
    .addOption(sampleRateOption("rate of the sounds that the model takes"))
    .addOption(new Option("--quantize <kind>", "what a float model runs in").choices(kinds).default("auto"))
    .option(
      "--keep <dir>",
      "write to this folder: the steps with their kernels and parameters (steps.txt), and what compare reads layers by (layers.json)",
    )
    .option(
      "--wat",
      "with --keep: also write the module as WebAssembly text to model.wat; needs the package wabt",
    )
    .addOption(operatorsOption())
    .option("--board <name>", "refuse a model that does not fit this board of `wasmote boards`")
    .addOption(verboseOption())
    .option("--json", "print the report as JSON")
    .action((model: string, options: BuildOptions) => build(model, options, output));
  addHelp(command, help);
}

async function build(modelPath: string, options: BuildOptions, output: Output): Promise<void> {
  const fitting = options.board === undefined ? undefined : await fittingBoard(options.board);
  if (options.wat === true && options.keep === undefined) {
    throw new UsageError("--wat is of no use without --keep", "Add --keep, or leave --wat out.");
  }
  if (options.wat === true) await (await import("../tools/wat.js")).requireWabt();
  const kernels = await addUserOperators(options, output);
  output.progress(`reading ${modelPath}`);
  const bytes = await readModelFile(modelPath);
  const read = [modelPath];
  const { examineModel, inWordsOf, modelName, requireGraph } = await import("../import/index.js");
  const { buildModel, takesCalibration } = await import("../pipeline.js");
  const imported = await examineModel(
    modelPath,
    bytes,
    recordingReader(modelPath, read),
    importOptions(options),
  );
  requireObeyed(options, imported);
  const graph = await withFile(modelPath, () => requireGraph(imported));
  const onModel = <T>(work: () => T | Promise<T>): Promise<T> =>
    withFile(modelPath, () => inWordsOf(imported, work));
  const takesSamples = await onModel(() => takesCalibration(graph));
  if (options.calibrate.length > 0 && !takesSamples) {
    throw ofNoUse("--calibrate", "the model is not of float32 alone");
  }
  if (options.quantize === "float32" && options.calibrate.length > 0) {
    throw ofNoUse("--calibrate", "--quantize float32 takes no samples");
  }

  if (options.samples !== undefined && options.calibrate.length === 0) {
    throw ofNoUse("--samples", "there is no --calibrate that gives samples");
  }
  const shapes = graph.inputs.map((index) => tensorAt(graph, index).shape);
  const readings = await fileReadings(options, shapes, output);
  const calibration = await readCalibration(graph, readings, options, output);
  read.push(...calibration.files);
  const out = options.out ?? `${modelName(modelPath)}.wasm`;
  const { keep } = options;
  const keptNames =
    keep === undefined ? [] : ["steps.txt", layersFile, ...(options.wat === true ? ["model.wat"] : [])];
  const keptPaths = keptNames.map((name) => join(keep ?? "", name));
  await refuseOverwriting(read, [out, ...keptPaths], "Give -o another name.");

  output.progress(`building ${graph.name}`);
  const built = await onModel(() =>
    buildModel(graph, {
      calibration: calibration.samples,
      kernels,
      inputs: readings,
      ...(options.quantize === "auto" ? {} : { quantize: options.quantize }),
    }),
  );
  if (takesSamples && options.quantize === "auto" && calibration.samples === undefined) {
    output.talk(
      "it runs in float32; int8 is smaller and faster, for which it needs samples of its inputs (--calibrate), if `wasmote inspect` finds that it can",
    );
  }
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
  else output.data([...(await buildText(built, output)), ...(fit?.lines ?? [])]);
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

/** Samples of which there are fewer may miss what the model meets. */
const fewSamples = 20;

async function readCalibration(
  graph: Graph,
  readings: readonly InputReading[],
  { calibrate: paths, samples: limit }: BuildOptions,
  output: Output,
): Promise<{ samples?: Float32Array[][]; files: readonly string[] }> {
  if (paths.length === 0) return { files: [] };
  const reading = { name: "calibration", limit, consecutive: (graph.variables ?? []).length > 0 };
  const inputs = graph.inputs.map((index, i) => {
    const { name, shape } = tensorAt(graph, index);
    return { name, shape, ...readings[i] };
  });
  const source = await openSampleFiles(paths, inputs, reading, output);
  const { samples } = await readSampleFiles(source, reading, output);
  if (samples.length < fewSamples) {
    output.talk(
      `warning: ${samples.length === 1 ? "1 sample is" : `${samples.length} samples are`} few; a hundred that differ show what values the model meets`,
    );
  }
  return { samples, files: source.files };
}

/** What `--keep` keeps: the steps, below the command line; where layers lie; and the module as text where it is asked for. */
async function keptTexts(built: BuiltModel, asWat: boolean): Promise<string[]> {
  const [{ printProgram }, { layersOf }] = await Promise.all([
    import("../lower/print.js"),
    import("../evaluate/layers.js"),
  ]);
  const command = ["wasmote", ...process.argv.slice(2)].map(quoted).join(" ");
  const steps = `# ${command}\n${printProgram(built.program)}`;
  const sha256 = createHash("sha256").update(built.wasm).digest("hex");
  const layers = `${JSON.stringify(layersOf(built.graph, built.plan, sha256), undefined, 1)}\n`;
  if (!asWat) return [steps, layers];
  const { writeWat } = await import("../tools/wat.js");
  return [steps, layers, `;; ${command}\n${await writeWat(built.code, built.functionNames)}`];
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : JSON.stringify(argument);
}
