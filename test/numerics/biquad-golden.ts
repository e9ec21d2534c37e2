import {
  butterworthBandPass,
  butterworthHighPass,
  butterworthLowPass,
  type Section,
} from "../../host/numerics/biquad.js";

/** Filters of scipy: responses as real and imaginary parts, and outputs for a signal. */
export interface BiquadGolden {
  sampleRate: number;
  frequencies: number[];
  cases: {
    kind: "lowpass" | "highpass" | "bandpass";
    order: number;
    edges: number[];
    response: number[];
    signal: number[];
    zero: number[];
    first: number[];
  }[];
}

/** The filter of a case, as wasmote designs it. */
export function designed({ kind, order, edges }: BiquadGolden["cases"][0], sampleRate: number): Section[] {
  const [low, high] = edges as [number, number];
  if (kind === "bandpass") return butterworthBandPass({ order, sampleRate }, low, high);
  return (kind === "lowpass" ? butterworthLowPass : butterworthHighPass)({ order, sampleRate }, low);
}
