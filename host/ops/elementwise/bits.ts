import { binary } from "./binary.js";

/** An operation on the bits of whole numbers. */
const bits = (name: string, compute: (a: bigint, b: bigint) => bigint) =>
  binary({
    name,
    compute: (a, b) => Number(BigInt.asIntN(64, compute(BigInt(a), BigInt(b)))),
    dtypes: ["int32", "int64"],
    quantization: { output: "float" },
    checkScales() {},
  });

/** By how many bits a number is shifted: all, where they are negative or more than any dtype has. */
const shift = (by: bigint): bigint => (by >= 0n && by < 64n ? by : 64n);

/** Bits that both have. */
export const bitwiseAnd = bits("bitwiseAnd", (a, b) => a & b);

/** Bits that one of both has. */
export const bitwiseOr = bits("bitwiseOr", (a, b) => a | b);

/** Bits that one of both has, and not the other. */
export const bitwiseXor = bits("bitwiseXor", (a, b) => a ^ b);

/** The first shifted to the left by the second; by a negative number, or as many bits as it has, 0. */
export const shiftLeft = bits("shiftLeft", (a, by) => a << shift(by));

/** The first shifted to the right by the second, its sign shifted in; by a negative number as by all of its bits. */
export const shiftRight = bits("shiftRight", (a, by) => a >> shift(by));
