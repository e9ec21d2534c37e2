import { maxManifestBytes } from "./abi/limits.js";
import { WasmoteError } from "./errors.js";
import { Execution } from "./evaluate/execution.js";
import type { Graph } from "./graph/graph.js";
import { packageKernels } from "./kernels/library.js";
import { type KernelLibrary, linkProgram } from "./link/link.js";
import { requireKernels } from "./lower/check.js";
import { loweringOf } from "./lower/index.js";
import { lowerGraph, type Program } from "./lower/lower.js";
import { tabulateSteps } from "./lower/step-table.js";
import { checkOperators } from "./ops/check.js";
import { makeManifest } from "./package/make-manifest.js";
import type { InputReading, Manifest } from "./package/manifest.js";
import { packageModule } from "./package/package.js";
import { type Pass, runPasses } from "./passes/index.js";
import { keepQuantizedWeights } from "./passes/keep-quantized-weights.js";
import { placeConstants } from "./passes/place-constants.js";
import { planMemory } from "./plan/plan.js";
import type { Plan } from "./plan/types.js";
import { withoutFloatEnds } from "./quantize/float-ends.js";
import { canBeQuantized, quantizeGraph, type Samples } from "./quantize/quantize-graph.js";
import { type Calibrated, calibrateModel, quantizeCalibrated } from "./quantize/quantize-model.js";
import type { OpenGraph } from "./quantize/running-graph.js";
import { type NodeScheme, type QuantizationKind, wholeSchemes } from "./quantize/scheme.js";

/** How a model is built. */
export interface BuildOptions {
  /**
   * Samples for post-training quantization: `calibration[i][j]` is sample i for input j. "assumed" takes any ranges: what is
   * built shows what is possible and what it costs, and computes nothing of use.
   */
  calibration?: Samples;
  /**
   * What a model of float32 alone becomes: quantized with samples to int8, to int16 activations, to int4 weights or to int8
   * weights with float32 activations; or float32 as it is. By default int8 where there are samples, else float32. Any other
   * model is taken as it is.
   */
  quantize?: QuantizationKind | "float32";
  /**
   * No more than so many bytes of linear memory for activations and scratch memory, where that can be had by computing some of
   * the model part by part, with the same bytes as a result; where it cannot, as few as were found.
   */
  memory?: { readonly arenaBytes: number };
  /** Passes over the graph; all by default. */
  passes?: readonly Pass[];
  /** Libraries of kernels to link from; the package's own by default. */
  kernels?: readonly KernelLibrary[];
  /** What the file says of each input, in order: how pictures and sounds are read for it. */
  inputs?: readonly InputReading[];
}

/** A built model and what is known of it. */
export interface BuiltModel {
  /** The file. */
  wasm: Uint8Array;
  manifest: Manifest;
  plan: Plan;
  /** The graph that was lowered. */
  graph: Graph;
  /** Where it was quantized with samples: the graph of float32 that it stands for. */
  reference?: Graph;
  /** Its steps as calls of kernels. */
  program: Program;
  /** The linked module, without custom sections, and its functions' names where they have any. */
  code: Uint8Array;
  functionNames: readonly (string | undefined)[];
  codeBytes: number;
  weightBytes: number;
}

/** Whether a graph can be quantized when it is built, for which calibration samples are needed: it is of float32. */
export function takesCalibration(graph: Graph, passes?: readonly Pass[]): boolean {
  return canBeQuantized(runPasses(graph, passes));
}

/** How graphs are run to measure by. */
export function opener({ kernels = [packageKernels()] }: BuildOptions): OpenGraph {
  return (graph) => Execution.open(graph, kernels);
}

/** A float model to be quantized: its graph of float32 alone, after all passes. Undefined for any other model. */
export function floatGraph(graph: Graph, passes?: readonly Pass[]): Graph | undefined {
  const simple = runPasses(graph, passes);
  return canBeQuantized(simple) ? withoutFloatEnds(simple) : undefined;
}

/** A calibrated model's graph with schemes for its nodes, weights fitted. */
export async function quantizedBy(
  calibrated: Calibrated,
  schemes: readonly NodeScheme[],
  options: BuildOptions,
): Promise<Graph> {
  return quantizeCalibrated(calibrated, opener(options), schemes, requireRunnable);
}

/** Refuses a graph of which a node cannot run. Throws `model-unsupported`. */
export function requireRunnable(graph: Graph): void {
  checkOperators(graph);
  requireKernels(graph);
}

/** A typed graph as it is to run, of which every node has kernels. Throws `model-unsupported`. */
export function finishGraph(typed: Graph, passes?: readonly Pass[]): Graph {
  const placed = placeConstants(runPasses(typed, passes), (operator, node) =>
    loweringOf(operator).constantInputs?.(node),
  );
  requireKernels(placed);
  return placed;
}

/** What a model becomes before it is finished, and what that stands for where it was quantized. */
export type Typed = { typed: Graph } & Pick<BuiltModel, "reference">;

/** A model's graph in the types that it is to run in. Throws as `buildModel` does. */
export async function typedGraph(graph: Graph, options: BuildOptions): Promise<Typed> {
  const { calibration = [], quantize, passes } = options;
  const kind = quantize ?? (calibration.length > 0 ? "int8" : "float32");
  const float = kind === "float32" ? undefined : floatGraph(graph, passes);
  if (float === undefined || kind === "float32") {
    const kept = kind === "float32" ? keepQuantizedWeights(graph) : graph;
    return { typed: withoutFloatEnds(runPasses(kept, passes)) };
  }
  if (calibration === "assumed") return { typed: quantizeGraph(float, calibration) };
  const calibrated = await calibrateModel(float, calibration, opener(options));
  const schemes = float.nodes.map(() => wholeSchemes[kind]);
  const typed = await quantizedBy(calibrated, schemes, options);
  return { typed, reference: float };
}

/** Nothing is built whose manifest, as large as this, is not read. */
function requireReadable(manifestBytes: number): void {
  if (manifestBytes <= maxManifestBytes) return;
  const detail = `what is told of its tensors and steps takes ${manifestBytes} bytes; up to ${maxManifestBytes} are taken`;
  throw new WasmoteError("model-too-large", detail, {}, { help: "Give its tensors shorter names." });
}

/** The graph and its plan, of which parts are computed one after the other where it takes more than so many bytes otherwise. */
async function planWithin(
  graph: Graph,
  memory: BuildOptions["memory"],
): Promise<{ graph: Graph; plan: Plan }> {
  const plan = (variant: Graph): Plan => planMemory(variant, loweringOf);
  if (memory === undefined) return { graph, plan: plan(graph) };
  const { splitToFit } = await import("./split/index.js");
  return splitToFit(graph, { plan, needsOf: loweringOf }, memory.arenaBytes);
}

/** A typed graph planned, lowered, linked and packaged. Throws as `buildModel` does. */
export async function assemble(
  graph: Graph,
  { typed, ...reference }: Typed,
  options: BuildOptions,
): Promise<BuiltModel> {
  const { kernels = [packageKernels()], inputs = [] } = options;
  const { graph: lowered, plan } = await planWithin(finishGraph(typed, options.passes), options.memory);
  const program = tabulateSteps(lowerGraph(lowered, plan), options.memory?.arenaBytes);
  const { code, functionNames, ...linked } = linkProgram(program, ...kernels);
  const manifest = makeManifest({ model: graph, graph: lowered, plan, program, ...linked, inputs });
  const wasm = packageModule(code, manifest, program.weights);
  const [codeBytes, weightBytes] = [code.length, program.weights.length];
  requireReadable(wasm.length - codeBytes - weightBytes);
  const bytes = { code, functionNames, codeBytes, weightBytes };
  return { wasm, manifest, plan, graph: lowered, ...reference, program, ...bytes };
}

/**
 * The pipeline from a graph to a model file: passes, quantize, plan, lower, link, package.
 *
 * @throws `calibration-*`, `model-unsupported`, `model-too-large`, `memory-exceeded`
 */
export async function buildModel(graph: Graph, options: BuildOptions = {}): Promise<BuiltModel> {
  return assemble(graph, await typedGraph(graph, options), options);
}
