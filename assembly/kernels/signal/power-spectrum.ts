/**
 * Power of spectra of real samples, float32.
 *
 * input  [rows, length] float32, or int16
 * output [rows, points + 1] float32
 * window [length] float32 at `window` in the weights section, where there is one; of int16 int32 with 31 fractional bits
 * tables at `weights` in the weights section: those of rfftFloat32 (fft.ts), of int16 those of rfftInt32
 *
 *   X              = the spectrum of 2 * points samples: the row's times the window, then zeros
 *   output[row, k] = scale * (re X[k]^2 + im X[k]^2), or scale times its square root; 0 below `start` and from `end` on
 *
 * What is no number is the canonical NaN.
 *
 * int16 is transformed in int32 that no stage divides, since the sum of a row's magnitudes bounds whatever a stage gives:
 *
 *   up             = 30 - the bits of the largest magnitude of the row
 *   y[i]           = (input[i] * 2^up * window[i] + 2^30) >> 31, or input[i] * 2^up
 *   down           = what the bits of s + (s >> 10) have above 30, where s = |y[0]| + |y[1]| + ...
 *   x[i]           = y[i] / 2^down, rounded to the nearest, halves up
 *
 * so that |x[0]| + |x[1]| + ... is below 2^30 by a thousandth, which is more than what all stages round, and twice a bin, which is
 * computed, below 2^31. Products are rounded once, re^2 + im^2 is exact in 63 bits and then rounded to float32, its square root is
 * rounded, and `scale` times 2^(down - up - 1), or the square of that, is multiplied by at last.
 *
 * scratch: 8 * points bytes for the samples times the window, then the factors; behind them points + 1 complex numbers.
 * Source: the transform is that of KISS FFT, as fft.ts says.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { AnyRadix, join, PowersOfTwo, product, reorder, stages, Whole } from "../../math/real-fft";
import { PowerSpectrumParameters } from "../../parameters";

export function powerSpectrumFloat32(parameters: i32, to: usize): void {
  powerSpectrum<PowersOfTwo>(parameters, to);
}

export function powerSpectrumAnyFloat32(parameters: i32, to: usize): void {
  powerSpectrum<AnyRadix>(parameters, to);
}

// @ts-ignore: decorator
@inline
function powerSpectrum<R>(parameters: i32, to: usize): void {
  const given = readParameters<PowerSpectrumParameters>(parameters, to);
  const scratch = given.scratch, weights = given.weights, window = given.window, windowed = given.windowed;
  const rows = given.rows, length = given.length, points = given.points, radices = given.radices;
  const magnitude = given.magnitude, scale = given.scale, start = given.start, end = given.end;
  const bytes = points << 3;
  const spectrum = scratch + bytes, last = spectrum + bytes;
  let input = given.input, output = given.output;
  for (let row = 0; row < rows; row++, input += length << 2) {
    if (windowed != 0) {
      readWeights(scratch, window, length << 2);
      let from = input;
      for (let at = scratch, behind = scratch + (length << 2); at < behind; at += 4, from += 4)
        store<f32>(at, load<f32>(from) * load<f32>(at));
      reorder<f32>(scratch, length, spectrum, points, radices);
    } else {
      reorder<f32>(input, length, spectrum, points, radices);
    }
    transform<f32, R>(spectrum, last, scratch, weights, bytes, points, radices);
    writePowers<f32>(spectrum, output, points, start, end, magnitude, scale);
    output += (points + 1) << 2;
  }
}

/** The spectrum of samples in the order of the first stage, by tables that are read to the scratch memory. */
// @ts-ignore: decorator
@inline
function transform<T, R>(spectrum: usize, last: usize, scratch: usize, weights: i32, bytes: i32, points: i32, radices: i32): void {
  readWeights(scratch, weights, bytes);
  stages<T, R>(spectrum, scratch, points, radices, false);
  readWeights(scratch, weights + bytes, (points >> 1) << 3);
  join<T, R>(spectrum, last, scratch);
}

/** The bins of a spectrum as powers or magnitudes. */
// @ts-ignore: decorator
@inline
function writePowers<T>(spectrum: usize, output: usize, points: i32, start: i32, end: i32, magnitude: i32, factor: f32): void {
  memory.fill(output, 0, (points + 1) << 2);
  for (let bin = start; bin < end; bin++) {
    const at = spectrum + (bin << 3);
    let power: f32;
    if (isFloat<T>()) {
      const real = load<f32>(at), imaginary = load<f32>(at, 4);
      power = real * real + imaginary * imaginary;
    } else {
      const real = <i64>load<i32>(at), imaginary = <i64>load<i32>(at, 4);
      power = <f32>(real * real + imaginary * imaginary);
    }
    const value = (magnitude != 0 ? sqrt<f32>(power) : power) * factor;
    store<f32>(output + (bin << 2), isFloat<T>() ? canonical(value) : value);
  }
}

export function powerSpectrumInt16(parameters: i32, to: usize): void {
  const given = readParameters<PowerSpectrumParameters>(parameters, to);
  const scratch = given.scratch, weights = given.weights, window = given.window, windowed = given.windowed;
  const rows = given.rows, length = given.length, points = given.points, radices = given.radices;
  const magnitude = given.magnitude, scale = given.scale, start = given.start, end = given.end;
  const bytes = points << 3;
  const spectrum = scratch + bytes, last = spectrum + bytes;
  let input = given.input, output = given.output;
  for (let row = 0; row < rows; row++, input += length << 1) {
    const behind = input + (length << 1);
    let largest = 0;
    for (let from = input; from < behind; from += 2) largest = max(largest, abs(<i32>load<i16>(from)));
    const up = clz(largest) - 2;
    if (windowed != 0) readWeights(scratch, window, length << 2);
    let sum: i64 = 0;
    for (let from = input, at = scratch; from < behind; from += 2, at += 4) {
      const sample = <i32>load<i16>(from) << up;
      const value = windowed != 0 ? product<i32>(sample, load<i32>(at)) : sample;
      sum += abs(value);
      store<i32>(at, value);
    }
    const down = max(0, 34 - <i32>clz(sum + (sum >> 10)));
    const half = (1 << down) >> 1;
    for (let at = scratch, end = scratch + (length << 2); at < end; at += 4)
      store<i32>(at, (load<i32>(at) + half) >> down);
    reorder<i32>(scratch, length, spectrum, points, radices);
    transform<i32, Whole>(spectrum, last, scratch, weights, bytes, points, radices);
    const shift = up - down + 1;
    const factor = scale * reinterpret<f32>((127 - (magnitude != 0 ? shift : shift << 1)) << 23);
    writePowers<i32>(spectrum, output, points, start, end, magnitude, factor);
    output += (points + 1) << 2;
  }
}
