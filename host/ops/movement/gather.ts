import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { describeType, elementCount, type Tensor } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { inputAt, limitedShape, positiveAxis, requireSameMeaning } from "./moved.js";

/** Attributes of a gather. */
export interface GatherAttributes {
  /** The first axis that indices name; negative counts from the end. */
  axis: number;
  /** Leading axes that input and indices share, one index after the other. */
  batchDims: number;
  /** Axes that an index names. From 2 on, the last axis of the indices holds one number for each. */
  axes: number;
  /** Whether a negative number counts from the end of its axis; else it is refused, and traps. */
  fromEnd?: boolean;
}

/** Axes that an index can name, at most. */
export const maxIndexAxes = 5;

/** Input [batches, outer, lengths, inner] and indices [batches, positions, numbers of lengths], in elements. */
export interface Gathered {
  input: Tensor;
  indices: Tensor;
  batches: number;
  outer: number;
  lengths: readonly number[];
  positions: number;
  inner: number;
  shape: number[];
}

/** Looks up and checks the inputs. Throws `NotRunnable`. */
export function gathered({ attributes, inputs }: BoundNode<GatherAttributes>): Gathered {
  const [input, indices] = [inputAt(inputs), inputAt(inputs, 1)];
  const { axes, batchDims } = attributes;
  const axis = positiveAxis(attributes.axis, input.shape.length);
  requireThat(
    indices.dtype === "int32" || indices.dtype === "int64",
    `indices are ${indices.dtype}; int32 or int64 is expected`,
  );
  requireThat(
    Number.isInteger(axes) && axes >= 1 && axes <= maxIndexAxes && axis + axes <= input.shape.length,
    `an index of ${axes} numbers does not name axes of ${describeType(input)} from ${axis} on; up to ${maxIndexAxes} are supported`,
  );
  const places = axes === 1 ? indices.shape : indices.shape.slice(0, -1);
  requireThat(
    axes === 1 || indices.shape.at(-1) === axes,
    `indices ${describeType(indices)} do not end in the ${axes} numbers of one`,
  );
  requireThat(
    Number.isInteger(batchDims) && batchDims >= 0 && batchDims <= Math.min(axis, places.length),
    `${batchDims} axes of batches; 0 to ${Math.min(axis, places.length)} are expected`,
  );
  const batch = input.shape.slice(0, batchDims);
  requireThat(
    batch.every((length, i) => length === places[i]),
    `the first ${batchDims} axes of ${describeType(input)} and of the indices ${describeType(indices)} differ`,
  );
  const lengths = input.shape.slice(axis, axis + axes);
  requireInside(indices, lengths, attributes.fromEnd === true);
  return {
    input,
    indices,
    batches: elementCount(batch),
    outer: elementCount(input.shape.slice(batchDims, axis)),
    lengths,
    positions: elementCount(places.slice(batchDims)),
    inner: elementCount(input.shape.slice(axis + axes)),
    shape: [...input.shape.slice(0, axis), ...places.slice(batchDims), ...input.shape.slice(axis + axes)],
  };
}

function requireInside({ data }: Tensor, lengths: readonly number[], fromEnd: boolean): void {
  data?.forEach((value: number | bigint, at: number) => {
    const length = lengths[at % lengths.length] as number;
    requireThat(
      value >= (fromEnd ? -length : 0) && value < length,
      `index ${value} is not in an axis of length ${length}`,
    );
  });
}

/** Parts of a tensor of any dtype, by indices. */
export const gather: Operator<GatherAttributes> = {
  name: "gather",
  quantization: { output: "as-input" },
  moves: true,
  infer(node) {
    const { input, shape } = gathered(node);
    requireSameMeaning([input], node.outputs);
    return [{ dtype: input.dtype, shape: limitedShape(shape) }];
  },
  macs: () => 0,
  reference(node, [values, indices]) {
    const { batches, outer, lengths, positions, inner, shape } = gathered(node);
    const output = valuesLike(values, elementCount(shape));
    const whole = elementCount(lengths);
    let to = 0;
    for (let row = 0; row < batches * outer; row++) {
      for (let position = 0; position < positions; position++) {
        const first = (Math.floor(row / outer) * positions + position) * lengths.length;
        const at = lengths.reduce((index, length, axis) => {
          const number = (indices as Values)[first + axis] as number;
          return index * length + (number < 0 ? number + length : number);
        }, 0);
        const from = (row * whole + at) * inner;
        output.set((values as Values).subarray(from, from + inner), to);
        to += inner;
      }
    }
    return [output];
  },
};
