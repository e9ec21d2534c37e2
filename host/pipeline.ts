import type { Graph } from "./graph/graph.js";
import { packageKernels } from "./kernels/library.js";
import { type KernelLibrary, linkProgram } from "./link/link.js";
import { loweringOf } from "./lower/index.js";
import { lowerGraph, type Program } from "./lower/lower.js";
import { makeManifest } from "./package/make-manifest.js";
import type { InputReading, Manifest } from "./package/manifest.js";
import { packageModule } from "./package/package.js";
import { type Pass, runPasses } from "./passes/index.js";
import { planMemory } from "./plan/plan.js";
import type { Plan } from "./plan/types.js";
import { needsSamples, quantizeGraph } from "./quantize/quantize-graph.js";

/** How a model is built. */
export interface BuildOptions {
  /** Samples for post-training quantization: `calibration[i][j]` is sample i for input j. */
  calibration?: readonly Float32Array[][];
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
  /** The integer graph that was lowered. */
  graph: Graph;
  /** Its steps as calls of kernels. */
  program: Program;
  /** The linked module, without custom sections, and its functions' names where they have any. */
  code: Uint8Array;
  functionNames: readonly (string | undefined)[];
  codeBytes: number;
  weightBytes: number;
}

/**
 * Whether a graph is quantized when it is built, for which calibration samples are needed.
 *
 * @throws `model-unsupported` where float32 and integers are mixed
 */
export function needsCalibration(graph: Graph, passes?: readonly Pass[]): boolean {
  return needsSamples(runPasses(graph, passes));
}

/**
 * The pipeline from a graph to a model file: passes, quantize, plan, lower, link, package.
 *
 * @throws `calibration-*`, `model-unsupported`, `memory-exceeded`
 */
export async function buildModel(graph: Graph, options: BuildOptions = {}): Promise<BuiltModel> {
  const { calibration = [], passes, kernels = [packageKernels()], inputs = [] } = options;
  const quantized = quantizeGraph(runPasses(graph, passes), calibration);
  const integer = runPasses(quantized, passes);
  const plan = planMemory(integer, loweringOf);
  const program = lowerGraph(integer, plan);
  const { code, functionNames, ...linked } = linkProgram(program, ...kernels);
  const manifest = makeManifest({ model: graph, graph: integer, plan, program, ...linked, inputs });
  const wasm = packageModule(code, manifest, program.weights);
  const [codeBytes, weightBytes] = [code.length, program.weights.length];
  return { wasm, manifest, plan, graph: integer, program, code, functionNames, codeBytes, weightBytes };
}
