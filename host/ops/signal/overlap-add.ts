import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { given, inputsOf, requireDtype, requireWhole } from "./tensors.js";

/** Attributes of overlapping frames. */
export interface OverlapAddAttributes {
  /** Elements from one frame's start to the next. */
  hop: number;
}

/** The frames of the input: [rows, frames, length]. Throws `NotRunnable`. */
export function overlapAddFrames(node: BoundNode<OverlapAddAttributes>): {
  input: Tensor;
  rows: number;
  frames: number;
  length: number;
} {
  const [input] = inputsOf(node, "input") as [Tensor];
  const [length, frames, ...outer] = [...input.shape].reverse();
  if (length === undefined || frames === undefined) {
    requireThat(false, `the input has ${input.shape.length} axes; frames, and their elements, are expected`);
  }
  return { input, rows: outer.reduce((product, axis) => product * axis, 1), frames, length };
}

/** Frames that overlap, added; what they give to elements to come is kept from run to run. int16 or float32. */
export const overlapAdd: Operator<OverlapAddAttributes> = {
  name: "overlapAdd",
  quantization: { output: "calibrated" },
  infer(node) {
    const { input, rows, frames, length } = overlapAddFrames(node);
    requireDtype(input, "input", "int16", "float32");
    requireWhole(node.attributes.hop, "the frame step", 1, length);
    const [sums] = node.variables ?? [];
    requireThat(
      sums?.dtype === input.dtype && sums.shape.join() === [rows, length].join(),
      `the sums are no variable of ${rows} x ${length} ${input.dtype}`,
    );
    return [{ dtype: input.dtype, shape: [...input.shape.slice(0, -2), frames * node.attributes.hop] }];
  },
  macs: () => 0,
  reference(node, [input], [sums] = []) {
    const { rows, frames, length, input: tensor } = overlapAddFrames(node);
    const { hop } = node.attributes;
    const output = valuesLike(input, rows * frames * hop);
    const add = (a: number, b: number): number =>
      tensor.dtype === "int16" ? Math.min(32767, Math.max(-32768, a + b)) : Math.fround(a + b);
    for (let i = 0; i < rows * frames; i++) {
      const row = given(sums).subarray(
        Math.floor(i / frames) * length,
        (Math.floor(i / frames) + 1) * length,
      );
      for (let k = 0; k < length; k++) row[k] = add(row[k] as number, given(input)[i * length + k] as number);
      output.set(row.subarray(0, hop), i * hop);
      row.copyWithin(0, hop);
      row.fill(0, length - hop);
    }
    return [output];
  },
};
