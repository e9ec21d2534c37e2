import { compareGraphs, type Sample } from "../../host/evaluate/compare-graphs.js";
import type { Graph } from "../../host/graph/graph.js";
import { packageKernels } from "../../host/kernels/library.js";
import { type BuiltModel, buildModel } from "../../host/pipeline.js";
import { makeReport, type ReportParts } from "../../host/report/make-report.js";
import type { ModelReport } from "../../host/report/types.js";
import { FloatGraph, numbers, pseudoRandom } from "../quantize/float-graphs.js";

/** A text as nobody who means well gives it. */
export const hostile = `</title><script>document.title = "taken"</script><img src=x onerror=alert(1)>"'&\u202e`;

/** 1x1 convolutions over 8x8 pixels, then a layer of classes and their softmax: `layers` steps. */
export function deepGraph(layers: number, name = "deep", classes = 10): Graph {
  const random = pseudoRandom(5);
  const build = new FloatGraph();
  const weights = (shape: number[]): number => {
    const count = shape.reduce((product, length) => product * length, 1);
    const size = Math.sqrt(3 / (shape.at(-1) as number));
    return build.constant(
      shape,
      numbers(count, random).map((value) => value * size),
    );
  };
  const window = { strideHeight: 1, strideWidth: 1, dilationHeight: 1, dilationWidth: 1 };
  const attributes = { ...window, padding: { top: 0, bottom: 0, left: 0, right: 0 }, activation: "none" };
  let [value, channels] = [build.input([1, 8, 8, 4]), 4];
  for (let layer = 0; layer < layers - 3; layer++) {
    const outputs = 4 + 2 * Math.floor(layer / 10);
    const own = [weights([outputs, 1, 1, channels]), weights([outputs])];
    value = build.node("conv2d", attributes, value, ...own);
    channels = outputs;
  }
  value = build.node("reshape", { shape: [1, 64 * channels] }, value);
  value = build.node("fullyConnected", { activation: "none" }, value, weights([classes, 64 * channels]));
  const graph = build.graph(build.node("softmax", { beta: 1 }, value));
  return { ...graph, name };
}

/** Samples for `deepGraph`. */
export function deepSamples(count: number, seed: number): Float32Array[][] {
  const random = pseudoRandom(seed);
  return Array.from({ length: count }, () => [numbers(8 * 8 * 4, random)]);
}

/** What quantization of a float graph gives, and the report of it on samples of its own. */
export async function reported(
  graph: Graph,
  { labels, ...parts }: ReportParts & { labels?: readonly number[] } = {},
): Promise<{ built: BuiltModel; report: ModelReport }> {
  const built = await buildModel(graph, { calibration: deepSamples(8, 1) });
  const float = built.reference;
  const samples: Sample[] = deepSamples(20, 2);
  const options = { libraries: [packageKernels()], labels };
  const comparison = await compareGraphs(float as Graph, built.graph, samples, options);
  const data = { given: 20, compared: 20, calibrated: 8, heldBack: true, sources: ["validation"] };
  return { built, report: makeReport(built, { compared: { comparison, data }, ...parts }) };
}
