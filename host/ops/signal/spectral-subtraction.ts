import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { given, inputsOf, lengthOf, requireDtype, requireWhole } from "./tensors.js";

/** Attributes of spectral subtraction. Factors have `bits` fractional bits; odd channels take the alternate ones. */
export interface SpectralSubtractionAttributes {
  /** What the estimate takes of the signal, and what it keeps. */
  smoothing: number;
  oneMinusSmoothing: number;
  alternateSmoothing: number;
  alternateOneMinusSmoothing: number;
  /** Further fractional bits of the estimate. */
  smoothingBits: number;
  bits: number;
  /** What of the signal remains at least. */
  minSignalRemaining: number;
  /** Whether the estimate follows a signal that is below it at once. */
  clamping: boolean;
}

function inputOf(node: BoundNode<SpectralSubtractionAttributes>): Tensor {
  const [input] = inputsOf(node, "input") as [Tensor];
  return input;
}

const uint32 = (value: bigint): number => Number(BigInt.asUintN(32, value));

/** Channels without the noise that is estimated in them, and the estimate, which is kept from run to run; uint32. */
export const spectralSubtraction: Operator<SpectralSubtractionAttributes> = {
  name: "spectralSubtraction",
  quantization: { output: "calibrated" },
  infer(node) {
    const input = inputOf(node);
    const channels = lengthOf(input, "input");
    requireDtype(input, "input", "uint32");
    const { smoothingBits, bits, clamping, ...factors } = node.attributes;
    requireWhole(smoothingBits, "smoothing bits", 0, 31);
    requireWhole(bits, "spectral subtraction bits", 0, 31);
    for (const [name, factor] of Object.entries(factors)) requireWhole(factor, name, 0, 2 ** 31 - 1);
    const [estimate] = node.variables ?? [];
    requireThat(
      estimate?.dtype === "uint32" && lengthOf(estimate, "noise estimate") === channels,
      `the noise estimate is no variable of ${channels} uint32`,
    );
    const type = { dtype: "uint32", shape: [channels] } as const;
    return [type, type];
  },
  macs: () => 0,
  reference(node, [input], [estimates] = []) {
    const a = node.attributes;
    const output = valuesLike(input, given(input).length);
    const bits = BigInt(a.bits);
    for (const [i, value] of given(input).entries()) {
      const [smoothing, rest] =
        i % 2 === 0
          ? [a.smoothing, a.oneMinusSmoothing]
          : [a.alternateSmoothing, a.alternateOneMinusSmoothing];
      const signal = (value << a.smoothingBits) >>> 0;
      const before = BigInt(given(estimates)[i] as number);
      const estimate = uint32(
        BigInt.asUintN(64, BigInt(signal) * BigInt(smoothing) + before * BigInt(rest)) >> bits,
      );
      given(estimates)[i] = a.clamping ? Math.min(estimate, signal) : estimate;
      const subtracted = (signal - Math.min(estimate, signal)) >>> a.smoothingBits;
      output[i] = Math.max(subtracted, uint32((BigInt(value) * BigInt(a.minSignalRemaining)) >> bits));
    }
    return [output, given(estimates).slice()];
  },
};
