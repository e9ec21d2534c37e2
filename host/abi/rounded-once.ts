/**
 * What is added to the shift by which a sum of int32 is requantized where it is rounded once, halves up: floor(sum * multiplier /
 * 2^(31 + shift) + 1/2), in place of TFLite's two roundings. Kernels (assembly/math/requantize) and accelerators know it.
 */
export const roundedOnce = 64;

/** Whether a shift is of what is rounded once: shifts alone are -30 to 31. */
export function isRoundedOnce(shift: number): boolean {
  return shift >= roundedOnce / 2;
}
