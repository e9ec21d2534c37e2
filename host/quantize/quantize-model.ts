import type { Graph } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { checkOperators } from "../ops/check.js";
import { operatorNamed } from "../ops/index.js";
import { macsOf } from "../ops/macs.js";
import {
  type ChannelGroup,
  channelFactors,
  channelGroups,
  channelMaxima,
  scaleChannels,
} from "./equalize.js";
import { type ChosenRange, chooseRanges, evenly, type Halves, observe, wholeRange } from "./find-ranges.js";
import { measuredAlike, measuredTensors, noiseOf, relativeNoise } from "./output-noise.js";
import { type KnownRanges, quantizeByRanges, weightPositions } from "./quantize-graph.js";
import { type OpenGraph, writeSample } from "./running-graph.js";
import type { NodeScheme } from "./scheme.js";
import { quantizeWhereSupported } from "./supported.js";
import { adaptWeights } from "./weights/adapt.js";

/** Samples in real values: `samples[i][j]` is sample i for input j. */
export type SampleList = readonly (readonly Float32Array[])[];

/** A graph in which every node of constant weights has a bias, of zeros where it had none. */
export function withBiases(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  const nodes = graph.nodes.map((node) => {
    const { weights, bias, axis } = weightPositions(graph, node);
    const position = operatorNamed(node.operator).quantization.bias;
    if (weights === undefined || bias !== undefined || position === undefined) return node;
    if ((node.inputs[position] ?? -1) >= 0) return node;
    const length = tensors[node.inputs[weights] as TensorIndex]?.shape[axis] ?? 0;
    const name = `${node.name}/bias`;
    const index =
      tensors.push({ name, dtype: "float32", shape: [length], data: new Float32Array(length) }) - 1;
    const inputs = [...node.inputs];
    while (inputs.length < position) inputs.push(-1);
    inputs[position] = index;
    return { ...node, inputs };
  });
  return { ...graph, tensors, nodes };
}

/** What calibration found out about a float model: quantizing it in any way takes no other look at all samples. */
export interface Calibrated {
  /** The float graph, its channels scaled, with a bias wherever there are weights. */
  float: Graph;
  ranges: KnownRanges;
  /** Which observer found each range. */
  chosen: readonly ChosenRange[];
  samples: SampleList;
}

/** How strongly channels are brought to one range, and how much room each keeps for what samples do not show. */
const equalizations = [
  { strength: 0, room: 1 },
  { strength: 0.5, room: 1 },
  { strength: 1, room: 2 },
] as const;

/** Samples on which whole models are compared. */
const comparedSamples = 24;

/** Ranges of all values that were seen; int16 has bits enough for values twice as large. */
function wholeRanges(
  { tensors, variables = [] }: Graph,
  histograms: ReadonlyMap<TensorIndex, Halves>,
): KnownRanges {
  const int8 = [...tensors, ...variables].map((_, index) => {
    const halves = histograms.get(index);
    return halves && wholeRange(halves);
  });
  return { int8, int16: int8.map((range) => range && { min: 2 * range.min, max: 2 * range.max }) };
}

/** Noise of a quantized graph before a final softmax or sigmoid, relative to the float graph's signal there, over samples. */
export async function outputError(
  float: Graph,
  quantized: Graph,
  samples: SampleList,
  open: OpenGraph,
): Promise<number> {
  const measured = measuredTensors(float);
  const ends = measuredAlike(float, quantized);
  const [a, b] = [await open(float), await open(quantized)];
  return relativeNoise(
    samples.map((sample) => {
      writeSample(a, sample);
      writeSample(b, sample);
      a.run();
      b.run();
      const wanted = measured.map((index) => a.reals(index));
      return noiseOf(b, ends, wanted);
    }),
  );
}

/** The graph with its channels scaled so that int8 with whole ranges and nearest weights errs the least. */
async function equalized(
  graph: Graph,
  unscaled: Map<TensorIndex, Halves>,
  groups: readonly ChannelGroup[],
  samples: SampleList,
  open: OpenGraph,
): Promise<{ graph: Graph; histograms: Map<TensorIndex, Halves> }> {
  const maxima = channelMaxima(await open(graph), groups, samples);
  const judged = evenly(samples, comparedSamples);
  let best: { graph: Graph; histograms: Map<TensorIndex, Halves> } | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const { strength, room } of equalizations) {
    const factors = groups.map((group, g) => channelFactors(group, maxima[g] ?? [], strength, room));
    const candidate = strength === 0 ? graph : scaleChannels(graph, groups, factors);
    const histograms = strength === 0 ? unscaled : observe(await open(candidate), samples);
    const { graph: quantized } = quantizeByRanges(candidate, wholeRanges(candidate, histograms));
    const error = await outputError(candidate, quantized, judged, open);
    if (best !== undefined && !(error < least)) continue;
    [best, least] = [{ graph: candidate, histograms }, error];
  }
  return best as { graph: Graph; histograms: Map<TensorIndex, Halves> };
}

/**
 * Looks at how a float model behaves on samples: scales its channels where that lessens the error of int8, and finds a range
 * for every activation.
 *
 * @param graph whose real numbers are all float32, after all passes
 * @throws `calibration-missing`, `calibration-invalid`, `memory-exceeded`
 */
export async function calibrateModel(
  graph: Graph,
  samples: SampleList,
  open: OpenGraph,
): Promise<Calibrated> {
  const plain = withBiases(graph);
  const first = observe(await open(plain), samples);
  const stateless = (graph.variables ?? []).length === 0;
  const groups = stateless ? channelGroups(plain) : [];
  const { graph: float, histograms } =
    groups.length === 0
      ? { graph: plain, histograms: first }
      : await equalized(plain, first, groups, samples, open);
  const chosen = chooseRanges(await open(float), histograms, samples, macsOf(float));
  const whole = wholeRanges(float, histograms);
  const int8 = [...whole.int8];
  for (const { tensors, range } of chosen) for (const index of tensors) int8[index] = range;
  return { float, ranges: { int8, int16: whole.int16 }, chosen, samples };
}

/**
 * Quantizes a calibrated model so that it computes as nearly the same as can be: weights by adaptive rounding.
 *
 * @param schemes how each node is quantized, by its number; int8 by default
 * @param check throws `UnsupportedModelError` where nodes cannot run; those become int8
 * @throws `model-unsupported` where an operator cannot run in int8 either
 */
export function quantizeCalibrated(
  { float, ranges, samples }: Calibrated,
  open: OpenGraph,
  schemes: readonly (NodeScheme | undefined)[] = [],
  check: (graph: Graph) => void = checkOperators,
): Promise<Graph> {
  const quantized = quantizeWhereSupported(float, ranges, schemes, check);
  return adaptWeights(float, quantized, samples, open);
}

/** Calibrates and quantizes a float model. Throws as `calibrateModel` and `quantizeCalibrated` do. */
export async function quantizeModel(
  graph: Graph,
  samples: SampleList,
  open: OpenGraph,
  schemes: readonly (NodeScheme | undefined)[] = [],
): Promise<Graph> {
  return quantizeCalibrated(await calibrateModel(graph, samples, open), open, schemes);
}
