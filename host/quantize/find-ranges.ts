import { WasmoteError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { parametersOf, throughCodes } from "./affine-parameters.js";
import { checkSample } from "./calibrate.js";
import { stateValues } from "./kept-states.js";
import { changeEach, measuredTensors, noiseOf } from "./output-noise.js";
import { fixedTensors, tiedGroups } from "./parameter-groups.js";
import { Histogram } from "./ranges/histogram.js";
import { type Observer, observedRange, observers } from "./ranges/observers.js";
import type { Range } from "./ranges/range.js";
import { type RunningGraph, writeSample } from "./running-graph.js";

/** So many of some items, spread evenly over them. */
export function evenly<T>(items: readonly T[], most: number): T[] {
  if (items.length <= most) return [...items];
  return Array.from({ length: most }, (_, i) => items[Math.floor((i * items.length) / most)] as T);
}

/** Steps of int8 from end to end. */
const levels = 255;

/** Activations of float32 that nodes write, or that are inputs. */
function activationsOf({ tensors, nodes, inputs }: Graph): TensorIndex[] {
  const written = new Set([...inputs, ...nodes.flatMap(({ outputs }) => outputs)]);
  return [...written].filter((index) => tensors[index]?.dtype === "float32");
}

/** Values of an activation: on every second sample, and on the others. */
export type Halves = readonly [Histogram, Histogram];

/** The smallest range that holds all values of an activation. */
export function wholeRange([a, b]: Halves): Range {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/**
 * Runs a float graph over samples and counts the values of every activation, and of what nodes keep from one time to the
 * next where they are held: behind the tensors, in variables.
 *
 * @returns histograms by tensor index
 * @throws `calibration-missing`, `calibration-invalid` as `calibrate`
 */
export function observe(
  running: RunningGraph,
  samples: readonly (readonly Float32Array[])[],
  progress: (done: number) => void = () => {},
): Map<TensorIndex, Halves> {
  const { graph } = running;
  if (samples.length === 0) throw new WasmoteError("calibration-missing", "no samples were given");
  const activations = activationsOf(graph);
  const newHalves = (): Halves => [new Histogram(), new Histogram()];
  const histograms = new Map(activations.map((index) => [index, newHalves()]));
  const add = (index: TensorIndex, values: ArrayLike<number>, number: number): void => {
    const halves = histograms.get(index) ?? newHalves();
    histograms.set(index, halves);
    const histogram = halves[number % 2] as Histogram;
    histogram.add(values);
    if (Number.isFinite(histogram.min) && Number.isFinite(histogram.max)) return;
    const name = graph.tensors[index]?.name ?? graph.variables?.[index - graph.tensors.length]?.name;
    throw new WasmoteError(
      "calibration-invalid",
      `sample ${number}: activation "${name}" is not finite`,
      {},
      {
        help: "Give samples as large as those that the model was trained with; these make float32 overflow.",
      },
    );
  };
  running.reset();
  for (const [number, sample] of samples.entries()) {
    checkSample(graph, sample, number);
    writeSample(running, sample);
    const variables = running.readState().map(({ buffer }) => new Float32Array(buffer));
    running.run();
    for (const index of activations) add(index, running.reals(index), number);
    for (const node of graph.nodes)
      for (const { holders, values } of stateValues(graph, node, (index) => running.reals(index), variables))
        for (const index of holders) if (graph.tensors[index]?.data === undefined) add(index, values, number);
    progress(number + 1);
  }
  return histograms;
}

/** Nodes that read, directly or by others, one of some tensors: their numbers, in order. */
function dependents({ nodes }: Graph, tensors: readonly TensorIndex[]): number[] {
  const reached = new Set(tensors);
  return nodes.flatMap(({ inputs, outputs }, at) => {
    if (!inputs.some((index) => reached.has(index))) return [];
    for (const index of outputs) reached.add(index);
    return [at];
  });
}

/** Multiply-accumulates that may be spent on measuring ranges. */
const measuringBudget = 5e9;

/** A tensor's range, or that of several that must have the same, variables behind the tensors, and who found it. */
export interface ChosenRange {
  tensors: readonly TensorIndex[];
  range: Range;
  observer: Observer;
}

/** Ranges that observers find on every second sample, those that are alike once. */
function candidatesOf(halves: readonly Halves[]): { observer: Observer; range: Range }[] {
  const first = Histogram.merge(halves.map(([own]) => own));
  const found: { observer: Observer; range: Range }[] = [];
  for (const observer of observers) {
    const range = observedRange(observer, first, levels);
    if (!found.some((other) => other.range.min === range.min && other.range.max === range.max))
      found.push({ observer, range });
  }
  return found;
}

/**
 * Chooses a range for every activation: of those that the observers find, the one with which, when that tensor alone goes
 * through int8, the model's outputs before a final softmax or sigmoid differ the least from the float model's. Observers see
 * every second sample and are judged on the others, where measuring would take too long on fewer of them; the one that does
 * best then sees all.
 *
 * @param running the float graph
 * @param histograms of its activations, as `observe` gives them
 * @param macs of one inference
 */
export function chooseRanges(
  running: RunningGraph,
  histograms: ReadonlyMap<TensorIndex, Halves>,
  samples: readonly (readonly Float32Array[])[],
  macs: number,
): ChosenRange[] {
  const { graph } = running;
  const groups = tiedGroups(graph);
  const members = new Map<TensorIndex, TensorIndex[]>();
  for (const index of histograms.keys())
    members.set(groups.of(index), [...(members.get(groups.of(index)) ?? []), index]);
  const isFixed = fixedTensors(graph);
  const choices = [...members.values()]
    .filter(([first]) => first !== undefined && !isFixed(first))
    .map((tensors) => {
      const halves = tensors.map((index) => histograms.get(index) as Halves);
      const activations = tensors.filter((index) => index < graph.tensors.length);
      // What only variables hold is not measured.
      const candidates = candidatesOf(halves).slice(0, activations.length === 0 ? 1 : undefined);
      const errors = candidates.map(() => 0);
      return { tensors, halves, activations, candidates, errors, after: dependents(graph, activations) };
    });
  const runs = choices.reduce((sum, { candidates, after }) => sum + candidates.length * after.length, 0);
  const cost = (runs / Math.max(1, graph.nodes.length)) * macs + 1;
  const judges = samples.length > 1 ? samples.filter((_, i) => i % 2 === 1) : samples;
  const judged = evenly(judges, Math.max(2, Math.floor(measuringBudget / cost)));
  const measured = measuredTensors(graph);
  changeEach(running, judged, measured, (wanted, state) => {
    for (const choice of choices) measureChoice(running, choice, measured, wanted, state);
  });
  return choices.map(({ tensors, halves, candidates, errors }) => {
    const best = candidates[Math.max(0, errors.indexOf(Math.min(...errors)))];
    const observer = best?.observer ?? "min-max";
    return { tensors, observer, range: observedRange(observer, Histogram.merge(halves.flat()), levels) };
  });
}

/** Adds the error of each candidate on the sample that has just been run, and leaves all activations as they were. */
function measureChoice(
  running: RunningGraph,
  choice: {
    activations: TensorIndex[];
    candidates: { range: Range }[];
    errors: number[];
    after: number[];
  },
  measured: readonly TensorIndex[],
  wanted: Float32Array[],
  state: readonly Uint8Array[],
): void {
  const { activations: tensors, candidates, errors, after } = choice;
  if (candidates.length < 2) return;
  const given = tensors.map((index) => running.reals(index).slice());
  const written = new Set(after.flatMap((at) => running.graph.nodes[at]?.outputs ?? []));
  const roots = tensors.filter((index) => !written.has(index));
  const through = (index: TensorIndex, range: Range): void => {
    const values = running.reals(index);
    values.set(throughCodes(values, parametersOf(range, "int8"), "int8"));
  };
  for (const [i, { range }] of candidates.entries()) {
    running.writeState(state);
    for (const index of roots) through(index, range);
    for (const at of after) {
      running.runNode(at);
      for (const index of running.graph.nodes[at]?.outputs ?? [])
        if (tensors.includes(index)) through(index, range);
    }
    const noise = noiseOf(running, measured, wanted).noise;
    errors[i] = (errors[i] as number) + noise;
    for (const [k, index] of tensors.entries()) running.reals(index).set(given[k] as Float32Array);
  }
  running.writeState(state);
  for (const at of after) running.runNode(at);
}
