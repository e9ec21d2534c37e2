import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import type { Taps } from "../../numerics/resample.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { inputAt, limitedShape, positiveAxis, requireSameMeaning } from "./moved.js";

/** Attributes of a resampling: which axis, and what its new indices are made of. */
export interface ResampleAttributes extends Taps {
  /** Negative counts from the end. */
  readonly axis: number;
}

/** Sum of the weights' magnitudes, at most: so much that sums of int8 fit. */
const maxMagnitude = 64;

/** The input as [outer, length, inner], and the elements that an index of the output is made of. */
export interface Resampled {
  input: Tensor;
  outer: number;
  length: number;
  inner: number;
  taps: number;
  shape: number[];
}

/** Looks up and checks the input. Throws `NotRunnable`. */
export function resampled({ attributes, inputs }: BoundNode<ResampleAttributes>): Resampled {
  const input = inputAt(inputs);
  const { firsts, weights } = attributes;
  const axis = positiveAxis(attributes.axis, input.shape.length);
  const length = input.shape[axis] as number;
  const taps = weights[0]?.length ?? 0;
  requireThat(
    taps >= 1 && firsts.length === weights.length && weights.every((row) => row.length === taps),
    `${firsts.length} indices with ${weights.length} rows of weights; as many of one length are expected`,
  );
  for (const first of firsts) {
    requireThat(
      Number.isInteger(first) && first >= 0 && first + taps <= length,
      `indices ${first} to ${first + taps - 1} are not in an axis of length ${length}`,
    );
  }
  for (const row of weights) {
    const magnitude = row.reduce((sum, weight) => sum + Math.abs(weight), 0);
    requireThat(magnitude <= maxMagnitude, `weights [${row.join(", ")}] are not of a mean`);
    const sum = row.reduce((a, b) => a + b, 0);
    requireThat(Math.abs(sum - 1) < 1e-3, `weights [${row.join(", ")}] make ${sum}; 1 is expected`);
  }
  return {
    input,
    outer: elementCount(input.shape.slice(0, axis)),
    length,
    inner: elementCount(input.shape.slice(axis + 1)),
    taps,
    shape: input.shape.with(axis, firsts.length),
  };
}

/** Each index of an axis as a weighted mean of neighbours: interpolation of any kind, one axis at a time. */
export const resample: Operator<ResampleAttributes> = {
  name: "resample",
  quantization: { output: "as-input" },
  infer(node) {
    const { input, shape } = resampled(node);
    const { dtype } = input;
    requireThat(["int8", "float32"].includes(dtype), `input is ${dtype}; int8 or float32 is expected`);
    requireSameMeaning([input], node.outputs);
    return [{ dtype, shape: limitedShape(shape) }];
  },
  macs: (node) => {
    const { taps, shape } = resampled(node);
    return taps * elementCount(shape);
  },
  reference(node, [values]) {
    const { outer, length, inner, shape } = resampled(node);
    const { firsts, weights } = node.attributes;
    const output = valuesLike(values, elementCount(shape));
    let to = 0;
    for (let row = 0; row < outer; row++) {
      for (const [i, first] of firsts.entries()) {
        for (let column = 0; column < inner; column++) {
          const from = (row * length + first) * inner + column;
          output[to++] = (weights[i] as readonly number[]).reduce(
            (sum, weight, tap) => sum + weight * ((values as Values)[from + tap * inner] as number),
            0,
          );
        }
      }
    }
    return [output];
  },
};
