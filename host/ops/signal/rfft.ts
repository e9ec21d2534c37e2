import type { BoundNode } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { type FftAttributes, fftDtypes, requireFftLength, rfftOf } from "./fft.js";
import { given, inputsOf, requireDtype, requireWhole, rowsOf } from "./tensors.js";

/** Rows of samples, and how many there are in each, at most the transform's length. Throws `NotRunnable`. */
export function rfftRows(node: BoundNode<FftAttributes>): { input: Tensor; rows: number; length: number } {
  const [input] = inputsOf(node, "input") as [Tensor];
  const { rows, length } = rowsOf(input, "input");
  requireFftLength(node.attributes.length);
  requireWhole(length, "the input's last axis", 1, node.attributes.length);
  return { input, rows, length };
}

/**
 * Spectra of real samples over the last axis: int16, int32 or float32 to as many real and imaginary parts of one bin
 * more than half the length. Rows that are shorter than the transform are followed by zeros.
 */
export const rfft: Operator<FftAttributes> = {
  name: "rfft",
  quantization: { output: "calibrated" },
  infer(node) {
    const { input } = rfftRows(node);
    requireDtype(input, "input", ...fftDtypes);
    return [{ dtype: input.dtype, shape: [...input.shape.slice(0, -1), node.attributes.length + 2] }];
  },
  macs: () => 0,
  reference(node, [input]) {
    const { input: tensor, rows, length } = rfftRows(node);
    const outputLength = node.attributes.length + 2;
    const output = valuesLike(input, rows * outputLength);
    for (let row = 0; row < rows; row++) {
      const samples = given(input).subarray(row * length, (row + 1) * length);
      const dtype = tensor.dtype as (typeof fftDtypes)[number];
      output.set(rfftOf(dtype, samples, node.attributes.length / 2), row * outputLength);
    }
    return [output];
  },
};
