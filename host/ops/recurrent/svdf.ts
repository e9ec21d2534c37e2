import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { DType, Tensor } from "../../graph/tensor.js";
import {
  applyActivation,
  type FixedPointMultiplier,
  integerParameters,
  quantizeMultiplier,
} from "../../numerics/requantization.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { requireConstant, requireSymmetric, requireVariable } from "./weights.js";

/** Attributes of a layer of filters over time. */
export interface SvdfAttributes {
  /** Filters that are summed for a unit. */
  rank: number;
  /** Of float32; integers are limited to their range alone, as TFLite Micro's kernel does. */
  activation: FusedActivation;
}

/** Lengths of a layer of filters over time. */
export interface SvdfShape {
  batches: number;
  inputs: number;
  units: number;
  filters: number;
  /** Values that a filter keeps. */
  memory: number;
}

/** The lengths, as input and weights have them. Throws `NotRunnable`. */
export function svdfShape({ inputs, attributes }: BoundNode<SvdfAttributes>): SvdfShape {
  const [input, features, times] = inputs;
  if (input === undefined || features === undefined || times === undefined)
    throw new NotRunnable("an input is missing");
  requireThat(input.shape.length === 2, `input has rank ${input.shape.length}; 2 is expected`);
  const [batches, length] = input.shape as [number, number];
  const filters = features.shape[0] ?? 0;
  const { rank } = attributes;
  requireThat(
    Number.isInteger(rank) && rank >= 1 && filters % rank === 0,
    `${filters} filters of rank ${rank}; a multiple of the rank is expected`,
  );
  return { batches, inputs: length, units: filters / rank, filters, memory: times.shape[1] ?? 0 };
}

function requireTypes(node: BoundNode<SvdfAttributes>, { filters, inputs, memory, units }: SvdfShape): DType {
  const [input, features, times, bias] = node.inputs as [Tensor, Tensor, Tensor, Tensor | undefined];
  const isFloat = input.dtype === "float32";
  requireThat(isFloat || input.dtype === "int8", `input is ${input.dtype}; int8 or float32 is expected`);
  requireConstant(features, "feature weights", [input.dtype], [filters, inputs]);
  requireConstant(times, "time weights", isFloat ? ["float32"] : ["int8", "int16"], [filters, memory]);
  if (bias !== undefined) requireConstant(bias, "biases", [isFloat ? "float32" : "int32"], [units]);
  return times.dtype;
}

/** How a node of int8 rescales its sums. */
export interface SvdfRescaling {
  /** Of a sum over inputs, to the state. */
  toState: FixedPointMultiplier;
  /** Of a sum over time, to the output. */
  toOutput: FixedPointMultiplier;
  inputZeroPoint: number;
  stateZeroPoint: number;
  outputZeroPoint: number;
}

/** The constants of a node of int8, whose scales are multiplied in float32. Throws `NotRunnable`. */
export function svdfRescaling({ inputs, outputs, variables }: BoundNode<SvdfAttributes>): SvdfRescaling {
  const [input, features, times] = inputs as [Tensor, Tensor, Tensor];
  const [from, w, v] = [integerParameters(input), integerParameters(features), integerParameters(times)];
  const state = integerParameters(variables?.[0] as Tensor);
  const to = integerParameters(outputs[0] as Tensor);
  const factor = (a: number, b: number, c: number): FixedPointMultiplier =>
    quantizeMultiplier(Math.fround(Math.fround(a * b) / c));
  return {
    toState: factor(from.scale, w.scale, state.scale),
    toOutput: factor(state.scale, v.scale, to.scale),
    inputZeroPoint: from.zeroPoint,
    stateZeroPoint: state.zeroPoint,
    outputZeroPoint: to.zeroPoint,
  };
}

/** Filters over time: inputs are one step, feature weights, time weights and biases; the variable is the filters' values. */
export const svdf: Operator<SvdfAttributes> = {
  name: "svdf",
  quantization: { output: "calibrated" },
  infer(node) {
    const shape = svdfShape(node);
    const state = requireTypes(node, shape);
    requireVariable(node.variables?.[0], "the state", [state], shape.batches * shape.filters * shape.memory);
    const [input, features, times] = node.inputs as [Tensor, Tensor, Tensor];
    if (input.dtype === "int8") {
      for (const tensor of [features, times]) requireSymmetric(tensor);
      svdfRescaling(node);
    }
    return [{ dtype: input.dtype, shape: [shape.batches, shape.units] }];
  },
  macs(node) {
    const { batches, filters, inputs, memory } = svdfShape(node);
    return batches * filters * (inputs + memory);
  },
  integers: {
    // Values of int8 and weights over time of int8: sums of 32 bits hold any number of their products.
    states: () => [{ dtype: "int8", inputs: [], outputs: [], variables: [0] }],
    stateValues(node, values, [state] = []) {
      const after = (state as Values).slice();
      svdf.reference(node, values, [after]);
      return [Float32Array.from([...(state as Values), ...after])];
    },
    weights: () => [{ input: 1 }, { input: 2, bias: 3, state: 0 }],
  },
  reference(node, [input, features, times, bias], [state] = []) {
    const { batches, inputs, units, filters, memory } = svdfShape(node);
    const [x, values] = [input as Values, state as Values];
    const output = valuesLike(x, batches * units);
    for (let batch = 0; batch < batches; batch++) {
      for (let filter = 0; filter < filters; filter++) {
        const row = values.subarray((batch * filters + filter) * memory).subarray(0, memory);
        row.copyWithin(0, 1);
        row[memory - 1] = product(features, filter, x.subarray(batch * inputs, (batch + 1) * inputs));
        const at = batch * units + Math.floor(filter / node.attributes.rank);
        output[at] = (output[at] as number) + product(times, filter, row);
      }
      for (let unit = 0; unit < units; unit++) {
        const sum = (output[batch * units + unit] as number) + (bias?.[unit] ?? 0);
        output[batch * units + unit] = applyActivation(node.attributes.activation, sum);
      }
    }
    return [output];
  },
};

/** Product of a row of a matrix and a vector. */
function product(matrix: Values | undefined, row: number, vector: Values): number {
  let sum = 0;
  for (const [i, value] of vector.entries()) sum += value * (matrix?.[row * vector.length + i] as number);
  return sum;
}
