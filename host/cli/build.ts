import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import { callGraphFunctions } from "../abi/limits.js";
import { readableModels } from "../files/formats.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import type { BuiltModel } from "../pipeline.js";
import { buildJson, buildText } from "./build-report.js";
import { ofNoUse, UsageError } from "./errors.js";
import { bytesText, thousands } from "./figures.js";
import { makeFolder, recordingReader, refuseOverwriting, withFile, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import { dimOption, importOptions, layoutOption, type OpenOptions, requireObeyed } from "./import-options.js";
import {
  type InputOptions,
  inputReadings,
  meanOption,
  sampleRateOption,
  stdOption,
} from "./input-options.js";
import { readModelFile } from "./model-file.js";
import type { Output } from "./output.js";
import { addUserOperators, operatorsOption, verboseOption } from "./user-operators.js";

const quantizations = ["auto", "int8", "float32"] as const;

interface BuildOptions extends InputOptions, OpenOptions {
  out?: string;
  calibrate: string[];
  quantize: (typeof quantizations)[number];
  keep?: string;
  wat?: boolean;
  operators?: string;
  board?: string;
  verbose?: boolean;
  json?: boolean;
}

const help = `
A float model is quantized to int8 with the calibration samples; without any, or with --quantize float32, it runs in
float32. An int8 model is taken as it is.
Calibration files are .npy, .bin (float32), .json, pictures (.png, .jpg, .bmp) and sounds (.wav), with one sample or
several; a folder gives all of its files. A model of several inputs takes one --calibrate for each, in order.
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
    .addOption(dimOption())
    .addOption(layoutOption())
    .addOption(meanOption())
    .addOption(stdOption())
    .addOption(sampleRateOption("rate of the sounds that the model takes"))
    .addOption(
      new Option("--quantize <kind>", "what a float model runs in").choices(quantizations).default("auto"),
    )
    .option("--keep <dir>", "write the steps with their kernels and parameters to steps.txt in this folder")
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

  const inputs = await describeInputs(graph, options, output);
  const calibration = await readCalibration(inputs, options, output);
  read.push(...calibration.files);
  const out = options.out ?? `${modelName(modelPath)}.wasm`;
  const { keep } = options;
  const keptNames = keep === undefined ? [] : ["steps.txt", ...(options.wat === true ? ["model.wat"] : [])];
  const keptPaths = keptNames.map((name) => join(keep ?? "", name));
  await refuseOverwriting(read, [out, ...keptPaths], "Give -o another name.");

  output.progress(`building ${graph.name}`);
  const built = await onModel(() =>
    buildModel(graph, {
      calibration: calibration.samples,
      kernels,
      inputs: inputs.readings,
      ...(options.quantize === "auto" ? {} : { quantize: options.quantize }),
    }),
  );
  if (takesSamples && options.quantize === "auto" && calibration.samples === undefined) {
    output.talk(
      "it runs in float32; int8 is smaller and faster, for which it needs samples of its inputs (--calibrate), if `wasmote inspect` finds that it can",
    );
  }
  const kept = keep === undefined ? [] : await keptTexts(built, options.wat === true);

  const fit = await fitting?.(built);
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
): Promise<(built: BuiltModel) => Promise<{ verdict: object; lines: readonly string[] }>> {
  const [{ loadBoard }, { requiredFit, fitLines }] = await Promise.all([
    import("../boards/index.js"),
    import("./board-fit.js"),
  ]);
  loadBoard(name);
  return async (built) => {
    const verdict = await requiredFit(name, built.wasm);
    return { verdict, lines: fitLines(verdict) };
  };
}

function append(value: string, previous: string[]): string[] {
  return [...previous, value];
}

/** The model's inputs, and how files are read for each. Throws `UsageError` for options that fit none. */
async function describeInputs(graph: Graph, options: InputOptions, output: Output) {
  const { coloursFirstHelp, hasColoursFirst, pictureSizeOf } = await import("../run/tensor-files/index.js");
  const shapes = graph.inputs.map((index) => tensorAt(graph, index).shape);
  if (options.std?.every((std) => std < 1)) {
    output.talk(
      "warning: --mean and --std count in pixels of 0 to 255; those of 0 to 1 are to be given times 255",
    );
  }
  const help = shapes.some(hasColoursFirst) ? coloursFirstHelp : undefined;
  const readings = inputReadings(options, shapes, (shape) => pictureSizeOf(shape)?.channels, help);
  return { shapes, readings };
}

const shownNotes = 6;

/** The first of the notes on calibration files, of which each may have its own. */
function notesText(notes: readonly string[]): string {
  const others = notes.length - shownNotes;
  const more = others > 0 ? [`and ${thousands(others)} notes more of this kind`] : [];
  return [...notes.slice(0, shownNotes), ...more].map((note) => `; ${note}`).join("");
}

/** Samples of which there are fewer may miss what the model meets. */
const fewSamples = 20;

async function readCalibration(
  { shapes, readings }: Awaited<ReturnType<typeof describeInputs>>,
  { calibrate: paths }: BuildOptions,
  output: Output,
): Promise<{ samples?: Float32Array[][]; files: string[] }> {
  if (paths.length === 0) return { files: [] };
  output.progress("reading calibration samples");
  const { loadCalibration } = await import("../run/tensor-files/index.js");
  const inputs = shapes.map((shape, i) => ({ shape, ...readings[i] }));
  const { samples, files, notes } = await loadCalibration(paths, inputs);
  const from = files.length === 1 ? files[0] : `${thousands(files.length)} files`;
  output.talk(
    `calibration: ${thousands(samples.length)} ${samples.length === 1 ? "sample" : "samples"} from ${from}${notesText(notes)}`,
  );
  if (samples.length < fewSamples) {
    output.talk(
      `warning: ${samples.length === 1 ? "1 sample is" : `${samples.length} samples are`} few; a hundred that differ show what values the model meets`,
    );
  }
  return { samples, files };
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
