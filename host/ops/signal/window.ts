import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { constantOf, given, inputsOf, lengthOf, requireDtype, requireWhole, rowsOf } from "./tensors.js";

/** Attributes of a product with a window. */
export interface WindowAttributes {
  /** Fractional bits of the window, by which products are shifted to the right. */
  shift: number;
}

/** Input, and window, of a valid node; rows of the window's length. */
export function windowRows(node: BoundNode<WindowAttributes>): {
  input: Tensor;
  window: Tensor;
  rows: number;
  length: number;
} {
  const [input, window] = inputsOf(node, "input", "window") as [Tensor, Tensor];
  const length = lengthOf(window, "window");
  const inputRows = rowsOf(input, "input");
  requireThat(
    (inputRows.rows * inputRows.length) % length === 0,
    `the input's ${inputRows.rows * inputRows.length} samples are no multiple of the window's ${length}`,
  );
  return { input, window, rows: (inputRows.rows * inputRows.length) / length, length };
}

/** Samples times a constant window, int16. */
export const window: Operator<WindowAttributes> = {
  name: "signalWindow",
  quantization: { output: "calibrated" },
  infer(node) {
    const { input, window } = windowRows(node);
    requireDtype(input, "input", "int16");
    requireDtype(window, "window", "int16");
    constantOf(window, "window");
    requireWhole(node.attributes.shift, "the shift", 0, 31);
    return [{ dtype: "int16", shape: input.shape }];
  },
  macs: () => 0,
  reference(node, [input, window]) {
    const { length } = windowRows(node);
    const values = given(window);
    const output = valuesLike(input, given(input).length);
    for (const [i, sample] of given(input).entries()) {
      const product = Math.floor((sample * (values[i % length] as number)) / 2 ** node.attributes.shift);
      output[i] = Math.min(32767, Math.max(-32768, product));
    }
    return [output];
  },
};
