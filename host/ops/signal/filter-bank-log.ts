import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { bitLength, given, inputsOf, lengthOf, requireDtype, requireWhole } from "./tensors.js";

/** Attributes of scaled logarithms. */
export interface FilterBankLogAttributes {
  /** Bits by which inputs are shifted to the left. */
  correctionBits: number;
  scale: number;
}

/** log2(1 + i / 128) - i / 128 with 16 fractional bits for i from 0 to 128, and a 0. */
export const logarithmTable: Uint16Array = Uint16Array.from({ length: 130 }, (_, i) =>
  i >= 128 ? 0 : Math.round((Math.log2(1 + i / 128) - i / 128) * 65536),
);

const uint32 = (value: bigint): number => Number(BigInt.asUintN(32, value));

/** The natural logarithm of x > 1 with 16 fractional bits. */
function logarithm(x: number): number {
  const whole = bitLength(x) - 1;
  const fraction = Math.floor(((x - 2 ** whole) * 65536) / 2 ** whole);
  const [low, high] = [fraction >> 9, (fraction >> 9) + 1].map((i) => logarithmTable[i] as number) as [
    number,
    number,
  ];
  const log2 = whole * 65536 + fraction + low + (((high - low) * (fraction & 511)) >> 16);
  return uint32((45426n * BigInt(log2) + 32768n) >> 16n);
}

/** Natural logarithms times a scale, uint32 to int16. */
export const filterBankLog: Operator<FilterBankLogAttributes> = {
  name: "filterBankLog",
  quantization: { output: "calibrated" },
  infer(node) {
    const [input] = inputsOf(node, "input") as [Tensor];
    requireDtype(input, "input", "uint32");
    requireWhole(node.attributes.correctionBits, "input correction bits", 0, 31);
    requireWhole(node.attributes.scale, "the output scale", 0, 2 ** 31 - 1);
    return [{ dtype: "int16", shape: [lengthOf(input, "input")] }];
  },
  macs: () => 0,
  reference(node, [input]) {
    const { correctionBits, scale } = node.attributes;
    const output = valuesLike(input, given(input).length);
    for (const [i, value] of given(input).entries()) {
      const x = (value << correctionBits) >>> 0;
      if (x > 1) output[i] = Math.min(32767, uint32(BigInt(scale) * BigInt(logarithm(x)) + 32768n) >>> 16);
    }
    return [output];
  },
};
