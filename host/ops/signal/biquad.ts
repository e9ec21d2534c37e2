import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { type Operator, valuesLike } from "../operator.js";
import { isStarting, requireState, type Stream, type StreamStart, streamOf } from "./stream.js";
import { constantOf, given, inputsOf, requireDtype } from "./tensors.js";

/** Attributes of filters of second order. */
export interface BiquadAttributes {
  start: StreamStart;
}

/** A section of second order, and its state for an input of 1 that has lasted for ever. */
export interface BiquadSection {
  b0: number;
  b1: number;
  b2: number;
  a1: number;
  a2: number;
  settled1: number;
  settled2: number;
}

/** The sections that a stream goes through, all numbers float32. Throws `NotRunnable`. */
export function biquadSections(node: BoundNode<BiquadAttributes>): Stream & { sections: BiquadSection[] } {
  const [, coefficients] = inputsOf(node, "input", "coefficients");
  if (coefficients === undefined) throw new Error("inputsOf gives as many as it is told");
  requireDtype(coefficients, "coefficients", "float32");
  const [count = 0, each] = coefficients.shape;
  requireThat(
    coefficients.shape.length === 2 && count > 0 && each === 5,
    `the coefficients are ${coefficients.shape.join("x")}; sections x 5 are expected`,
  );
  const values = constantOf(coefficients, "coefficients") as Float32Array;
  const sections = Array.from({ length: count }, (_, section) => {
    const [b0, b1, b2, a1, a2] = values.subarray(section * 5, section * 5 + 5) as unknown as [
      number,
      number,
      number,
      number,
      number,
    ];
    const gain = (b0 + b1 + b2) / (1 + a1 + a2);
    requireThat(
      node.attributes.start !== "first" || Number.isFinite(gain),
      `section ${section} settles at no value, so that it cannot start with the first sample`,
    );
    return { b0, b1, b2, a1, a2, settled1: Math.fround(gain - b0), settled2: Math.fround(b2 - a2 * gain) };
  });
  return { ...streamOf(node), sections };
}

/**
 * Filters of second order over time, one after the other, float32: samples [time, channels] and the sections' constant
 * coefficients [sections, 5], b0 b1 b2 a1 a2 where a0 is 1.
 *
 * Variables: the state [channels, sections, 2], and whether the stream has started where it starts with its first sample.
 */
export const biquad: Operator<BiquadAttributes> = {
  name: "biquad",
  quantization: { output: "float" },
  infer(node) {
    const { input, channels, sections } = biquadSections(node);
    requireState(node, node.attributes.start, "state", [channels, sections.length, 2]);
    return [{ dtype: "float32", shape: input.shape }];
  },
  macs(node) {
    const { time, channels, sections } = biquadSections(node);
    return time * channels * sections.length * 5;
  },
  reference(node, [input], [state, started] = []) {
    const { time, channels, sections } = biquadSections(node);
    const { fround } = Math;
    const starting = isStarting(node.attributes.start, started);
    const output = valuesLike(input, time * channels);
    output.set(given(input));
    for (const [i, { b0, b1, b2, a1, a2, settled1, settled2 }] of sections.entries()) {
      for (let channel = 0; channel < channels; channel++) {
        const at = (channel * sections.length + i) * 2;
        let [first, second] = given(state).subarray(at, at + 2) as unknown as [number, number];
        if (starting) {
          const before = output[channel] as number;
          [first, second] = [fround(settled1 * before), fround(settled2 * before)];
        }
        for (let t = 0; t < time; t++) {
          const x = output[t * channels + channel] as number;
          const y = fround(fround(b0 * x) + first);
          first = fround(fround(fround(b1 * x) - fround(a1 * y)) + second);
          second = fround(fround(b2 * x) - fround(a2 * y));
          output[t * channels + channel] = y;
        }
        given(state).set([first, second], at);
      }
    }
    return [output];
  },
};
