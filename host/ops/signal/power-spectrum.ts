import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { requireFftLength, rfftOf } from "./fft.js";
import {
  bitLength,
  constantOf,
  given,
  lengthOf,
  requireDtype,
  requireNumber,
  requireWhole,
  rowsOf,
} from "./tensors.js";

/** Attributes of the power of spectra. */
export interface PowerSpectrumAttributes {
  /** Samples of the transform; rows that are shorter are followed by zeros. */
  length: number;
  /** Whether bins hold magnitudes, or their squares. */
  form: "power" | "magnitude";
  /** What each bin is multiplied by. */
  scale: number;
  /** The bins from `start` up to `end` are computed, all by default; others are 0. */
  start?: number;
  end?: number;
}

/** The bins that are computed: from the first up to the second. */
export function powerSpectrumBins({
  length,
  start = 0,
  end = length / 2 + 1,
}: PowerSpectrumAttributes): [start: number, end: number] {
  return [start, end];
}

/** A window's value in 31 fractional bits; 1 is the largest that there is. */
export const windowFactor = (value: number): number => Math.min(2 ** 31 - 1, Math.round(value * 2 ** 31));

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

/** Bits of the largest sample, and of the sum of all times the window with what is rounded. */
const wholeBits = 30;

/** Powers of a row of int16, by integers, times `2^(2 shift)`, as magnitudes are times `2^shift`. */
function integerPowers(samples: Values, window: Values | undefined, length: number) {
  const largest = [...samples].reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const up = wholeBits - bitLength(largest);
  const windowed = Array.from(samples, (sample, i) => {
    const value = sample * 2 ** up;
    if (window === undefined) return value;
    return Number((BigInt(value) * BigInt(windowFactor(window[i] as number)) + 2n ** 30n) >> 31n);
  });
  const sum = windowed.reduce((total, value) => total + Math.abs(value), 0);
  const most = BigInt(sum + Math.floor(sum / 2 ** 10));
  const down = most === 0n ? 0 : Math.max(0, most.toString(2).length - wholeBits);
  const values = windowed.map((value) => Math.floor((value + 2 ** down / 2) / 2 ** down));
  const spectrum = rfftOf("wholeInt32", Float64Array.from(values), length / 2);
  const powers = Array.from({ length: length / 2 + 1 }, (_, bin) => {
    const [real, imaginary] = [BigInt(spectrum[2 * bin] as number), BigInt(spectrum[2 * bin + 1] as number)];
    return roundedToFloat(real * real + imaginary * imaginary);
  });
  return { powers, shift: up - down + 1 };
}

/** An integer in float32, rounded once. */
function roundedToFloat(value: bigint): number {
  const surplus = BigInt(Math.max(0, value.toString(2).length - 40));
  // What is cut off decides nothing but whether a half is more than that.
  const rest = (value & ((1n << surplus) - 1n)) === 0n ? 0n : 1n;
  return Math.fround(Number((value >> surplus) | rest) * 2 ** Number(surplus));
}

/** Powers of a row of float32. */
function floatPowers(samples: Values, window: Values | undefined, length: number) {
  const windowed = samples.map((value, i) => Math.fround(value * (window?.[i] ?? 1)));
  const spectrum = rfftOf("float32", windowed, length / 2);
  const powers = Array.from({ length: length / 2 + 1 }, (_, bin) => {
    const [real, imaginary] = [spectrum[2 * bin] as number, spectrum[2 * bin + 1] as number];
    return Math.fround(Math.fround(real * real) + Math.fround(imaginary * imaginary));
  });
  return { powers, shift: 0 };
}

/**
 * Power of the spectra of rows of samples, or its square root, float32: one bin more than half the transform's length. A
 * constant window may be multiplied by first. Samples of int16 are transformed in integers of 32 bits.
 */
export const powerSpectrum: Operator<PowerSpectrumAttributes> = {
  name: "powerSpectrum",
  quantization: { output: "float" },
  infer(node) {
    const { input, window, length } = powerSpectrumRows(node);
    requireDtype(input, "input", "float32", "int16");
    const isInteger = input.dtype === "int16";
    if (isInteger) {
      const samples = node.attributes.length;
      requireThat(
        Number.isInteger(Math.log2(samples)),
        `the FFT's length is ${samples}; of int16 a power of two is expected`,
      );
    }
    if (window !== undefined) {
      requireDtype(window, "window", "float32");
      constantOf(window, "window");
      const samples = lengthOf(window, "window");
      requireThat(samples === length, `the window has ${samples} values; rows of ${length} are windowed`);
      const isWithin = (value: number | bigint) => Math.abs(Number(value)) <= 1;
      requireThat(
        !isInteger || Array.from(window.data as Float32Array).every(isWithin),
        "the window has values beyond 1; of int16 they are expected from -1 to 1",
      );
    }
    const { form, scale } = node.attributes;
    const [start, end] = powerSpectrumBins(node.attributes);
    requireWhole(end, "the end", 0, node.attributes.length / 2 + 1);
    requireWhole(start, "the start", 0, end);
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
    const [start, end] = powerSpectrumBins(node.attributes);
    const powersOf = node.inputs[0]?.dtype === "int16" ? integerPowers : floatPowers;
    const output = valuesLike(input, rows * bins);
    for (let row = 0; row < rows; row++) {
      const part = given(input).slice(row * length, (row + 1) * length);
      const { powers, shift } = powersOf(part, window, samples);
      const factor = Math.fround(Math.fround(scale) * 2 ** (form === "power" ? -2 * shift : -shift));
      for (let bin = start; bin < end; bin++) {
        const power = powers[bin] as number;
        const value = form === "power" ? power : Math.fround(Math.sqrt(power));
        output[row * bins + bin] = Math.fround(value * factor);
      }
    }
    return [output];
  },
};
