import { WasmoteError } from "../errors.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { parametersOf, throughCodes } from "./affine-parameters.js";
import { checkSample } from "./calibrate.js";
import { fixedTensors, tiedGroups } from "./parameter-groups.js";
import { Histogram } from "./ranges/histogram.js";
import { type Observer, observedRange, observers } from "./ranges/observers.js";
import type { Range } from "./ranges/range.js";
import type { RunningGraph } from "./running-graph.js";

/** Steps of int8 from end to end. */
const levels = 255;

/** Activations of float32 that nodes write, or that are inputs. */
function activationsOf({ tensors, nodes, inputs }: Graph): TensorIndex[] {
  const written = new Set([...inputs, ...nodes.flatMap(({ outputs }) => outputs)]);
  return [...written].filter((index) => tensors[index]?.dtype === "float32");
}

/** Writes a sample into a graph's inputs. */
export function writeSample(running: RunningGraph, sample: readonly Float32Array[]): void {
  for (const [i, index] of running.graph.inputs.entries())
    running.writeReals(index, sample[i] as Float32Array);
}

/**
 * Runs a float graph over samples and counts the values of every activation.
 *
 * @returns histograms by tensor index
 * @throws `calibration-missing`, `calibration-invalid` as `calibrate`
 */
export function observe(
  running: RunningGraph,
  samples: readonly (readonly Float32Array[])[],
  progress: (done: number) => void = () => {},
): Map<TensorIndex, Histogram> {
  const { graph } = running;
  if (samples.length === 0) throw new WasmoteError("calibration-missing", "no samples were given");
  const histograms = new Map(activationsOf(graph).map((index) => [index, new Histogram()]));
  running.reset();
  for (const [number, sample] of samples.entries()) {
    checkSample(graph, sample, number);
    writeSample(running, sample);
    running.run();
    for (const [index, histogram] of histograms) {
      histogram.add(running.reals(index));
      if (Number.isFinite(histogram.min) && Number.isFinite(histogram.max)) continue;
      const { name } = tensorAt(graph, index);
      throw new WasmoteError("calibration-invalid", `sample ${number}: activation "${name}" is not finite`);
    }
    progress(number + 1);
  }
  return histograms;
}

/** Tensors whose values tell how well a model does: its outputs, or what goes into a softmax or sigmoid that ends it. */
export function measuredTensors({ nodes, outputs, tensors }: Graph): TensorIndex[] {
  const writers = new Map(nodes.flatMap((node) => node.outputs.map((index) => [index, node] as const)));
  const ends = ["softmax", "logSoftmax", "logistic", "reshape"];
  return outputs.flatMap((output) => {
    let index = output;
    for (let node = writers.get(index); node !== undefined && ends.includes(node.operator); ) {
      index = node.inputs[0] as TensorIndex;
      node = writers.get(index);
    }
    return tensors[index]?.dtype === "float32" ? [index] : [];
  });
}

/** Squared differences between tensors as they are and copies of them. */
function squaredErrors(
  running: RunningGraph,
  measured: readonly TensorIndex[],
  wanted: Float32Array[],
): number {
  let error = 0;
  for (const [i, index] of measured.entries()) {
    const [found, expected] = [running.reals(index), wanted[i] as Float32Array];
    for (let k = 0; k < found.length; k++) error += ((found[k] as number) - (expected[k] as number)) ** 2;
  }
  return error;
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
const measuringBudget = 2e10;

/** A tensor's range, or that of several that must have the same, and who found it. */
export interface ChosenRange {
  tensors: readonly TensorIndex[];
  range: Range;
  observer: Observer;
}

/** What each observer finds for a group of tensors, those that find the same left out. */
function candidatesOf(histogram: Histogram): { observer: Observer; range: Range }[] {
  const found: { observer: Observer; range: Range }[] = [];
  for (const observer of observers) {
    const range = observedRange(observer, histogram, levels);
    if (!found.some((other) => other.range.min === range.min && other.range.max === range.max))
      found.push({ observer, range });
  }
  return found;
}

/**
 * Chooses a range for every activation: of those that the observers find, the one with which, when that tensor alone goes
 * through int8, the model's outputs before a final softmax or sigmoid differ the least from the float model's, as measured on
 * samples. Where measuring would take too long, on fewer of them.
 *
 * @param running the float graph
 * @param histograms of its activations, as `observe` gives them
 * @param macs of one inference
 */
export function chooseRanges(
  running: RunningGraph,
  histograms: ReadonlyMap<TensorIndex, Histogram>,
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
      const histogram = Histogram.merge(tensors.map((index) => histograms.get(index) as Histogram));
      const candidates = candidatesOf(histogram);
      return { tensors, candidates, errors: candidates.map(() => 0), after: dependents(graph, tensors) };
    });
  const runs = choices.reduce((sum, { candidates, after }) => sum + candidates.length * after.length, 0);
  const cost = (runs / Math.max(1, graph.nodes.length)) * macs + 1;
  const count = Math.max(2, Math.min(samples.length, Math.floor(measuringBudget / cost)));
  const measured = measuredTensors(graph);
  running.reset();
  for (let i = 0; i < Math.min(count, samples.length); i++) {
    const sample = samples[Math.floor((i * samples.length) / count)] as readonly Float32Array[];
    const state = running.readState();
    writeSample(running, sample);
    running.run();
    const after = running.readState();
    const wanted = measured.map((index) => running.reals(index).slice());
    for (const choice of choices) measureChoice(running, choice, measured, wanted, state);
    running.writeState(after);
  }
  return choices.map(({ tensors, candidates, errors }) => {
    const best = errors.indexOf(Math.min(...errors));
    return { tensors, ...(candidates[Math.max(0, best)] as (typeof candidates)[number]) };
  });
}

/** Adds the error of each candidate on the sample that has just been run, and leaves all activations as they were. */
function measureChoice(
  running: RunningGraph,
  choice: {
    tensors: TensorIndex[];
    candidates: { range: Range }[];
    errors: number[];
    after: number[];
  },
  measured: readonly TensorIndex[],
  wanted: Float32Array[],
  state: readonly Uint8Array[],
): void {
  const { tensors, candidates, errors, after } = choice;
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
    errors[i] = (errors[i] as number) + squaredErrors(running, measured, wanted);
    for (const [k, index] of tensors.entries()) running.reals(index).set(given[k] as Float32Array);
  }
  running.writeState(state);
  for (const at of after) running.runNode(at);
}
