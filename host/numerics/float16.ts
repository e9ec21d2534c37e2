/*
 * IEEE 754 binary16: sign, 5 bits of exponent, 10 of fraction. Every finite one is a float32.
 */

const words = new Uint32Array(1);
const floats = new Float32Array(words.buffer);

/** What the last place of a normal binary16 counts, by its exponent's bits. */
const places = Float64Array.from({ length: 31 }, (_, exponent) => 2 ** (exponent - 25));

/** The value of 16 bits. */
export function float16Value(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const sign = bits >> 15 === 0 ? 1 : -1;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * (places[exponent] as number));
}

/** The bits of a finite value; undefined where no binary16 has it. */
export function float16Bits(value: number): number | undefined {
  const magnitude = Math.abs(value);
  // 2^-112 moves the exponent of a float32 to that of a binary16.
  floats[0] = magnitude * 2 ** -112;
  const word = words[0] as number;
  const isExact = (floats[0] as number) * 2 ** 112 === magnitude && (word & 0x1fff) === 0;
  if (!isExact || word >>> 23 > 30) return undefined;
  return (word >>> 13) | (Object.is(value, -0) || value < 0 ? 0x8000 : 0);
}
