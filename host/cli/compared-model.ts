import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Layers } from "../evaluate/layers.js";
import type { Subject } from "../evaluate/subject.js";
import { fileKind } from "../files/kinds.js";
import { readWholeFile } from "../files/read.js";
import { sha256Of } from "../files/sha256.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import { perTensor } from "../graph/tensor.js";
import type { Imported } from "../import/index.js";
import type { KernelLibrary } from "../link/link.js";
import type { FileTensor } from "../run/tensor-files/index.js";
import { type BoardOptions, namesBoard, openRunnerOrBoard } from "./board-runner.js";
import { recordingReader, withFile } from "./files.js";
import { importOptions, type OpenOptions } from "./import-options.js";
import { layersFile, readModelFile } from "./model-file.js";
import { type ModuleFile, readModuleFile } from "./module-file.js";
import type { Output } from "./output.js";

/** An input or output of a model that is compared. */
export interface ComparedEnd extends FileTensor {
  name: string;
  /** Names of the classes along the last axis. */
  labels?: readonly string[];
}

/** A model that is compared, before it is opened to be run. */
export interface ComparedModel {
  path: string;
  name: string;
  inputs: readonly ComparedEnd[];
  outputs: readonly ComparedEnd[];
  hasState: boolean;
  /** Of a model that is not built: what was imported. */
  imported?: Imported;
  /** Of a built one: what says where its layers lie, if that is known. */
  layers?: Layers;
  /** What it runs on: "float32 model", "wasm3, portable tier". */
  open(): Promise<{ subject: Subject; on: string; close(): void | Promise<void> }>;
}

/** What of the command line a model is read by. */
export interface ModelOptions extends BoardOptions, OpenOptions {
  /** Files that may say where layers of built models lie. */
  layers: readonly string[];
}

/** A model's file, whatever it is. Throws what importing and opening modules throw. */
export async function readComparedModel(
  path: string,
  options: ModelOptions,
  libraries: readonly KernelLibrary[],
  output: Output,
): Promise<ComparedModel> {
  output.progress(`reading ${path}`);
  const bytes = await readModelFile(path);
  return fileKind(bytes) === "wasm"
    ? builtModel(path, await readModuleFile(path), options, output)
    : importedModel(path, bytes, options, libraries);
}

async function importedModel(
  path: string,
  bytes: Uint8Array,
  options: OpenOptions,
  libraries: readonly KernelLibrary[],
): Promise<ComparedModel> {
  const [{ examineModel, inWordsOf, requireGraph }, { runPasses }] = await Promise.all([
    import("../import/index.js"),
    import("../passes/index.js"),
  ]);
  const imported = await examineModel(path, bytes, recordingReader(path, []), importOptions(options));
  const graph = await withFile(path, () => requireGraph(imported));
  const end = (index: number): ComparedEnd => {
    const tensor = tensorAt(graph, index);
    const { name, dtype, shape, labels } = tensor;
    return { name, dtype, shape, labels, ...perTensor(tensor) };
  };
  return {
    path,
    name: graph.name,
    inputs: graph.inputs.map(end),
    outputs: graph.outputs.map(end),
    hasState: (graph.variables ?? []).length > 0,
    imported,
    async open() {
      const { openGraphSubject } = await import("../evaluate/subject.js");
      const subject = await withFile(path, () =>
        inWordsOf(imported, () => openGraphSubject(runPasses(graph), libraries)),
      );
      return { subject, on: `as it is, in ${dtypesText(graph)}`, close: () => undefined };
    },
  };
}

/** "float32", or "int8 and int32": what a graph's activations are of. */
function dtypesText({ tensors }: Graph): string {
  const activations = tensors.filter(({ data }) => data === undefined);
  return [...new Set(activations.map(({ dtype }) => dtype))].sort().join(" and ");
}

async function builtModel(
  path: string,
  file: ModuleFile,
  options: ModelOptions,
  output: Output,
): Promise<ComparedModel> {
  const { manifest } = file;
  const layers = namesBoard(options) ? undefined : await layersFor(path, file, options.layers);
  return {
    path,
    name: manifest.name,
    inputs: manifest.inputs,
    outputs: manifest.outputs,
    hasState: (manifest.variables ?? []).length > 0,
    layers,
    async open() {
      const { moduleSubject, withLayers } = await import("../evaluate/module-subject.js");
      const own = layers?.layers ?? [];
      const runner = await openRunnerOrBoard(options, withLayers(file, own), output);
      const on = `on ${runner.name}${options.tier === undefined ? "" : `, ${options.tier} tier`}`;
      return { subject: moduleSubject(runner, manifest, own), on, close: () => runner.close() };
    },
  };
}

/** Where a built model's layers lie, by a file beside it, or one of those that were named, that is of this very model. */
async function layersFor(
  path: string,
  { wasm, manifest }: ModuleFile,
  named: readonly string[],
): Promise<Layers | undefined> {
  const { readLayers, requireLayersFit } = await import("../evaluate/layers.js");
  const beside = join(dirname(path), layersFile);
  const model = sha256Of(wasm);
  for (const candidate of [...named, ...(existsSync(beside) ? [beside] : [])]) {
    const layers = await withFile(candidate, () => readLayers(readWholeFile(candidate)));
    if (layers.model !== model) continue;
    await withFile(candidate, () => requireLayersFit(layers, manifest));
    return layers;
  }
  return undefined;
}
