/*
 * The functions of gemmlowp's fixed-point arithmetic that tests compare with, on exact integers of any size, written
 * from the specification: multiplication rounds to nearest with halves upwards, division by a power of two rounds to
 * nearest with halves away from zero, a shift to the left saturates.
 */

const largest = 2n ** 31n - 1n;

const abs = (a: bigint): bigint => (a < 0n ? -a : a);

/** Floor of a / b for b > 0. */
function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b < 0n ? quotient - 1n : quotient;
}

/** a * b / 2^31 to nearest. */
export function highMultiply(a: bigint, b: bigint): bigint {
  return floorDivide(2n * a * b + 2n ** 31n, 2n ** 32n);
}

/** a / 2^n to nearest, halves away from zero. */
export function divideByPower(a: bigint, n: number): bigint {
  const magnitude = (abs(a) * 2n + 2n ** BigInt(n)) / 2n ** BigInt(n + 1);
  return a < 0n ? -magnitude : magnitude;
}

function saturate(a: bigint): bigint {
  return a > largest ? largest : a < -largest - 1n ? -largest - 1n : a;
}

/** value * 2^shift * multiplier / 2^31, the multiplier a fraction of 31 bits: TFLite's double rounding. */
export function rescale(value: number, real: number): number {
  if (real === 0) return 0;
  let shift = 0;
  let fraction = Math.abs(real);
  for (; fraction >= 1; fraction /= 2) shift++;
  for (; fraction < 0.5; fraction *= 2) shift--;
  const multiplier = BigInt(Math.round(fraction * 2 ** 31)) * (real < 0 ? -1n : 1n);
  const shifted = BigInt(value) * 2n ** BigInt(Math.max(shift, 0));
  return shift < -31 ? 0 : Number(divideByPower(highMultiply(shifted, multiplier), Math.max(-shift, 0)));
}

/** exp(a) for a <= 0 with m integer bits, in units of 2^-31. */
export function exp(a: bigint, m: number): bigint {
  if (a === 0n) return largest;
  const unit = 2n ** BigInt(31 - m);
  const quarter = unit / 4n;
  const whole = -floorDivide(a, quarter) - 1n;
  const rest = a + whole * quarter;
  const x = rest * 2n ** BigInt(m) + 2n ** 28n;
  const square = highMultiply(x, x);
  const cube = highMultiply(square, x);
  const fourth = divideByPower(highMultiply(square, square), 2);
  const inner = divideByPower(highMultiply(fourth + cube, 715827883n) + square, 1);
  let result = 1895147668n + highMultiply(1895147668n, x + inner);
  const factors = [1672461947n, 1302514674n, 790015084n, 290630308n, 39332535n, 720401n, 242n];
  for (let bit = 0; bit < m + 2; bit++) {
    if ((whole >> BigInt(bit)) & 1n) result = highMultiply(result, factors[bit] as bigint);
  }
  return result;
}

/** 2 / (1 + a) in units of 2^-29, a in units of 2^-31. */
function newton(a: bigint): bigint {
  const half = (a + largest + 1n) / 2n;
  let x = 1515870810n - highMultiply(half, 1010580540n);
  for (let step = 0; step < 3; step++) {
    x += saturate(4n * highMultiply(x, 2n ** 29n - highMultiply(half, x)));
  }
  return x;
}

/** 1 / (1 + a) in units of 2^-31. */
export function oneOverOnePlus(a: bigint): bigint {
  return saturate(2n * newton(a));
}

/** 1 / (1 + exp(-a)) for a with m integer bits, in units of 2^-31. */
export function logistic(a: bigint, m: number): bigint {
  if (a === 0n) return 2n ** 30n;
  const positive = oneOverOnePlus(exp(-abs(a), m));
  return a > 0n ? positive : largest - positive;
}

/** tanh(a) for a with m integer bits, in units of 2^-31. */
export function tanh(a: bigint, m: number): bigint {
  if (a === 0n) return 0n;
  const positive = saturate(4n * (newton(exp(-abs(a), m + 1)) - 2n ** 29n));
  return a > 0n ? positive : -positive;
}

/** Bits of a that are 0 before its first 1, of 32. */
function leadingZeros(a: bigint): number {
  return a === 0n ? 32 : 32 - a.toString(2).length;
}

/** log(a) for a >= 1 with 12 integer bits, with 5 integer bits: by a rational function near (1/2)^(1/4). */
export function log(a: bigint): bigint {
  const [sqrtHalf, near] = [1518500250n, 1805811301n];
  const zeros = leadingZeros(a);
  const scaled = saturate(2n * highMultiply(a * 2n ** BigInt(zeros - 1), sqrtHalf));
  const halfZeros = leadingZeros(highMultiply(a, sqrtHalf)) - 1;
  const r = [scaled, saturate(a * 2n ** BigInt(halfZeros))].sort((x, y) => (x < y ? -1 : 1))[0] as bigint;
  const quarter = 2n ** 23n;
  const exponents = [
    BigInt(12 - zeros) * 2n ** 25n + quarter,
    saturate(BigInt(12 - halfZeros) * 2n ** 25n) - quarter,
  ];
  const power = exponents.reduce((x, y) => (x > y ? x : y));
  const p = (r + near + 1n) / 2n;
  const q = 2n * (r - near);
  const square = highMultiply(q, q);
  const num = highMultiply(q, r) + highMultiply(highMultiply(q, square), 117049297n);
  const inner = 1057819769n + q + highMultiply(127690142n, square);
  const denom = highMultiply(p, inner) + highMultiply(638450708n, q);
  const fraction = highMultiply(divideByPower(num, 6), oneOverOnePlus(denom));
  return saturate(2n * (highMultiply(power, 1488522236n) + fraction));
}

/** 1 / sqrt(a) as a multiplier of 31 bits and a left shift, as TFLite's `GetInvSqrtQuantizedMultiplierExp`. */
export function inverseRoot(a: number): { multiplier: bigint; shift: number } {
  if (a <= 1) return { multiplier: largest, shift: 0 };
  let right = 11;
  let value = a;
  for (; value >= 2 ** 29; value = Math.floor(value / 4)) right++;
  for (; value < 2 ** 27; value *= 4) right--;
  const half = divideByPower(BigInt(Math.floor(value / 2)), 1);
  let x = 2n ** 28n;
  for (let step = 0; step < 5; step++) {
    const cube = saturate(64n * highMultiply(highMultiply(x, x), x));
    x = saturate(8n * (highMultiply(402653184n, x) - highMultiply(half, cube)));
  }
  const multiplier = highMultiply(x, 1518500250n);
  return right < 0 ? { multiplier: multiplier << BigInt(-right), shift: 0 } : { multiplier, shift: -right };
}
