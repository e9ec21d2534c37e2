/**
 * Fourier transforms of real samples and back: int16, int32 and float32 (T), as KISS FFT does them.
 *
 * rfft   input [rows, length] T            output [rows, points + 1, 2] T, real and imaginary parts
 * irfft  input [rows, points + 1, 2] T     output [rows, 2 * points] T
 * tables at `weights` in the weights section, [.., 2] T: `points` twiddle factors e^(-2 pi i k / points), then
 *        points / 2 that join the transforms of even and odd samples, -i e^(-pi i (k + 1) / points); of irfft their
 *        conjugates. Fixed point: 15 or 31 fractional bits.
 *
 *   z        = the samples as complex numbers, even ones real and odd ones imaginary
 *   Z        = the transform of z, in stages of radix 2, 3, 4 and 5, the first of neighbours
 *   X[0]     = Zr + Zi, X[points] = Zr - Zi of Z[0] / 2
 *   X[k]     = (a + b) / 2, X[points - k] = conjugate((a - b) / 2) with a, b = Z[k] / 2 +- conjugate(Z[points - k]) / 2,
 *              b times its factor; irfft does the same backwards, without the last halves
 *
 * In fixed point each stage divides its inputs by its radix. Sums are kept in the bits of T, modulo; a product of two
 * complex numbers is rounded to the nearest, halves up, from an int32 (int16) or int64 (int32). In float32 rfft halves
 * only the last sums, and irfft divides by the number of samples at its end.
 *
 * scratch: the twiddle factors, which the joining ones replace later; of irfft behind them `points` complex numbers.
 * Source: KISS FFT (`kiss_fft`, `kiss_fftr`, `kiss_fftri`) with FIXED_POINT 16 and 32 and with floats, as TensorFlow
 * Lite Micro uses it.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { AnyRadix, join, part, PowersOfTwo, reorder, stages } from "../../math/real-fft";
import { RealFftParameters } from "../../parameters";

export function rfftInt16(parameters: i32, to: usize): void {
  rfft<i16, PowersOfTwo>(parameters, to);
}

export function rfftAnyInt16(parameters: i32, to: usize): void {
  rfft<i16, AnyRadix>(parameters, to);
}

export function rfftInt32(parameters: i32, to: usize): void {
  rfft<i32, PowersOfTwo>(parameters, to);
}

export function rfftAnyInt32(parameters: i32, to: usize): void {
  rfft<i32, AnyRadix>(parameters, to);
}

export function rfftFloat32(parameters: i32, to: usize): void {
  rfft<f32, PowersOfTwo>(parameters, to);
}

export function rfftAnyFloat32(parameters: i32, to: usize): void {
  rfft<f32, AnyRadix>(parameters, to);
}

export function irfftInt16(parameters: i32, to: usize): void {
  irfft<i16, PowersOfTwo>(parameters, to);
}

export function irfftAnyInt16(parameters: i32, to: usize): void {
  irfft<i16, AnyRadix>(parameters, to);
}

export function irfftInt32(parameters: i32, to: usize): void {
  irfft<i32, PowersOfTwo>(parameters, to);
}

export function irfftAnyInt32(parameters: i32, to: usize): void {
  irfft<i32, AnyRadix>(parameters, to);
}

export function irfftFloat32(parameters: i32, to: usize): void {
  irfft<f32, PowersOfTwo>(parameters, to);
}

export function irfftAnyFloat32(parameters: i32, to: usize): void {
  irfft<f32, AnyRadix>(parameters, to);
}

// @ts-ignore: decorator
@inline
function rfft<T, R>(parameters: i32, to: usize): void {
  const given = readParameters<RealFftParameters>(parameters, to);
  const scratch = given.scratch, weights = given.weights, rows = given.rows;
  const length = given.length, points = given.points, radices = given.radices;
  const bytes = points * (sizeof<T>() << 1);
  let input = given.input, output = given.output;
  for (let row = 0; row < rows; row++) {
    readWeights(scratch, weights, bytes);
    reorder<T>(input, length, output, points, radices);
    stages<T, R>(output, scratch, points, radices, false);
    readWeights(scratch, weights + bytes, (points >> 1) * (sizeof<T>() << 1));
    join<T, R>(output, output + bytes, scratch);
    input += length * sizeof<T>();
    output += bytes + (sizeof<T>() << 1);
  }
}

// @ts-ignore: decorator
@inline
function irfft<T, R>(parameters: i32, to: usize): void {
  const given = readParameters<RealFftParameters>(parameters, to);
  const scratch = given.scratch, weights = given.weights, rows = given.rows;
  const points = given.points, radices = given.radices;
  const bytes = points * (sizeof<T>() << 1);
  const spectrum = scratch + bytes;
  let input = given.input, output = given.output;
  for (let row = 0; row < rows; row++) {
    readWeights(scratch, weights + bytes, (points >> 1) * (sizeof<T>() << 1));
    part<T>(input, input + bytes, spectrum, scratch);
    readWeights(scratch, weights, bytes);
    reorder<T>(spectrum, points << 1, output, points, radices);
    stages<T, R>(output, scratch, points, radices, true);
    if (isFloat<T>()) {
      const samples = <f32>(points << 1);
      for (let p = output, end = output + bytes; p < end; p += 4) store<f32>(p, load<f32>(p) / samples);
    }
    input += bytes + (sizeof<T>() << 1);
    output += bytes;
  }
}
