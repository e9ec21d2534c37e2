import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { type FftAttributes, fftDtypes, irfftOf, requireFftLength } from "./fft.js";
import { given, inputsOf, requireDtype, rowsOf } from "./tensors.js";

/** Rows of spectra, each of one bin more than half the transform's length. Throws `NotRunnable`. */
export function irfftRows(node: BoundNode<FftAttributes>): { input: Tensor; rows: number } {
  const [input] = inputsOf(node, "input") as [Tensor];
  const { rows, length } = rowsOf(input, "input");
  requireFftLength(node.attributes.length);
  requireThat(
    length === node.attributes.length + 2,
    `the input's last axis has ${length} elements; ${node.attributes.length + 2} are expected`,
  );
  return { input, rows };
}

/** Real samples of spectra over the last axis, of which `rfft` tells: int16, int32 or float32. */
export const irfft: Operator<FftAttributes> = {
  name: "irfft",
  quantization: { output: "calibrated" },
  infer(node) {
    const { input } = irfftRows(node);
    requireDtype(input, "input", ...fftDtypes);
    return [{ dtype: input.dtype, shape: [...input.shape.slice(0, -1), node.attributes.length] }];
  },
  macs: () => 0,
  reference(node, [input]) {
    const { input: tensor, rows } = irfftRows(node);
    const { length } = node.attributes;
    const output = valuesLike(input, rows * length);
    for (let row = 0; row < rows; row++) {
      const values = given(input).subarray(row * (length + 2), (row + 1) * (length + 2));
      output.set(irfftOf(tensor.dtype as (typeof fftDtypes)[number], values, length / 2), row * length);
    }
    return [output];
  },
};
