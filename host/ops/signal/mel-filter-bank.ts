import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { logByIntegers } from "../../numerics/log-by-integers.js";
import { type Operator, valuesLike } from "../operator.js";
import { constantOf, given, inputsOf, requireDtype, requireNumber, rowsOf } from "./tensors.js";

/** What a channel takes of a spectrum: weights of bins that follow each other; none of a channel that is always 0. */
export interface MelBand {
  /** First bin. */
  start: number;
  weights: Float32Array;
}

/** Attributes of a filter bank. */
export interface MelFilterBankAttributes {
  /** Where there is one, natural logarithms of the sums are given: of each with `floor` added, or at least `floor`. */
  logarithm?: { floor: number; by: "add" | "maximum" };
}

/** The bands of a bank's channels, from the first weight of each that is not 0 to the last. Throws `NotRunnable`. */
export function melBands(node: BoundNode<MelFilterBankAttributes>): {
  input: Tensor;
  rows: number;
  bins: number;
  bands: MelBand[];
} {
  const [input, bank] = inputsOf(node, "input", "bank") as [Tensor, Tensor];
  const { rows, length: bins } = rowsOf(input, "input");
  requireDtype(bank, "bank", "float32");
  requireThat(
    bank.shape.length === 2 && bank.shape[1] === bins && (bank.shape[0] as number) > 0,
    `the bank is ${bank.shape.join("x")}; channels x ${bins} bins are expected`,
  );
  const matrix = constantOf(bank, "bank") as Float32Array;
  const bands = Array.from({ length: bank.shape[0] as number }, (_, channel): MelBand => {
    const weights = matrix.subarray(channel * bins, (channel + 1) * bins);
    const first = weights.findIndex((weight) => weight !== 0);
    if (first < 0) return { start: 0, weights: new Float32Array(0) };
    return {
      start: first,
      weights: weights.slice(first, weights.findLastIndex((weight) => weight !== 0) + 1),
    };
  });
  return { input, rows, bins, bands };
}

/**
 * Weighted sums over bands of spectra, float32: the product by a constant matrix [channels, bins] of which each row is zero but
 * for some bins that follow each other; or their logarithms.
 */
export const melFilterBank: Operator<MelFilterBankAttributes> = {
  name: "melFilterBank",
  quantization: { output: "float" },
  infer(node) {
    const { input, bands } = melBands(node);
    requireDtype(input, "input", "float32");
    const { logarithm } = node.attributes;
    if (logarithm !== undefined) {
      const { floor, by } = logarithm;
      requireNumber(floor, "the floor", 0);
      requireThat(by === "add" || by === "maximum", `the floor is by ${by}; add or maximum is expected`);
    }
    return [{ dtype: "float32", shape: [...input.shape.slice(0, -1), bands.length] }];
  },
  macs(node) {
    const { rows, bands } = melBands(node);
    return rows * bands.reduce((sum, { weights }) => sum + weights.length, 0);
  },
  reference(node, [input]) {
    const { rows, bins, bands } = melBands(node);
    const { logarithm } = node.attributes;
    const floor = Math.fround(logarithm?.floor ?? 0);
    const above = (sum: number) =>
      logarithm?.by === "add" ? Math.fround(sum + floor) : Math.max(sum, floor);
    const output = valuesLike(input, rows * bands.length);
    for (let row = 0; row < rows; row++) {
      for (const [channel, { start, weights }] of bands.entries()) {
        let sum = 0;
        for (const [i, weight] of weights.entries()) {
          const value = given(input)[row * bins + start + i] as number;
          sum = Math.fround(sum + Math.fround(weight * value));
        }
        output[row * bands.length + channel] = logarithm === undefined ? sum : logByIntegers(above(sum));
      }
    }
    return [output];
  },
};
