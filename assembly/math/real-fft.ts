/**
 * What Fourier transforms of real samples consist of: their order, the stages of the complex transform of half the length, and
 * what joins and parts even and odd samples; int16, int32 and float32 (T). The equations are in kernels/signal/fft.ts.
 */
import { is } from "./kinds";

/**
 * Which radices a transform has: 2 and 4 alone, which takes less code, or any of 2 to 5. Stages of integers share out their inputs
 * but for `Whole`, of radices 2 and 4, whose samples leave room for all sums, and which gives twice the spectrum.
 */
export type PowersOfTwo = i32;
export type AnyRadix = i64;
export type Whole = i16;

/** Samples as complex numbers in the order in which the stages work in place: numbers of mixed radix, digits turned. */
export function reorder<T>(input: usize, length: i32, output: usize, points: i32, radices: i32): void {
  const size = sizeof<T>() << 1;
  const inputEnd = input + length * sizeof<T>();
  const firstStep = points / (radices & 7);
  let index = 0;
  for (const end = output + points * size; output < end; output += size) {
    const from = input + index * size;
    store<T>(output, from < inputEnd ? load<T>(from) : <T>0);
    store<T>(output, from + sizeof<T>() < inputEnd ? load<T>(from, sizeof<T>()) : <T>0, sizeof<T>());
    let step = firstStep, bound = points, rest = radices >> 3;
    index += step;
    while (index >= bound && rest != 0) {
      index -= bound;
      bound = step;
      step /= rest & 7;
      rest >>= 3;
      index += step;
    }
  }
}

/** All stages of a transform in place. */
export function stages<T, R>(data: usize, twiddles: usize, points: i32, radices: i32, inverse: bool): void {
  const size = sizeof<T>() << 1;
  const end = data + points * size;
  let before = 1;
  for (let rest = radices; rest != 0; rest >>= 3) {
    const radix = rest & 7;
    const stride = (points / (before * radix)) * size;
    const apart = before * size;
    if (radix == 4) stage4<T, R>(data, end, twiddles, apart, stride, inverse);
    else if (radix == 2) stage2<T, R>(data, end, twiddles, apart, stride);
    else if (is<R, AnyRadix>()) {
      if (radix == 3) stage3<T>(data, end, twiddles, apart, stride);
      else stage5<T>(data, end, twiddles, apart, stride);
    }
    before *= radix;
  }
}

/** Pairs that lie `apart` bytes apart; from one twiddle factor to the next there are `stride` bytes. */
function stage2<T, R>(data: usize, end: usize, twiddles: usize, apart: usize, stride: usize): void {
  for (let at: usize = 0; at < apart; at += sizeof<T>() << 1, twiddles += stride) {
    const wr = load<T>(twiddles), wi = load<T>(twiddles, sizeof<T>());
    for (let a = data + at; a < end; a += apart << 1) {
      const b = a + apart;
      const ar = divided<T, R>(load<T>(a), 2), ai = divided<T, R>(load<T>(a, sizeof<T>()), 2);
      const br = divided<T, R>(load<T>(b), 2), bi = divided<T, R>(load<T>(b, sizeof<T>()), 2);
      const tr = productReal<T>(br, bi, wr, wi), ti = productImaginary<T>(br, bi, wr, wi);
      store<T>(a, <T>(ar + tr));
      store<T>(a, <T>(ai + ti), sizeof<T>());
      store<T>(b, <T>(ar - tr));
      store<T>(b, <T>(ai - ti), sizeof<T>());
    }
  }
}

function stage3<T>(data: usize, end: usize, twiddles: usize, apart: usize, stride: usize): void {
  const size = sizeof<T>() << 1;
  const third = load<T>(twiddles + (apart / size) * stride, sizeof<T>());
  let w1 = twiddles, w2 = twiddles;
  for (let at: usize = 0; at < apart; at += size, w1 += stride, w2 += stride << 1) {
    for (let a = data + at; a < end; a += apart * 3) {
      const b = a + apart, c = b + apart;
      const ar = divided<T, AnyRadix>(load<T>(a), 3), ai = divided<T, AnyRadix>(load<T>(a, sizeof<T>()), 3);
      const br = divided<T, AnyRadix>(load<T>(b), 3), bi = divided<T, AnyRadix>(load<T>(b, sizeof<T>()), 3);
      const cr = divided<T, AnyRadix>(load<T>(c), 3), ci = divided<T, AnyRadix>(load<T>(c, sizeof<T>()), 3);
      const w1r = load<T>(w1), w1i = load<T>(w1, sizeof<T>()), w2r = load<T>(w2), w2i = load<T>(w2, sizeof<T>());
      const pr = productReal<T>(br, bi, w1r, w1i), pi = productImaginary<T>(br, bi, w1r, w1i);
      const qr = productReal<T>(cr, ci, w2r, w2i), qi = productImaginary<T>(cr, ci, w2r, w2i);
      const sumR: T = pr + qr, sumI: T = pi + qi;
      const turnedR = product<T>(<T>(pr - qr), third), turnedI = product<T>(<T>(pi - qi), third);
      const middleR: T = ar - half<T>(sumR), middleI: T = ai - half<T>(sumI);
      store<T>(a, <T>(ar + sumR));
      store<T>(a, <T>(ai + sumI), sizeof<T>());
      store<T>(b, <T>(middleR - turnedI));
      store<T>(b, <T>(middleI + turnedR), sizeof<T>());
      store<T>(c, <T>(middleR + turnedI));
      store<T>(c, <T>(middleI - turnedR), sizeof<T>());
    }
  }
}

function stage4<T, R>(
  data: usize,
  end: usize,
  twiddles: usize,
  apart: usize,
  stride: usize,
  inverse: bool,
): void {
  let w1 = twiddles, w2 = twiddles, w3 = twiddles;
  for (let at: usize = 0; at < apart; at += sizeof<T>() << 1, w1 += stride, w2 += stride << 1, w3 += stride * 3) {
    const w1r = load<T>(w1), w1i = load<T>(w1, sizeof<T>());
    const w2r = load<T>(w2), w2i = load<T>(w2, sizeof<T>());
    const w3r = load<T>(w3), w3i = load<T>(w3, sizeof<T>());
    for (let a = data + at; a < end; a += apart << 2) {
      const b = a + apart, c = b + apart, d = c + apart;
      const ar = divided<T, R>(load<T>(a), 4), ai = divided<T, R>(load<T>(a, sizeof<T>()), 4);
      const br = divided<T, R>(load<T>(b), 4), bi = divided<T, R>(load<T>(b, sizeof<T>()), 4);
      const cr = divided<T, R>(load<T>(c), 4), ci = divided<T, R>(load<T>(c, sizeof<T>()), 4);
      const dr = divided<T, R>(load<T>(d), 4), di = divided<T, R>(load<T>(d, sizeof<T>()), 4);
      const pr = productReal<T>(br, bi, w1r, w1i), pi = productImaginary<T>(br, bi, w1r, w1i);
      const qr = productReal<T>(cr, ci, w2r, w2i), qi = productImaginary<T>(cr, ci, w2r, w2i);
      const sr = productReal<T>(dr, di, w3r, w3i), si = productImaginary<T>(dr, di, w3r, w3i);
      const evenR: T = ar + qr, evenI: T = ai + qi, oddR: T = pr + sr, oddI: T = pi + si;
      const restR: T = ar - qr, restI: T = ai - qi, turnedR: T = pr - sr, turnedI: T = pi - si;
      store<T>(a, <T>(evenR + oddR));
      store<T>(a, <T>(evenI + oddI), sizeof<T>());
      store<T>(c, <T>(evenR - oddR));
      store<T>(c, <T>(evenI - oddI), sizeof<T>());
      const first = inverse ? d : b, last = inverse ? b : d;
      store<T>(first, <T>(restR + turnedI));
      store<T>(first, <T>(restI - turnedR), sizeof<T>());
      store<T>(last, <T>(restR - turnedI));
      store<T>(last, <T>(restI + turnedR), sizeof<T>());
    }
  }
}

function stage5<T>(data: usize, end: usize, twiddles: usize, apart: usize, stride: usize): void {
  const size = sizeof<T>() << 1;
  const fifth = twiddles + (apart / size) * stride, second = twiddles + (apart / size) * (stride << 1);
  const yr = load<T>(fifth), yi = load<T>(fifth, sizeof<T>());
  const zr = load<T>(second), zi = load<T>(second, sizeof<T>());
  for (let at: usize = 0, offset: usize = 0; at < apart; at += size, offset += stride) {
    const w1 = twiddles + offset, w2 = w1 + offset, w3 = w2 + offset, w4 = w3 + offset;
    for (let a = data + at; a < end; a += apart * 5) {
      const b = a + apart, c = b + apart, d = c + apart, e = d + apart;
      const ar = divided<T, AnyRadix>(load<T>(a), 5), ai = divided<T, AnyRadix>(load<T>(a, sizeof<T>()), 5);
      const br = divided<T, AnyRadix>(load<T>(b), 5), bi = divided<T, AnyRadix>(load<T>(b, sizeof<T>()), 5);
      const cr = divided<T, AnyRadix>(load<T>(c), 5), ci = divided<T, AnyRadix>(load<T>(c, sizeof<T>()), 5);
      const dr = divided<T, AnyRadix>(load<T>(d), 5), di = divided<T, AnyRadix>(load<T>(d, sizeof<T>()), 5);
      const er = divided<T, AnyRadix>(load<T>(e), 5), ei = divided<T, AnyRadix>(load<T>(e, sizeof<T>()), 5);
      const p1r = productReal<T>(br, bi, load<T>(w1), load<T>(w1, sizeof<T>()));
      const p1i = productImaginary<T>(br, bi, load<T>(w1), load<T>(w1, sizeof<T>()));
      const p2r = productReal<T>(cr, ci, load<T>(w2), load<T>(w2, sizeof<T>()));
      const p2i = productImaginary<T>(cr, ci, load<T>(w2), load<T>(w2, sizeof<T>()));
      const p3r = productReal<T>(dr, di, load<T>(w3), load<T>(w3, sizeof<T>()));
      const p3i = productImaginary<T>(dr, di, load<T>(w3), load<T>(w3, sizeof<T>()));
      const p4r = productReal<T>(er, ei, load<T>(w4), load<T>(w4, sizeof<T>()));
      const p4i = productImaginary<T>(er, ei, load<T>(w4), load<T>(w4, sizeof<T>()));
      const outerR: T = p1r + p4r, outerI: T = p1i + p4i, outerDifferenceR: T = p1r - p4r, outerDifferenceI: T = p1i - p4i;
      const innerR: T = p2r + p3r, innerI: T = p2i + p3i, innerDifferenceR: T = p2r - p3r, innerDifferenceI: T = p2i - p3i;
      store<T>(a, <T>(ar + <T>(outerR + innerR)));
      store<T>(a, <T>(ai + <T>(outerI + innerI)), sizeof<T>());

      const nearR: T = ar + product<T>(outerR, yr) + product<T>(innerR, zr);
      const nearI: T = ai + product<T>(outerI, yr) + product<T>(innerI, zr);
      const nearTurnedR: T = product<T>(outerDifferenceI, yi) + product<T>(innerDifferenceI, zi);
      const nearTurnedI: T = -product<T>(outerDifferenceR, yi) - product<T>(innerDifferenceR, zi);
      store<T>(b, <T>(nearR - nearTurnedR));
      store<T>(b, <T>(nearI - nearTurnedI), sizeof<T>());
      store<T>(e, <T>(nearR + nearTurnedR));
      store<T>(e, <T>(nearI + nearTurnedI), sizeof<T>());

      const farR: T = ar + product<T>(outerR, zr) + product<T>(innerR, yr);
      const farI: T = ai + product<T>(outerI, zr) + product<T>(innerI, yr);
      const farTurnedR: T = -product<T>(outerDifferenceI, zi) + product<T>(innerDifferenceI, yi);
      const farTurnedI: T = product<T>(outerDifferenceR, zi) - product<T>(innerDifferenceR, yi);
      store<T>(c, <T>(farR + farTurnedR));
      store<T>(c, <T>(farI + farTurnedI), sizeof<T>());
      store<T>(d, <T>(farR - farTurnedR));
      store<T>(d, <T>(farI - farTurnedI), sizeof<T>());
    }
  }
}

/** The spectrum of real samples, in place of that of its even and odd ones, from both ends of `low..high`. */
export function join<T, R>(low: usize, high: usize, factors: usize): void {
  const size = sizeof<T>() << 1;
  const zeroR = divided<T, R>(load<T>(low), 2), zeroI = divided<T, R>(load<T>(low, sizeof<T>()), 2);
  store<T>(low, endOf<T, R>(<T>(zeroR + zeroI)));
  store<T>(low, <T>0, sizeof<T>());
  store<T>(high, endOf<T, R>(<T>(zeroR - zeroI)));
  store<T>(high, <T>0, sizeof<T>());
  for (low += size, high -= size; low <= high; low += size, high -= size, factors += size) {
    const lr = divided<T, R>(load<T>(low), 2), li = divided<T, R>(load<T>(low, sizeof<T>()), 2);
    const hr = divided<T, R>(load<T>(high), 2), hi = divided<T, R>(<T>-load<T>(high, sizeof<T>()), 2);
    const sumR: T = lr + hr, sumI: T = li + hi, differenceR: T = lr - hr, differenceI: T = li - hi;
    const wr = load<T>(factors), wi = load<T>(factors, sizeof<T>());
    const tr = productReal<T>(differenceR, differenceI, wr, wi);
    const ti = productImaginary<T>(differenceR, differenceI, wr, wi);
    store<T>(low, halfSum<T, R>(sumR, tr));
    store<T>(low, halfSum<T, R>(sumI, ti), sizeof<T>());
    store<T>(high, halfDifference<T, R>(sumR, tr));
    store<T>(high, halfDifference<T, R>(ti, sumI), sizeof<T>());
  }
}

/** The spectrum of even and odd samples from that of all of them, which lies in `low..high`. */
export function part<T>(low: usize, high: usize, output: usize, factors: usize): void {
  const size = sizeof<T>() << 1;
  const zero = load<T>(low), last = load<T>(high);
  let outputHigh = output + (high - low) - size;
  store<T>(output, divided<T, AnyRadix>(<T>(zero + last), 2));
  store<T>(output, divided<T, AnyRadix>(<T>(zero - last), 2), sizeof<T>());
  for (output += size, low += size, high -= size; low <= high; low += size, high -= size, factors += size) {
    const lr = divided<T, AnyRadix>(load<T>(low), 2), li = divided<T, AnyRadix>(load<T>(low, sizeof<T>()), 2);
    const hr = divided<T, AnyRadix>(load<T>(high), 2), hi = divided<T, AnyRadix>(<T>-load<T>(high, sizeof<T>()), 2);
    const sumR: T = lr + hr, sumI: T = li + hi, differenceR: T = lr - hr, differenceI: T = li - hi;
    const wr = load<T>(factors), wi = load<T>(factors, sizeof<T>());
    const tr = productReal<T>(differenceR, differenceI, wr, wi);
    const ti = productImaginary<T>(differenceR, differenceI, wr, wi);
    store<T>(output, <T>(sumR + tr));
    store<T>(output, <T>(sumI + ti), sizeof<T>());
    store<T>(outputHigh, <T>(sumR - tr));
    store<T>(outputHigh, <T>-<T>(sumI - ti), sizeof<T>());
    output += size;
    outputHigh -= size;
  }
}

/** x / radix, by the rounded product with 1 / radix; x itself in float32, and of what is `Whole`. */
// @ts-ignore: decorator
@inline
function divided<T, R>(x: T, radix: i32): T {
  if (isFloat<T>() || is<R, Whole>()) return x;
  if (sizeof<T>() == 2) return <T>((<i32>x * (32767 / radix) + 0x4000) >> 15);
  return <T>((<i64>x * <i64>(0x7fffffff / radix) + 0x40000000) >> 31);
}

/** x * y, of 15 or 31 fractional bits. */
// @ts-ignore: decorator
@inline
export function product<T>(x: T, y: T): T {
  if (isFloat<T>()) return <T>(x * y);
  if (sizeof<T>() == 2) return <T>((<i32>x * <i32>y + 0x4000) >> 15);
  return <T>((<i64>x * <i64>y + 0x40000000) >> 31);
}

// @ts-ignore: decorator
@inline
function productReal<T>(ar: T, ai: T, br: T, bi: T): T {
  if (isFloat<T>()) return <T>(ar * br - ai * bi);
  if (sizeof<T>() == 2) return <T>((<i32>ar * <i32>br - <i32>ai * <i32>bi + 0x4000) >> 15);
  return <T>((<i64>ar * <i64>br - <i64>ai * <i64>bi + 0x40000000) >> 31);
}

// @ts-ignore: decorator
@inline
function productImaginary<T>(ar: T, ai: T, br: T, bi: T): T {
  if (isFloat<T>()) return <T>(ar * bi + ai * br);
  if (sizeof<T>() == 2) return <T>((<i32>ar * <i32>bi + <i32>ai * <i32>br + 0x4000) >> 15);
  return <T>((<i64>ar * <i64>bi + <i64>ai * <i64>br + 0x40000000) >> 31);
}

// @ts-ignore: decorator
@inline
function half<T>(x: T): T {
  if (isFloat<T>()) return <T>(x * <T>0.5);
  return <T>(x >> 1);
}

/** A bin of one sum alone. */
// @ts-ignore: decorator
@inline
function endOf<T, R>(x: T): T {
  return is<R, Whole>() ? <T>(x + x) : x;
}

/** (x + y) / 2, the sum of int16 in 32 bits; x + y of what is `Whole`. */
// @ts-ignore: decorator
@inline
function halfSum<T, R>(x: T, y: T): T {
  if (is<R, Whole>()) return <T>(x + y);
  if (sizeof<T>() == 2) return <T>((<i32>x + <i32>y) >> 1);
  return half<T>(<T>(x + y));
}

// @ts-ignore: decorator
@inline
function halfDifference<T, R>(x: T, y: T): T {
  if (is<R, Whole>()) return <T>(x - y);
  if (sizeof<T>() == 2) return <T>((<i32>x - <i32>y) >> 1);
  return half<T>(<T>(x - y));
}
