import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { type Command, Option } from "commander";
import { callGraphFunctions } from "../abi/limits.js";
import type { BuiltApplication } from "../app/build-application.js";
import type { Fit } from "../boards/index.js";
import { readableModels } from "../files/formats.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import type { InputReading } from "../package/manifest.js";
import type { BuiltModel } from "../pipeline.js";
import { quantizations } from "../quantize/scheme.js";
import type { ModelReport } from "../report/types.js";
import type { SampleSource } from "../run/samples/index.js";
import { isApplicationFile } from "./app-file.js";
import { type ComparedSamples, compareWithFloat } from "./build-accuracy.js";
import { boundsOf, buildAsBounded, frontierLines } from "./build-budget.js";
import { buildJson, buildText } from "./build-report.js";
import { ofNoUse, UsageError } from "./errors.js";
import { bytesText } from "./figures.js";
import {
  makeFolder,
  type PendingFile,
  recordingReader,
  refuseOverwriting,
  withFile,
  writeFilesAtomically,
} from "./files.js";
import { addHelp } from "./help.js";
import { dimOption, importOptions, layoutOption, type OpenOptions, requireObeyed } from "./import-options.js";
import { fileReadings, type InputOptions, meanOption, sampleRateOption, stdOption } from "./input-options.js";
import { layersFile, readModelFile } from "./model-file.js";
import type { Output } from "./output.js";
import { openSampleFiles, readSampleFiles, readSampleLabels, samplesOption, samplesText } from "./samples.js";
import { addUserOperators, operatorsOption, verboseOption } from "./user-operators.js";

const kinds = ["auto", ...quantizations, "float32"] as const;

export interface BuildOptions extends InputOptions, OpenOptions {
  out?: string;
  calibrate: string[];
  validate: string[];
  labels?: string;
  report?: string;
  samples?: number;
  quantize: (typeof kinds)[number];
  keep?: string;
  wat?: boolean;
  operators?: string;
  board?: string;
  budget?: string;
  verbose?: boolean;
  recording?: string;
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
A quantized model is compared with its float original, layer by layer: on the samples of --validate, which are read as those
of --calibrate, else on the calibration samples. Their --labels are a .npy, .json, .csv or .txt with the number or name of a
class for each; or "folders", where samples lie in folders that are called as their classes. --report also writes all that is
known of the model as a page.
An application's file (.json) is built likewise: a pipeline from a sensor to decisions, with the models that it names.
With --budget, and for a --board that it does not fit else, a float model becomes the form of the least error within the
bounds: layers with weights of fewer bits where that costs the least, parts computed one after the other where RAM is short.
All forms that are worth it are listed. Latency is an estimate and needs --board. RAM is all that the board takes, without
--board the most of any. Other models, and with --quantize, are computed part by part alone, and give the same bytes.
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
    .addOption(
      new Option("--validate <file|dir>", "samples that accuracy is measured on; may be repeated")
        .argParser(append)
        .default([], "those of --calibrate"),
    )
    .option("--labels <file|folders>", "the class of each sample that accuracy is measured on")
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
    .option("--report <file>", "also write accuracy, memory and cost as one HTML page; folders are made")
    .option(
      "--board <board>",
      "a board of `wasmote boards`: a float model that does not fit it is made to, any other is refused",
    )
    .option("--budget <bounds>", "RAM in all, flash of the file, time: ram=96k,flash=512k,latency=50ms")
    .addOption(verboseOption())
    .option(
      "--recording <file>",
      "of an application: the board plays this in place of its sensor, once (.wav, .npy, .csv)",
    )
    .option("--json", "print the report as JSON")
    .action((model: string, options: BuildOptions) => build(model, options, output));
  addHelp(command, help);
}

async function build(modelPath: string, options: BuildOptions, output: Output): Promise<void> {
  const fitting = options.board === undefined ? undefined : await fittingBoard(options.board);
  const within = await boundsOf(options);
  if (options.wat === true && options.keep === undefined) {
    throw new UsageError("--wat is of no use without --keep", "Add --keep, or leave --wat out.");
  }
  if (options.wat === true) await (await import("../tools/wat.js")).requireWabt();
  const kernels = await addUserOperators(options, output);
  output.progress(`reading ${modelPath}`);
  const bytes = await readModelFile(modelPath);
  if (isApplicationFile(modelPath, bytes)) {
    const { buildApplicationFile } = await import("./build-app.js");
    return buildApplicationFile(modelPath, bytes, { ...options, kernels }, fitting, output);
  }
  if (options.recording !== undefined)
    throw ofNoUse("--recording", "it is a model that is built, and no application");
  const read = [modelPath];
  const { examineModel, inWordsOf, modelName, requireGraph } = await import("../import/index.js");
  const { takesCalibration } = await import("../pipeline.js");
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
  const measuring = options.validate.length > 0 ? "--validate" : "--labels";
  if ((options.validate.length > 0 || options.labels !== undefined) && options.calibrate.length === 0) {
    throw ofNoUse(measuring, "accuracy is that of quantization, and there is no --calibrate");
  }
  const shapes = graph.inputs.map((index) => tensorAt(graph, index).shape);
  const readings = await fileReadings(options, shapes, output);
  const calibration = await readCalibration(graph, readings, options, output);
  const compared = await comparedSamples(graph, readings, calibration, options, output);
  read.push(...calibration.files, ...compared.files);
  const out = options.out ?? `${modelName(modelPath)}.wasm`;
  const { keep } = options;
  const keptNames =
    keep === undefined ? [] : ["steps.txt", layersFile, ...(options.wat === true ? ["model.wat"] : [])];
  const keptPaths = keptNames.map((name) => join(keep ?? "", name));
  const reportPaths = options.report === undefined ? [] : [options.report];
  await refuseOverwriting(read, [out, ...keptPaths, ...reportPaths], "Give -o another name.");

  output.progress(`building ${graph.name}`);
  const { built, forms } = await onModel(() =>
    buildAsBounded(
      graph,
      {
        calibration: calibration.samples,
        kernels,
        inputs: readings,
        ...(options.quantize === "auto" ? {} : { quantize: options.quantize }),
      },
      within,
    ),
  );
  if (takesSamples && options.quantize === "auto" && calibration.samples === undefined) {
    output.talk(
      "it runs in float32; int8 is smaller and faster, for which it needs samples of its inputs (--calibrate), if `wasmote inspect` finds that it can",
    );
  }
  const kept = keep === undefined ? [] : await keptTexts(built, options.wat === true);

  const fit = await fitting?.(built);
  const { makeReport } = await import("../report/make-report.js");
  const comparison = await compareWithFloat(built, compared, kernels, output);
  const report = makeReport(built, {
    compared: comparison,
    fit: fit?.verdict,
    ...(forms && { frontier: forms.frontier }),
  });
  for (const path of [out, ...keptPaths, ...reportPaths]) await makeFolder(dirname(path));
  await writeFilesAtomically([
    ...keptPaths.map((path, i) => ({ path, bytes: new TextEncoder().encode(kept[i]) })),
    ...(await reportFiles(reportPaths, report)),
    { path: out, bytes: built.wasm },
  ]);
  if (built.functionNames.length > callGraphFunctions) {
    output.talk(
      `${built.functionNames.length} functions: of more than ${callGraphFunctions}, a board keeps all compiled code in RAM`,
    );
  }
  for (const path of [...keptPaths, ...reportPaths]) output.talk(`wrote ${path}`);
  output.talk(`wrote ${out} (${bytesText(built.wasm.length)})`);
  if (options.json) output.json({ ...buildJson(built, out), ...(fit && { fit: fit.verdict }), report });
  else {
    const accuracy = await accuracyLines(report, output);
    const frontier = forms === undefined ? [] : frontierLines(forms.frontier, output);
    output.data([...(await buildText(built, output)), ...accuracy, ...frontier, ...(fit?.lines ?? [])]);
  }
}

/**
 * How a built model fits the board of that name, for the report. Throws `board-unknown` at once, and
 * `board-too-small` for a model.
 */
async function fittingBoard(
  name: string,
): Promise<
  (
    built: BuiltModel & Partial<Pick<BuiltApplication, "pins">>,
  ) => Promise<{ verdict: Fit; lines: readonly string[] }>
> {
  const [{ loadBoard }, { requiredFit, fitLines }] = await Promise.all([
    import("../boards/index.js"),
    import("./board-fit.js"),
  ]);
  loadBoard(name);
  return async (built) => {
    const verdict = await requiredFit(name, built.wasm, built.pins);
    return { verdict, lines: fitLines(verdict) };
  };
}

function append(value: string, previous: string[]): string[] {
  return [...previous, value];
}

/** Samples of which there are fewer may miss what the model meets. */
const fewSamples = 20;

/** Samples that a model was calibrated with. */
interface CalibrationSamples {
  samples?: Float32Array[][];
  source?: SampleSource;
  /** Numbers of the samples in their source. */
  indices: readonly number[];
  files: readonly string[];
}

/** What samples are read for: the model's inputs as they are named, and as files are read for them. */
function sampledInputs(graph: Graph, readings: readonly InputReading[]) {
  return graph.inputs.map((index, i) => {
    const { name, shape } = tensorAt(graph, index);
    return { name, shape, ...readings[i] };
  });
}

async function readCalibration(
  graph: Graph,
  readings: readonly InputReading[],
  { calibrate: paths, samples: limit, labels }: BuildOptions,
  output: Output,
): Promise<CalibrationSamples> {
  if (paths.length === 0) return { indices: [], files: [] };
  const consecutive = (graph.variables ?? []).length > 0;
  const reading = { name: "calibration", limit, consecutive, except: labels === undefined ? [] : [labels] };
  const source = await openSampleFiles(paths, sampledInputs(graph, readings), reading, output);
  const { samples, indices } = await readSampleFiles(source, reading, output);
  if (samples.length < fewSamples) {
    output.talk(
      `warning: ${samples.length === 1 ? "1 sample is" : `${samples.length} samples are`} few; a hundred that differ show what values the model meets`,
    );
  }
  return { samples, source, indices, files: source.files };
}

/** The samples that accuracy is measured on: those of `--validate`, else those of calibration; with their labels. */
async function comparedSamples(
  graph: Graph,
  readings: readonly InputReading[],
  { samples = [], source, indices }: CalibrationSamples,
  { calibrate, validate, labels: given }: BuildOptions,
  output: Output,
): Promise<ComparedSamples & { files: readonly string[] }> {
  const first = tensorAt(graph, graph.outputs[0] ?? -1);
  const labelsOf = async (labelled: SampleSource | undefined): Promise<number[] | undefined> =>
    given === undefined || labelled === undefined
      ? undefined
      : readSampleLabels(given, labelled, first, output);
  const calibrated = samples.length;
  if (validate.length === 0) {
    const all = await labelsOf(source);
    return {
      count: calibrated,
      read: (index) => samples[index] as Float32Array[],
      labels: all && indices.map((index) => all[index] as number),
      data: { calibrated, heldBack: false, sources: calibrate },
      files: [],
    };
  }
  const reading = { name: "validation", except: given === undefined ? [] : [given] };
  const others = await openSampleFiles(validate, sampledInputs(graph, readings), reading, output);
  output.talk(samplesText(others, others.count, reading));
  return {
    count: others.count,
    read: (index) => others.read(index),
    labels: await labelsOf(others),
    data: { calibrated, heldBack: true, sources: validate },
    files: others.files,
  };
}

/** The report's page, to be written to each of these paths. */
async function reportFiles(paths: readonly string[], report: ModelReport): Promise<PendingFile[]> {
  if (paths.length === 0) return [];
  const { reportPage } = await import("../report/page/page.js");
  const bytes = new TextEncoder().encode(reportPage(report));
  return paths.map((path) => ({ path, bytes }));
}

/** The accuracy of a model that was compared, below what else is told of it. */
async function accuracyLines(report: ModelReport, { width, styles }: Output): Promise<string[]> {
  const { accuracyText } = await import("../report/text.js");
  const lines = accuracyText(report, { width, heading: styles.dim });
  return lines.length === 0 ? [] : ["", ...lines];
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
  const layers = `${JSON.stringify(layersOf(built, sha256), undefined, 1)}\n`;
  if (!asWat) return [steps, layers];
  const { writeWat } = await import("../tools/wat.js");
  return [steps, layers, `;; ${command}\n${await writeWat(built.code, built.functionNames)}`];
}

function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : JSON.stringify(argument);
}
