import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import {
  int8Parameters,
  quantizeMultiplier,
  roundingDivideByPowerOfTwo,
} from "../../numerics/requantization.js";
import { int8Table, onlyInput } from "./lookup-table.js";
import { unary } from "./unary.js";

/** Limits a value to int16. */
function saturate(value: number): number {
  return Math.max(-32768, Math.min(32767, value));
}

/** a * b / 2^15 of int16 values, to nearest, as gemmlowp's `SaturatingRoundingDoublingHighMul`. */
function roundingHighMultiply(a: number, b: number): number {
  return saturate(Math.floor((a * b + 2 ** 14) / 2 ** 15));
}

/** a * b / 2^15 of int16 values, towards zero, as TFLite's `SaturatingDoublingHighMul`. */
function truncatingHighMultiply(a: number, b: number): number {
  return saturate(Math.trunc((a * b) / 2 ** 15));
}

/** A fixed-point multiplier with 15 bits of fraction (TFLite's `DownScaleInt32ToInt16Multiplier`) and its exponent. */
function int16Multiplier(real: number): { multiplier: number; exponent: number } {
  const { multiplier, shift } = quantizeMultiplier(real);
  return { multiplier: Math.min(32767, Math.floor((multiplier + 2 ** 15) / 2 ** 16)), exponent: shift };
}

/**
 * Table of TFLite's reference kernel `HardSwish`, int8, which computes in int16: x on the output's scale, times
 * relu6(x + 3) / 6 as a fraction of 15 bits.
 *
 * @throws NotRunnable where the output's scale is so fine that TFLite's kernel does not take it
 */
function tableOf(node: BoundNode): Uint8Array {
  const input = int8Parameters(onlyInput(node));
  const output = int8Parameters(node.outputs[0] as Tensor);
  const fineScale = Math.fround(input.scale / 128);
  const toOutput = int16Multiplier(Math.fround(fineScale / output.scale));
  const toGate = int16Multiplier(Math.fround(fineScale / Math.fround(3 / 32768)));
  requireThat(
    toOutput.exponent <= 0,
    `the output's scale ${output.scale} is below 1/128 of the input's scale ${input.scale}`,
  );
  return int8Table((q) => {
    const fine = (q - input.zeroPoint) * 128;
    const value = roundingHighMultiply(fine, toOutput.multiplier);
    let gate = fine;
    if (toGate.exponent > 0) gate = saturate(gate * 2 ** (toGate.exponent - 1));
    gate = roundingHighMultiply(gate, toGate.multiplier);
    if (toGate.exponent > 0) gate = saturate(gate * 2);
    else gate = roundingDivideByPowerOfTwo(gate, -toGate.exponent);
    const product = truncatingHighMultiply((gate + 2 ** 15) >> 1, value);
    return roundingDivideByPowerOfTwo(product, -toOutput.exponent) + output.zeroPoint;
  });
}

/** x * relu6(x + 3) / 6, element by element. */
export const hardSwish = unary({
  name: "hardSwish",
  real: (value) => (value * Math.min(6, Math.max(0, value + 3))) / 6,
  table: tableOf,
});
