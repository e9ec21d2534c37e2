/** Coefficients of log(1 + f) / f, of f^8 first, in 30 fractional bits. */
const coefficients = [
  88735897, -154948256, 162801540, -177806722, 214009252, -268455085, 357934743, -536870862, 1073741666,
].map(BigInt);

const ln2 = 744261118n;

/** The bits of sqrt(1/2) in float32. */
const smallestMantissa = 0x3f3504f3;

/** The natural logarithm of float32 as assembly/math/log-by-integers.ts has it, plainly. */
export function logByIntegers(x: number): number {
  if (x < 2 ** -126) return x > -(2 ** -126) ? -Infinity : Number.NaN;
  if (!(x < Infinity)) return x;
  const bits = (new Uint32Array(Float32Array.of(x).buffer)[0] as number) - smallestMantissa;
  const exponent = bits >> 23;
  const f = BigInt((x / 2 ** exponent - 1) * 2 ** 31);
  const rounded = (product: bigint) => (product + 2n ** 30n) >> 31n;
  const p = coefficients.reduce((sum, coefficient) => rounded(sum * f) + coefficient, 0n);
  const whole = BigInt(exponent) * ln2 + rounded(p * f);
  return Math.fround(Number((whole + 32n) >> 6n)) / 2 ** 24;
}
