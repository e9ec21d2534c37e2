import { dirname } from "node:path";
import type { Command } from "commander";
import type { Fit } from "../boards/index.js";
import { UnsupportedModelError } from "../errors.js";
import { readableModels } from "../files/formats.js";
import type { Graph } from "../graph/graph.js";
import type { Imported } from "../import/index.js";
import type { KernelLibrary } from "../link/link.js";
import type { BuiltModel } from "../pipeline.js";
import { isWasm } from "../wasm/sections.js";
import { ofNoUse } from "./errors.js";
import { makeFolder, recordingReader, refuseOverwriting, withFile, writeFilesAtomically } from "./files.js";
import { addHelp } from "./help.js";
import { dimOption, importOptions, layoutOption, type OpenOptions, requireObeyed } from "./import-options.js";
import type { Build } from "./inspect-model.js";
import { readModelFile } from "./model-file.js";
import type { Output } from "./output.js";
import { addUserOperators, type OperatorOptions, operatorsOption, verboseOption } from "./user-operators.js";

const help = `
A model that cannot be built is refused: its operators are printed, and which of them run; the error has the reasons, with
--verbose node by node. What building gives is told for every number format that the model can run in; int8 of a float model
is tried with assumed ranges: samples may change its flash by some hundred bytes.`;

/** Adds the command `inspect` to the program. */
export function registerInspect(program: Command, output: Output): void {
  const command = program
    .command("inspect")
    .description("Show what a model file holds, and whether it can be built.")
    .argument("<model>", `${readableModels}, or a .wasm built by wasmote`)
    .addOption(dimOption())
    .addOption(layoutOption())
    .addOption(operatorsOption())
    .addOption(verboseOption())
    .option(
      "--svg <file>",
      "also draw the model's graph: what cannot run in red, or where memory is fullest; folders are made",
    )
    .option("--json", "print everything as JSON")
    .action((path: string, options: InspectOptions) => inspect(path, options, output));
  addHelp(command, help);
}

interface InspectOptions extends OperatorOptions, OpenOptions {
  verbose?: boolean;
  svg?: string;
  json?: boolean;
}

async function inspect(path: string, options: InspectOptions, output: Output): Promise<void> {
  const bytes = await readModelFile(path);
  if (isWasm(bytes)) return inspectModule(path, bytes, options, output);
  const kernels = await addUserOperators(options, output);
  const files = [path];
  const read = await examineBuild(path, bytes, files, options, kernels, output);
  if (options.svg !== undefined) await writePicture(options.svg, files, read, output);
  const { describeModel, describeUnsupported, modelText, unsupportedText } = await import(
    "./inspect-model.js"
  );
  if (read.error !== undefined) {
    const found = describeUnsupported(read.imported, read.error);
    if (options.json) output.json(found);
    else output.data(unsupportedText(found, output));
    throw read.error;
  }
  const { boardFits } = await import("./board-fit.js");
  const fits = new Map<BuiltModel, Fit[]>();
  for (const { built } of read.builds) if (built !== undefined) fits.set(built, await boardFits(built.wasm));
  const found = describeModel(
    read.graph,
    read.builds,
    (built) => fits.get(built) ?? [],
    read.imported.openDims,
  );
  if (options.json) output.json(found);
  else output.data(modelText(found, output));
}

/** Draws what was examined: the graph that runs, in the first number format that it runs in, or what is refused. */
async function writePicture(
  path: string,
  read: readonly string[],
  examined: Examined,
  output: Output,
): Promise<void> {
  await refuseOverwriting(read, [path], "Give --svg another name.");
  output.progress(`drawing ${path}`);
  const { pictureOfBuilt, pictureOfRefused } = await import("../drawing/picture.js");
  const { layOut } = await import("../drawing/layout.js");
  const { svgText } = await import("../drawing/svg.js");
  const built = examined.error === undefined ? examined.builds.find((build) => build.built) : undefined;
  const picture =
    built?.built === undefined
      ? pictureOfRefused(examined.imported, examined.error?.refusals ?? [])
      : pictureOfBuilt(examined.imported.name, built.numbers, built.built);
  const svg = svgText(picture, await layOut(picture));
  await makeFolder(dirname(path));
  await writeFilesAtomically([{ path, bytes: new TextEncoder().encode(svg) }]);
}

async function inspectModule(
  path: string,
  bytes: Uint8Array,
  options: InspectOptions,
  output: Output,
): Promise<void> {
  if (options.operators !== undefined) throw ofNoUse("--operators", "the model is built");
  if (options.dim.length > 0) throw ofNoUse("--dim", "the model is built");
  if (options.layout !== undefined) throw ofNoUse("--layout", "the model is built");
  if (options.verbose) throw ofNoUse("--verbose", "the model is built");
  if (options.svg !== undefined) throw ofNoUse("--svg", "the model is built");
  const { describeModule, moduleJson, moduleText } = await import("./inspect-module.js");
  const found = await describeModule(path, bytes);
  if (options.json) output.json(moduleJson(found));
  else output.data(moduleText(found, output));
}

/** What building a model finds. */
type Examined =
  | { error: UnsupportedModelError; imported: Imported }
  | { error?: undefined; graph: Graph; builds: Build[]; imported: Imported };

/**
 * Reads a model, and builds it in every number format that it can run in, with assumed ranges: whether that can be done
 * does not hang on samples' values.
 *
 * @param files gets the names of the files that the model refers to
 */
async function examineBuild(
  path: string,
  bytes: Uint8Array,
  files: string[],
  options: OpenOptions,
  kernels: readonly KernelLibrary[] | undefined,
  output: Output,
): Promise<Examined> {
  const { examineModel, inWordsOf, requireGraph } = await import("../import/index.js");
  const { buildModel, takesCalibration } = await import("../pipeline.js");
  output.progress(`reading ${path}`);
  const imported = await examineModel(path, bytes, recordingReader(path, files), importOptions(options));
  requireObeyed(options, imported);
  try {
    return await withFile(path, async () => {
      const graph = requireGraph(imported);
      const quantizes = await inWordsOf(imported, () => takesCalibration(graph));
      output.progress(`building ${graph.name}`);
      const build = async (numbers: Build["numbers"]): Promise<Build> => {
        const calibration = numbers === "int8" ? "assumed" : [];
        try {
          return {
            numbers,
            built: await inWordsOf(imported, () => buildModel(graph, { calibration, kernels })),
          };
        } catch (error) {
          if (error instanceof UnsupportedModelError) return { numbers, error };
          throw error;
        }
      };
      const builds = quantizes ? [await build("float32"), await build("int8")] : [await build("as it is")];
      const [{ error }] = builds as [Build];
      if (error !== undefined && builds.every(({ built }) => built === undefined)) throw error;
      return { graph, builds, imported };
    });
  } catch (error) {
    if (error instanceof UnsupportedModelError) return { error, imported };
    throw error;
  }
}
