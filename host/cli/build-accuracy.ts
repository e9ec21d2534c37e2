import { WasmoteError } from "../errors.js";
import type { Sample } from "../evaluate/compare-graphs.js";
import { elementCount } from "../graph/tensor.js";
import type { KernelLibrary } from "../link/link.js";
import type { BuiltModel } from "../pipeline.js";
import type { ReportParts } from "../report/make-report.js";
import type { DataReport } from "../report/types.js";
import { thousands } from "./figures.js";
import type { Output } from "./output.js";

/** Samples to compare a built model with its float original on. */
export interface ComparedSamples {
  count: number;
  read(index: number): Sample | Promise<Sample>;
  /** Class of each sample. */
  labels?: readonly number[];
  data: Pick<DataReport, "calibrated" | "heldBack" | "sources">;
}

/** Multiply-accumulates that a comparison may take of each model: some seconds; five times as much where it was asked for. */
const comparedMacs = { calibration: 1e9, validation: 5e9 };

/** Samples that are compared at least, however large the model is. */
const fewestSamples = 8;

/** How many of these samples are compared: as many as there is time for. */
export function affordableSamples({ graph, manifest }: BuiltModel, heldBack: boolean): number {
  const macs = manifest.steps.reduce((sum, step) => sum + step.macs, 0);
  const elements = graph.tensors.reduce(
    (sum, { data, shape }) => (data === undefined ? sum + elementCount(shape) : sum),
    0,
  );
  const budget = heldBack ? comparedMacs.validation : comparedMacs.calibration;
  return Math.max(fewestSamples, Math.floor(budget / Math.max(1, macs, 10 * elements)));
}

/**
 * Compares a built model with the float model that it was quantized from, and tells how far it is. Undefined for one that was
 * not quantized, and, said aloud, for one of which not all activations at once can be held.
 */
export async function compareWithFloat(
  built: BuiltModel,
  { count, read, labels, data }: ComparedSamples,
  libraries: readonly KernelLibrary[] | undefined,
  output: Output,
): Promise<ReportParts["compared"]> {
  const { reference, graph } = built;
  if (reference === undefined) return undefined;
  const [{ compareGraphs }, { packageKernels }, { spread }] = await Promise.all([
    import("../evaluate/compare-graphs.js"),
    import("../kernels/library.js"),
    import("../run/samples/index.js"),
  ]);
  const most = affordableSamples(built, data.heldBack);
  const consecutive = (graph.variables ?? []).length > 0;
  const chosen = spread(consecutive ? Math.min(most, count) : count, most);
  async function* counted() {
    for (const [done, index] of chosen.entries()) {
      output.progress("comparing with the float model", `${thousands(done)} of ${thousands(chosen.length)}`);
      // Signals are let in, and a terminal is written to.
      await new Promise((resume) => setImmediate(resume));
      yield await read(index);
    }
  }
  try {
    const options = { libraries: libraries ?? [packageKernels()] };
    const chosenLabels = labels && { labels: chosen.map((index) => labels[index] as number) };
    const comparison = await compareGraphs(reference, graph, counted(), { ...options, ...chosenLabels });
    return { comparison, data: { given: count, compared: chosen.length, ...data } };
  } catch (error) {
    if (!(error instanceof WasmoteError) || error.code !== "memory-exceeded") throw error;
    output.talk(`warning: it is not compared with the float model: ${error.message}`);
    return undefined;
  } finally {
    output.done();
  }
}
