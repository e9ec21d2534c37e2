import { requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType } from "../../graph/tensor.js";
import { onlyInput } from "../elementwise/lookup-table.js";
import { meansTheSame } from "../movement/moved.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { aroundAxis } from "./arg.js";

/** Attributes of the first of the sorted elements along an axis. */
export interface TopKAttributes {
  /** How many: 1 to the axis' length. */
  count: number;
  /** Axis from 0, or from -1 for the last. */
  axis: number;
  /** Whether the largest come first, else the smallest. */
  largest: boolean;
  /** Element type of the indices. */
  index: "int32" | "int64";
}

/** Dtypes of what is sorted. */
export const topKTypes: readonly DType[] = ["float32", "int8", "int16", "int32", "uint8", "int64"];

/** Indices of a line's elements, sorted: NaN comes last, and of equal ones the first comes first. */
function sortedIndices(line: readonly number[], largest: boolean): number[] {
  const sign = largest ? -1 : 1;
  const order = (a: number, b: number): number =>
    Number.isNaN(a) || Number.isNaN(b)
      ? Number(Number.isNaN(a)) - Number(Number.isNaN(b))
      : sign * Math.sign(a - b) || 0;
  return [...line.keys()].sort((i, j) => order(line[i] as number, line[j] as number) || i - j);
}

/** The largest or the smallest elements along an axis, sorted, and where they were. */
export const topK: Operator<TopKAttributes> = {
  name: "topK",
  quantization: { output: "as-input" },
  infer(node) {
    const input = onlyInput(node);
    const { dtype, shape } = input;
    const { count, axis, index } = node.attributes;
    requireThat(topKTypes.includes(dtype), `input is ${dtype}; ${alternatives(topKTypes)} is expected`);
    const { length } = aroundAxis(input, axis);
    requireThat(
      Number.isInteger(count) && count >= 1 && count <= length,
      `${count} elements of ${length} are asked for; 1 to ${length} are expected`,
    );
    const [output] = node.outputs;
    requireThat(
      output === undefined || output.dtype !== dtype || meansTheSame(input, output),
      "the output has another scale or zero point than the input; equal ones are expected",
    );
    const kept = shape.with(axis, count);
    return [
      { dtype, shape: kept },
      { dtype: index, shape: kept },
    ];
  },
  macs: () => 0,
  reference(node, [input]) {
    const values = input as Values;
    const { count, axis, largest } = node.attributes;
    const { outer, length, inner } = aroundAxis(onlyInput(node), axis);
    const output = valuesLike(values, outer * count * inner);
    const indices = new Float64Array(output.length);
    for (let o = 0; o < outer; o++) {
      for (let i = 0; i < inner; i++) {
        const line = Array.from({ length }, (_, l) => values[(o * length + l) * inner + i] as number);
        for (const [rank, index] of sortedIndices(line, largest).slice(0, count).entries()) {
          const at = (o * count + rank) * inner + i;
          output[at] = line[index] as number;
          indices[at] = index;
        }
      }
    }
    return [output, indices];
  },
};
