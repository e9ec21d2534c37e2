/**
 * Power of spectra of real samples, float32.
 *
 * input  [rows, length] float32
 * output [rows, points + 1] float32
 * window [length] float32 at `window` in the weights section, where there is one
 * tables at `weights` in the weights section: those of rfftFloat32 (fft.ts)
 *
 *   X              = the spectrum of 2 * points samples: the row's times the window, then zeros
 *   output[row, k] = scale * (re X[k]^2 + im X[k]^2), or scale times its square root
 *
 * What is no number is the canonical NaN.
 *
 * scratch: 8 * points bytes for the samples times the window, then the factors; behind them points + 1 complex numbers.
 * Source: the transform is that of KISS FFT, as fft.ts says.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { AnyRadix, join, PowersOfTwo, reorder, stages } from "../../math/real-fft";
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
  const magnitude = given.magnitude, scale = given.scale;
  const bytes = points << 3;
  const spectrum = scratch + bytes, end = spectrum + bytes;
  let input = given.input, output = given.output;
  for (let row = 0; row < rows; row++, input += length << 2) {
    if (windowed != 0) {
      readWeights(scratch, window, length << 2);
      let from = input;
      for (let at = scratch, last = scratch + (length << 2); at < last; at += 4, from += 4)
        store<f32>(at, load<f32>(from) * load<f32>(at));
      reorder<f32>(scratch, length, spectrum, points, radices);
    } else {
      reorder<f32>(input, length, spectrum, points, radices);
    }
    readWeights(scratch, weights, bytes);
    stages<f32, R>(spectrum, scratch, points, radices, false);
    readWeights(scratch, weights + bytes, (points >> 1) << 3);
    join<f32>(spectrum, end, scratch);
    for (let at = spectrum; at <= end; at += 8, output += 4) {
      const real = load<f32>(at), imaginary = load<f32>(at, 4);
      const power = real * real + imaginary * imaginary;
      store<f32>(output, canonical((magnitude != 0 ? sqrt<f32>(power) : power) * scale));
    }
  }
}
