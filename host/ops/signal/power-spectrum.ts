import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { requireFftLength, rfftOf } from "./fft.js";
import { constantOf, given, lengthOf, requireDtype, requireNumber, requireWhole, rowsOf } from "./tensors.js";

/** Attributes of the power of spectra. */
export interface PowerSpectrumAttributes {
  /** Samples of the transform; rows that are shorter are followed by zeros. */
  length: number;
  /** Whether bins hold magnitudes, or their squares. */
  form: "power" | "magnitude";
  /** What each bin is multiplied by. */
  scale: number;
}

/** Rows of samples, how many there are in each, and the window, where there is one. Throws `NotRunnable`. */
export function powerSpectrumRows(node: BoundNode<PowerSpectrumAttributes>): {
  input: Tensor;
  window: Tensor | undefined;
  rows: number;
  length: number;
} {
  const [input, window] = node.inputs;
  requireThat(node.inputs.length <= 2, `${node.inputs.length} inputs; an input and a window are expected`);
  if (input === undefined) throw new NotRunnable("the input is missing");
  const { rows, length } = rowsOf(input, "input");
  requireFftLength(node.attributes.length);
  requireWhole(length, "the input's last axis", 1, node.attributes.length);
  return { input, window, rows, length };
}

/**
 * Power of the spectra of rows of samples, or its square root, float32: one bin more than half the transform's length. A
 * constant window may be multiplied by first.
 */
export const powerSpectrum: Operator<PowerSpectrumAttributes> = {
  name: "powerSpectrum",
  quantization: { output: "float" },
  infer(node) {
    const { input, window, length } = powerSpectrumRows(node);
    requireDtype(input, "input", "float32");
    if (window !== undefined) {
      requireDtype(window, "window", "float32");
      constantOf(window, "window");
      const samples = lengthOf(window, "window");
      requireThat(samples === length, `the window has ${samples} values; rows of ${length} are windowed`);
    }
    const { form, scale } = node.attributes;
    requireThat(
      form === "power" || form === "magnitude",
      `the form is ${form}; power or magnitude is expected`,
    );
    requireNumber(scale, "the scale");
    return [{ dtype: "float32", shape: [...input.shape.slice(0, -1), node.attributes.length / 2 + 1] }];
  },
  macs: () => 0,
  reference(node, [input, window]) {
    const { rows, length } = powerSpectrumRows(node);
    const { length: samples, form, scale } = node.attributes;
    const bins = samples / 2 + 1;
    const output = valuesLike(input, rows * bins);
    for (let row = 0; row < rows; row++) {
      const windowed = given(input)
        .slice(row * length, (row + 1) * length)
        .map((value, i) => Math.fround(value * (window?.[i] ?? 1)));
      const spectrum = rfftOf("float32", windowed, samples / 2);
      for (let bin = 0; bin < bins; bin++) {
        const [real, imaginary] = [spectrum[2 * bin] as number, spectrum[2 * bin + 1] as number];
        const power = Math.fround(Math.fround(real * real) + Math.fround(imaginary * imaginary));
        const value = form === "power" ? power : Math.fround(Math.sqrt(power));
        output[row * bins + bin] = Math.fround(value * Math.fround(scale));
      }
    }
    return [output];
  },
};
