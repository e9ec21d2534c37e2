import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { bitLength, constantOf, given, inputsOf, lengthOf, requireDtype, requireWhole } from "./tensors.js";

/** Attributes of per-channel gain control. */
export interface PcanAttributes {
  /** Bits by which the product of input and gain is shifted to the right. */
  shift: number;
}

/** Entries of the table of gains: 3, and 4 an interval of 32 bits, of the last one 3. */
export const gainEntries = 125;

/** The gain at a noise estimate: a polynomial of second degree, by coefficients for each number of bits. */
function gainOf(noise: number, table: Values): number {
  const at = (i: number): number => table[i] as number;
  if (noise <= 2) return at(noise);
  const bits = bitLength(noise);
  const entry = 4 * bits - 6;
  const fraction = (bits < 11 ? noise << (11 - bits) : noise >>> (bits - 11)) & 1023;
  const slope = (at(entry + 1) << 5) + ((at(entry + 2) * fraction) >> 5);
  return (((((Math.imul(slope, fraction) + 16384) | 0) >> 15) + at(entry)) << 16) >> 16;
}

/** Per-channel gain control and a shrinking nonlinearity, uint32. */
export const pcan: Operator<PcanAttributes> = {
  name: "pcan",
  quantization: { output: "calibrated" },
  infer(node) {
    const [input, noise, gains] = inputsOf(node, "input", "noise estimate", "gains") as [
      Tensor,
      Tensor,
      Tensor,
    ];
    requireDtype(input, "input", "uint32");
    requireDtype(noise, "noise estimate", "uint32");
    requireDtype(gains, "gains", "int16");
    const length = lengthOf(input, "input");
    requireThat(
      lengthOf(noise, "noise estimate") === length,
      `the noise estimate has ${noise.shape[0]} elements; ${length} are expected`,
    );
    const entries = constantOf(gains, "gains").length;
    requireThat(entries >= gainEntries, `there are ${entries} gains; ${gainEntries} are expected`);
    requireWhole(node.attributes.shift, "the shift", 0, 63);
    return [{ dtype: "uint32", shape: [length] }];
  },
  macs: () => 0,
  reference(node, [input, noise, gains]) {
    const output = valuesLike(input, given(input).length);
    for (const [i, value] of given(input).entries()) {
      const gain = BigInt(gainOf(given(noise)[i] as number, given(gains)) >>> 0);
      const snr = Number(BigInt.asUintN(32, (BigInt(value) * gain) >> BigInt(node.attributes.shift)));
      output[i] = snr < 8192 ? (snr * snr) >>> 20 : (snr >>> 6) - 64;
    }
    return [output];
  },
};
