import {
  doublingHighMultiply,
  type FixedPointMultiplier,
  roundingDivideByPowerOfTwo,
} from "./requantization.js";

const largest = 2 ** 31 - 1;

/** Multiplication by 2^bits, limited to int32. */
function saturatingLeft(value: number, bits: number): number {
  return Math.max(-(2 ** 31), Math.min(largest, value * 2 ** bits));
}

/**
 * 1 / sqrt(value) as a multiplier and a shift, by five steps of Newton's and Raphson's iteration on fixed-point numbers
 * with three integer bits. Source: TFLite's `GetInvSqrtQuantizedMultiplierExp`.
 *
 * @param value int32, at least 0
 */
export function inverseSquareRoot(value: number): FixedPointMultiplier {
  if (value <= 1) return { multiplier: largest, shift: 0 };
  let [input, shift] = [value, 11];
  for (; input >= 2 ** 29; shift++) input = Math.floor(input / 4);
  const pairs = Math.floor((Math.clz32(input) - 1) / 2) - 1;
  shift -= pairs;
  const whole = Math.floor((input * 4 ** pairs) / 2);
  const half = roundingDivideByPowerOfTwo(whole, 1);
  const threeHalves = 2 ** 28 + 2 ** 27;
  let x = 2 ** 28;
  for (let step = 0; step < 5; step++) {
    const cube = saturatingLeft(doublingHighMultiply(doublingHighMultiply(x, x), x), 6);
    x = saturatingLeft(doublingHighMultiply(threeHalves, x) - doublingHighMultiply(half, cube), 3);
  }
  const halfRootOfTwo = 1518500250;
  const result = doublingHighMultiply(x, halfRootOfTwo);
  return shift < 0
    ? { multiplier: result * 2 ** -shift, shift: 0 }
    : { multiplier: result, shift: 0 - shift };
}
