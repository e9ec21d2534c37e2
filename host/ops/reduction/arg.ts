import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { onlyInput } from "../elementwise/lookup-table.js";
import { type Operator, type Values, valuesLike } from "../operator.js";

/** Attributes of an operator that gives indices along an axis. */
export interface ArgAttributes {
  /** Axis from 0, or from -1 for the last. */
  axis: number;
  /** Element type of the indices. */
  index: "int32" | "int64";
  /** Whether it is the last of equal elements, not the first. */
  last?: boolean;
}

/** A tensor's axes as three: all before an axis, the axis, and all after it. Throws `NotRunnable` where it has none. */
export function aroundAxis(
  { shape }: Tensor,
  axis: number,
): { outer: number; length: number; inner: number } {
  const at = axis < 0 ? axis + shape.length : axis;
  requireThat(
    Number.isInteger(axis) && at >= 0 && at < shape.length,
    `axis ${axis} does not exist in rank ${shape.length}`,
  );
  return {
    outer: elementCount(shape.slice(0, at)),
    length: shape[at] as number,
    inner: elementCount(shape.slice(at + 1)),
  };
}

function extreme(name: string, isBetter: (value: number, best: number) => boolean): Operator<ArgAttributes> {
  const indexOf = (values: Values, start: number, length: number, step: number, last: boolean): number => {
    let best = 0;
    for (let i = 1; i < length; i++) {
      const [value, other] = [values[start + i * step] as number, values[start + best * step] as number];
      if (isBetter(value, other) || (last && value === other)) best = i;
    }
    return best;
  };
  return {
    name,
    quantization: { output: "calibrated" },
    infer(node: BoundNode<ArgAttributes>) {
      const input = onlyInput(node);
      const { axis, index } = node.attributes;
      aroundAxis(input, axis);
      const at = axis < 0 ? axis + input.shape.length : axis;
      return [{ dtype: index, shape: input.shape.filter((_, i) => i !== at) }];
    },
    macs: () => 0,
    reference(node, [input]) {
      const values = input as Values;
      const { axis, last = false } = node.attributes;
      const { outer, length, inner } = aroundAxis(onlyInput(node), axis);
      const output = valuesLike(values, outer * inner);
      output.forEach((_, i) => {
        const start = Math.floor(i / inner) * length * inner + (i % inner);
        output[i] = indexOf(values, start, length, inner, last);
      });
      return [output];
    },
  };
}

/** Index of the first, or last, largest element along an axis. */
export const argMax = extreme("argMax", (value, best) => value > best);

/** Index of the first, or last, smallest element along an axis. */
export const argMin = extreme("argMin", (value, best) => value < best);
