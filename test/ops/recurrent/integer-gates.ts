import { sigmoidTable } from "../../../host/numerics/sigmoid-table.js";

/** A value limited to int16. */
export const int16 = (value: number): number => Math.min(32767, Math.max(-32768, value));

/** The table of both functions. */
export const entries = sigmoidTable();
function between(x: number, bits: number): number {
  const at = Math.floor(x / 2 ** bits);
  if (at >= 255) return bits === 9 ? 0x7fff * 2 ** 10 : 0xffff * 2 ** 8;
  const [base, next] = [entries[at] as number, entries[at + 1] as number];
  return base * 2 ** bits + (x % 2 ** bits) * (next - base);
}

/** TFLite's logistic function of int16 on x / 12288, a fraction of 15 bits. */
export function logistic(x: number): number {
  const value = between(Math.abs(x), 9);
  return Math.floor((x >= 0 ? value + 512 : 2 ** 25 - value + 511) / 1024);
}

/** Its hyperbolic tangent, likewise. */
export function tanh(x: number): number {
  const value = between(Math.abs(x), 8) - 2 ** 23;
  return Math.floor((x >= 0 ? value + 128 : -value + 127) / 256);
}
