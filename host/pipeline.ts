import { maxManifestBytes } from "./abi/limits.js";
import { WasmoteError } from "./errors.js";
import { Execution } from "./evaluate/execution.js";
import type { Graph } from "./graph/graph.js";
import { packageKernels } from "./kernels/library.js";
import { type KernelLibrary, linkProgram } from "./link/link.js";
import { requireKernels } from "./lower/check.js";
import { loweringOf } from "./lower/index.js";
import { lowerGraph, type Program } from "./lower/lower.js";
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
import { calibrateModel, quantizeCalibrated } from "./quantize/quantize-model.js";
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
  /** The same with its channels scaled as quantization has scaled them: what the values of layers stand for. */
  scaledReference?: Graph;
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

/** Refuses a graph of which a node cannot run. Throws `model-unsupported`. */
function requireRunnable(graph: Graph): void {
  checkOperators(graph);
  requireKernels(graph);
}

/** A float graph quantized, every node alike where it can be, and as it was scaled for that. Throws as `buildModel` does. */
async function quantized(
  float: Graph,
  samples: Samples,
  scheme: NodeScheme,
  kernels: readonly KernelLibrary[],
): Promise<{ typed: Graph; scaledReference?: Graph }> {
  if (samples === "assumed") return { typed: quantizeGraph(float, samples) };
  const open = (graph: Graph): Promise<Execution> => Execution.open(graph, kernels);
  const calibrated = await calibrateModel(float, samples, open);
  const schemes = float.nodes.map(() => scheme);
  const typed = await quantizeCalibrated(calibrated, open, schemes, requireRunnable);
  return { typed, scaledReference: calibrated.float };
}

/** The graph that is to run, of which every node has kernels, and what it was quantized from. Throws as `buildModel` does. */
async function graphsToRun(
  graph: Graph,
  { calibration = [], quantize, passes, kernels = [packageKernels()] }: BuildOptions,
): Promise<Pick<BuiltModel, "graph" | "reference" | "scaledReference">> {
  const kind = quantize ?? (calibration.length > 0 ? "int8" : "float32");
  const simple = runPasses(kind === "float32" ? keepQuantizedWeights(graph) : graph, passes);
  const quantizes = kind !== "float32" && canBeQuantized(simple);
  const bare = withoutFloatEnds(simple);
  const { typed, ...scaled } = quantizes
    ? await quantized(bare, calibration, wholeSchemes[kind], kernels)
    : { typed: bare };
  const placed = placeConstants(runPasses(typed, passes), (operator, node) =>
    loweringOf(operator).constantInputs?.(node),
  );
  requireKernels(placed);
  return { graph: placed, ...(quantizes && calibration !== "assumed" && { reference: bare, ...scaled }) };
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

/**
 * The pipeline from a graph to a model file: passes, quantize, plan, lower, link, package.
 *
 * @throws `calibration-*`, `model-unsupported`, `model-too-large`, `memory-exceeded`
 */
export async function buildModel(graph: Graph, options: BuildOptions = {}): Promise<BuiltModel> {
  const { kernels = [packageKernels()], inputs = [] } = options;
  const { graph: typed, ...reference } = await graphsToRun(graph, options);
  const { graph: lowered, plan } = await planWithin(typed, options.memory);
  const program = lowerGraph(lowered, plan);
  const { code, functionNames, ...linked } = linkProgram(program, ...kernels);
  const manifest = makeManifest({ model: graph, graph: lowered, plan, program, ...linked, inputs });
  const wasm = packageModule(code, manifest, program.weights);
  const [codeBytes, weightBytes] = [code.length, program.weights.length];
  requireReadable(wasm.length - codeBytes - weightBytes);
  const bytes = { code, functionNames, codeBytes, weightBytes };
  return { wasm, manifest, plan, graph: lowered, ...reference, program, ...bytes };
}
