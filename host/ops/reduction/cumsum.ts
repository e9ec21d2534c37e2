import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType } from "../../graph/tensor.js";
import {
  type FixedPointMultiplier,
  int8Parameters,
  quantizeMultiplier,
} from "../../numerics/requantization.js";
import { onlyInput } from "../elementwise/lookup-table.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { aroundAxis } from "./arg.js";

/** Attributes of cumulative sums. */
export interface CumsumAttributes {
  /** Axis from 0, or from -1 for the last. */
  axis: number;
  /** Whether an element is left out of its own sum. */
  exclusive: boolean;
  /** Whether sums run from the end. */
  reverse: boolean;
  /** Whether sums of int8 start with minus the input's zero point, as TFLite's reference kernel has it; else with 0. */
  startsAtZeroPoint?: boolean;
}

/** Left shift of TFLite's reference kernel before its sums. */
const integerShift = 20;

/** What an int8 sum is rescaled by: TFLite's reference kernel has twice the input's scale within. Throws `NotRunnable`. */
export function cumsumMultiplier(node: BoundNode<CumsumAttributes>): FixedPointMultiplier {
  const [from, to] = [int8Parameters(onlyInput(node)), int8Parameters(node.outputs[0] ?? onlyInput(node))];
  const factor = quantizeMultiplier((2 * from.scale) / (2 ** integerShift * to.scale));
  requireThat(
    factor.shift < 0,
    `the input's scale of ${from.scale} is too large for the output's of ${to.scale}`,
  );
  return factor;
}

/** Dtypes of cumulative sums. */
export const cumsumTypes: readonly DType[] = ["float32", "int8", "int32", "int64"];

/** Sums of all elements along an axis up to each of them. */
export const cumsum: Operator<CumsumAttributes> = {
  name: "cumsum",
  quantization: { output: "calibrated" },
  infer(node) {
    const { dtype, shape } = onlyInput(node);
    requireThat(cumsumTypes.includes(dtype), `input is ${dtype}; ${alternatives(cumsumTypes)} is expected`);
    aroundAxis(onlyInput(node), node.attributes.axis);
    if (dtype === "int8") cumsumMultiplier(node);
    return [{ dtype, shape }];
  },
  macs: () => 0,
  reference(node, [input]) {
    const values = input as Values;
    const { axis, exclusive, reverse } = node.attributes;
    const { outer, length, inner } = aroundAxis(onlyInput(node), axis);
    const output = valuesLike(values, values.length);
    for (let line = 0; line < outer * inner; line++) {
      const start = Math.floor(line / inner) * length * inner + (line % inner);
      let sum = 0;
      for (let l = 0; l < length; l++) {
        const at = start + (reverse ? length - 1 - l : l) * inner;
        const before = sum;
        sum += values[at] as number;
        output[at] = exclusive ? before : sum;
      }
    }
    return [output];
  },
};
