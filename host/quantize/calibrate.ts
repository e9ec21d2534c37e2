import { WasmoteError } from "../errors.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { elementCount } from "../graph/tensor.js";
import type { Values } from "../ops/operator.js";
import { constantValues, initialState, runFloat } from "./float-executor.js";
import { type Range, unite } from "./ranges/range.js";

/** Range of an array's values; NaN where one of them is NaN. */
export function rangeOf(values: Values): Range {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < min) min = value;
    if (value > max) max = value;
    if (Number.isNaN(value)) return { min: Number.NaN, max: Number.NaN };
  }
  return { min, max };
}

export function checkSample(graph: Graph, sample: readonly Float32Array[], number: number): void {
  const fail = (detail: string): never => {
    throw new WasmoteError("calibration-invalid", `sample ${number}: ${detail}`);
  };
  if (sample.length !== graph.inputs.length) {
    fail(`${sample.length} tensors; the model has ${graph.inputs.length} inputs`);
  }
  graph.inputs.forEach((index, i) => {
    const { name, shape } = tensorAt(graph, index);
    const values = sample[i] as Float32Array;
    if (values.length !== elementCount(shape)) {
      fail(
        `${values.length} numbers for input "${name}", which takes ${elementCount(shape)} (${shape.join("x")})`,
      );
    }
    const bad = values.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) fail(`${values[bad]} at element ${bad} of input "${name}"`);
  });
}

/**
 * A range for every activation without running the graph, -1 to 1: enough to see whether a graph can be quantized, and what it
 * then takes, which does not hang on the values.
 */
export function assumedRanges({ tensors, variables = [] }: Graph): (Range | undefined)[] {
  return [...tensors, ...variables].map(({ data, dtype }) =>
    data === undefined && dtype === "float32" ? { min: -1, max: 1 } : undefined,
  );
}

/**
 * Runs a float32 graph over calibration samples and answers the range of every activation, by tensor index, and behind
 * them of the variables that hold what nodes keep.
 *
 * @param samples samples[i][j] holds input j of sample i; a graph with state sees them one after another
 * @throws `calibration-missing` without samples; `calibration-invalid` for samples of the wrong number or length
 * of tensors, with NaN or infinity, or that make an activation NaN or infinite
 */
export function calibrate(
  graph: Graph,
  samples: readonly (readonly Float32Array[])[],
): (Range | undefined)[] {
  if (samples.length === 0) throw new WasmoteError("calibration-missing", "no samples were given");
  const constants = constantValues(graph);
  const state = initialState(graph);
  const ranges: (Range | undefined)[] = graph.tensors.map(() => undefined);
  const activations = [...graph.tensors.keys()].filter((index) => tensorAt(graph, index).data === undefined);
  samples.forEach((sample, number) => {
    checkSample(graph, sample, number);
    const add = (index: TensorIndex, taken: Values): void => {
      const range = rangeOf(taken);
      if (!Number.isFinite(range.min) || !Number.isFinite(range.max)) {
        const name = graph.tensors[index]?.name ?? graph.variables?.[index - graph.tensors.length]?.name;
        throw new WasmoteError("calibration-invalid", `sample ${number}: activation "${name}" is not finite`);
      }
      ranges[index] = unite(ranges[index], range);
    };
    const values = runFloat(graph, sample, constants, state, (holders, taken) => {
      for (const index of holders) if (graph.tensors[index]?.data === undefined) add(index, taken);
    });
    for (const index of activations) {
      const tensor = values[index];
      if (tensor !== undefined) add(index, tensor);
    }
  });
  return ranges;
}
