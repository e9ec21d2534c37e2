import type { Command } from "commander";
import { WasmoteError } from "../errors.js";
import type { Sample } from "../evaluate/subject.js";
import { readableModels } from "../files/formats.js";
import { elementCount, interfaceType } from "../graph/tensor.js";
import { packageKernels } from "../kernels/library.js";
import type { InputReading } from "../package/manifest.js";
import type { SampledInput, SampleSource } from "../run/samples/index.js";
import { addBoardOptions, type BoardOptions, namesBoard } from "./board-runner.js";
import { type ComparedEnd, type ComparedModel, readComparedModel } from "./compared-model.js";
import { comparisonJson, comparisonText } from "./comparison-report.js";
import { ofNoUse, UsageError } from "./errors.js";
import { thousands } from "./figures.js";
import { addHelp } from "./help.js";
import { dimOption, layoutOption, type OpenOptions, requireObeyed } from "./import-options.js";
import { fileReadings, type InputOptions, meanOption, sampleRateOption, stdOption } from "./input-options.js";
import type { Output } from "./output.js";
import { openSampleFiles, readSampleLabels, samplesOption, samplesText } from "./samples.js";
import { addUserOperators, operatorsOption } from "./user-operators.js";

interface CompareOptions extends BoardOptions, OpenOptions, InputOptions {
  input: string[];
  samples?: number;
  labels?: string;
  layers?: string[];
  operators?: string;
  json?: boolean;
}

const help = `
Model A is what model B is measured by: a trained model, which runs as it is, or a .wasm. B is what was built of it, or any
other model with the same inputs and outputs. Both are given the same real values.
Samples are files and folders as \`build --calibrate\` takes them; all are used, or --samples of them, evenly spread.
Labels are a .npy, .json, .csv or .txt with the number or name of a class for each sample; or "folders", where samples lie
in folders that are called as their classes.
Outputs correspond by their order, layers by name and shape, or where no name is the same by operator and shape. Where a .wasm keeps its layers is in the layers.json that
\`build --keep DIR\` writes: it is found beside the .wasm, or named with --layers.
SQNR is the ratio of the values' energy to that of their differences, in decibels: 6 dB halve the error.

Example: wasmote compare digits/model.json digits.wasm --input samples/calibration.npy`;

/** Adds the command `compare` to the program. */
export function registerCompare(program: Command, output: Output): void {
  const command = program
    .command("compare")
    .description("Tell how near a model's results are to another's, layer by layer.")
    .argument("<model-a>", `the reference: ${readableModels}, or a .wasm built by wasmote`)
    .argument("<model-b>", "what is compared with it, likewise")
    .requiredOption("--input <file|dir...>", "samples, for each input where there are several")
    .addOption(samplesOption("all"))
    .option("--labels <file|folders>", "the class of each sample, for the accuracy of both")
    .option("--layers <file...>", "layers.json of the built models, where they are not beside them")
    .addOption(dimOption())
    .addOption(layoutOption())
    .addOption(meanOption())
    .addOption(stdOption())
    .addOption(sampleRateOption("rate of the sounds that the models take"))
    .addOption(operatorsOption())
    .option("--json", "print the figures as JSON")
    .action((a: string, b: string, options: CompareOptions) => compare([a, b], options, output));
  addHelp(addBoardOptions(command), help);
}

async function compare(
  paths: readonly [string, string],
  options: CompareOptions,
  output: Output,
): Promise<void> {
  const libraries = (await addUserOperators(options, output)) ?? [packageKernels()];
  const read = (path: string) =>
    readComparedModel(path, { ...options, layers: options.layers ?? [] }, libraries, output);
  const [a, b] = [await read(paths[0]), await read(paths[1])];
  requireUse(options, [a, b]);
  requireSameEnds(a, b);

  const reading = {
    name: "input",
    consecutive: a.hasState || b.hasState,
    except: options.labels === undefined ? [] : [options.labels],
  };
  const source = await openSampleFiles(
    options.input,
    await sampledInputs(a, b, options, output),
    reading,
    output,
  );
  const labels = await labelsFor(source, a, b, options, output);
  const { spread } = await import("../run/samples/index.js");
  const { count } = source;
  const limit = options.samples ?? count;
  const indices = spread(reading.consecutive ? Math.min(limit, count) : count, limit);

  const { compareSubjects } = await import("../evaluate/compare-graphs.js");
  const first = await a.open();
  const second = await b.open().catch(async (error) => {
    await first.close();
    throw error;
  });
  try {
    const samples = samplesOf(source, indices, output);
    const comparison = await compareSubjects(first.subject, second.subject, samples, {
      ...(labels && { labels: indices.map((index) => labels[index] as number) }),
    });
    output.talk(samplesText(source, indices.length, reading));
    const sides = [
      { path: a.path, name: a.name, on: first.on },
      { path: b.path, name: b.name, on: second.on },
    ] as const;
    if (comparison.tensors.length === 0) output.talk(noLayersText([a, b], options));
    if (comparison.byOrder)
      output.talk(
        "no layers have the same name: those of the same operator and shape are paired in their order",
      );
    if (options.json) output.json(comparisonJson(comparison, sides));
    else output.data(comparisonText(comparison, sides, output));
  } finally {
    await first.close();
    await second.close();
  }
}

/** Samples one after the other, with how far it is. */
async function* samplesOf(
  source: SampleSource,
  indices: readonly number[],
  output: Output,
): AsyncGenerator<Sample> {
  for (const [done, index] of indices.entries()) {
    output.progress("comparing on samples", `${thousands(done + 1)} of ${thousands(indices.length)}`);
    yield await source.read(index);
  }
}

/** Refuses options that neither model has a use for. */
function requireUse(options: CompareOptions, models: readonly ComparedModel[]): void {
  const built = models.filter(({ imported }) => imported === undefined);
  const given = (["on", "tier", "port", "limit", "layers"] as const).find(
    (name) => options[name] !== undefined,
  );
  if (built.length === 0 && given !== undefined) {
    throw ofNoUse(`--${given}`, "neither of the two is a .wasm");
  }
  if (built.length === 2 && options.port !== undefined) {
    throw new UsageError(
      "--port names one board, and both models run on it",
      "Name a runner or an emulated board with --on.",
    );
  }
  if (options.layers !== undefined && namesBoard(options)) {
    throw ofNoUse("--layers", "a board's memory is not read");
  }
  if (options.layers !== undefined && built.every(({ layers }) => layers === undefined)) {
    throw new WasmoteError(
      "layers-invalid",
      `${options.layers.join(", ")}: of another model, or of another build of this one`,
    );
  }
  const imported = models.flatMap((model) => model.imported ?? []);
  const failures = imported.flatMap((model) => failureOf(() => requireObeyed(options, model)));
  if (imported.length > 0 && failures.length === imported.length) throw failures[0];
  const open = options.dim.length > 0 ? "--dim" : options.layout === undefined ? undefined : "--layout";
  if (imported.length === 0 && open !== undefined) throw ofNoUse(open, "both models are built already");
}

function failureOf(work: () => void): unknown[] {
  try {
    work();
    return [];
  } catch (error) {
    return [error];
  }
}

/** Throws `models-differ` unless inputs and outputs correspond. */
function requireSameEnds(a: ComparedModel, b: ComparedModel): void {
  for (const [what, first, second] of [
    ["inputs", a.inputs, b.inputs],
    ["outputs", a.outputs, b.outputs],
  ] as const) {
    const same = first.length === second.length && first.every((end, i) => sameShape(end, second[i]!));
    if (same) continue;
    throw new WasmoteError("models-differ", `${what} of A: ${endsText(first)}; of B: ${endsText(second)}`);
  }
}

/** Whether two shapes are the same but for leading axes of 1. */
function sameShape(a: ComparedEnd, b: ComparedEnd): boolean {
  const own = ({ shape }: ComparedEnd) => shape.slice(shape.findIndex((length) => length !== 1)).join("x");
  return (
    elementCount(a.shape) === elementCount(b.shape) && (elementCount(a.shape) === 1 || own(a) === own(b))
  );
}

const endsText = (ends: readonly ComparedEnd[]): string =>
  ends.map(({ name, shape }) => `${name} ${shape.join("x")}`).join(", ");

/** What samples are read for: real values where either model takes these, else the first one's own. */
async function sampledInputs(
  a: ComparedModel,
  b: ComparedModel,
  options: InputOptions,
  output: Output,
): Promise<SampledInput[]> {
  const { pixelNormalization } = await import("../run/tensor-files/index.js");
  const given = await fileReadings(
    options,
    a.inputs.map(({ shape }) => shape),
    output,
  );
  return a.inputs.map((own, i) => {
    const ends = [own, b.inputs[i]!];
    const known = <K extends keyof InputReading>(key: K) =>
      given[i]?.[key] ?? ends.find((end) => end[key])?.[key];
    const isReal = ends.some((end) => interfaceType(end).dtype === "float32");
    const { name, shape } = own;
    const type = isReal ? ({ name, shape, dtype: "float32" } as const) : own;
    const pixels = known("pixels") ?? ends.map(pixelNormalization).find((found) => found !== undefined);
    return { ...type, pixels, sampleRate: known("sampleRate") };
  });
}

/** The class of each sample of a source. Throws `labels-invalid`. */
async function labelsFor(
  source: SampleSource,
  a: ComparedModel,
  b: ComparedModel,
  { labels: given }: CompareOptions,
  output: Output,
): Promise<number[] | undefined> {
  const [first, second] = [a.outputs[0], b.outputs[0]];
  if (given === undefined || first === undefined) return undefined;
  return readSampleLabels(given, source, { ...first, labels: first.labels ?? second?.labels }, output);
}

/** Why no layers are compared, and what to do. */
function noLayersText(models: readonly ComparedModel[], options: BoardOptions): string {
  if (namesBoard(options)) return "layers are not compared: a board's memory is not read";
  const unknown = models.filter(({ imported, layers }) => imported === undefined && layers === undefined);
  if (unknown.length === 0) return "layers are not compared: the two have none of the same name and shape";
  return `layers are not compared: nothing says where those of ${unknown.map(({ path }) => path).join(" and ")} lie; \`wasmote build --keep DIR\` does`;
}
