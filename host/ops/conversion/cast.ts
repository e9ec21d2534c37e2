import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { type DType, integerRange } from "../../graph/tensor.js";
import { onlyInput } from "../elementwise/lookup-table.js";
import { anyOrder, type Operator } from "../operator.js";

/** Attributes of a cast. */
export interface CastAttributes {
  /** The output's dtype. */
  to: DType;
}

/** A float32 as an integer: towards zero, within the dtype's range; 0 for NaN. Of bool: whether it is not 0. */
function integerOf(value: number, to: Exclude<DType, "float32">): number {
  if (to === "bool") return Number(value !== 0);
  const [low, high] = integerRange[to];
  return Number.isNaN(value) ? 0 : Math.min(high, Math.max(low, Math.trunc(value)));
}

/**
 * Elements of any type to another, by value, whatever their scale is. Integers keep their low bits, which a constant's
 * array sees to where the cast is folded.
 */
export const cast: Operator<CastAttributes> = {
  name: "cast",
  quantization: { output: "float" },
  infer(node) {
    const { dtype, shape } = onlyInput(node);
    const { to } = node.attributes;
    requireThat(dtype !== to, `input is ${dtype}, which it is to be cast to; another dtype is expected`);
    return [{ dtype: to, shape }];
  },
  macs: () => 0,
  reordered: anyOrder,
  reference(node: BoundNode<CastAttributes>, [input]) {
    const { to } = node.attributes;
    const values = input ?? new Float32Array(0);
    if (to === "float32") return [Float32Array.from(values)];
    const isFloat = onlyInput(node).dtype === "float32";
    if (!isFloat && to !== "bool") return [values.slice()];
    return [Float64Array.from(values, (value) => integerOf(value, to))];
  },
};
