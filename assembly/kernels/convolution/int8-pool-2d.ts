/**
 * 2-d pools, int8; padding takes no part.
 *
 * input  [batches, inputHeight, inputWidth, channels] int8, NHWC
 * output [batches, outputHeight, outputWidth, channels] int8, NHWC, of the input's scale and zero point
 *
 *   average   output[b,y,x,c] = clamp(round(sum of input[b,.,.,c] / count), low, high)     half away from zero
 *   maximum   output[b,y,x,c] = clamp(max of input[b,.,.,c], low, high)
 *
 * over the `count` pixels of the window that lie inside the input, at least one.
 *
 * Accumulator of the average: int32, bounded by filterHeight * filterWidth * 128; the host bounds the window.
 * Source: TFLite reference kernels `reference_integer_ops::AveragePool` and `reference_integer_ops::MaxPool`.
 */
import { readParameters } from "../../host-imports/weights";
import { is } from "../../math/kinds";
import { clamp } from "../../math/requantize";
import { PoolParameters } from "../../parameters";

/** Kinds of pools, told apart when this is compiled. */
type Average = i8;
type Maximum = i16;

export function averagePool2dInt8(parameters: i32, to: usize): void {
  pool<Average>(parameters, to);
}

export function maxPool2dInt8(parameters: i32, to: usize): void {
  pool<Maximum>(parameters, to);
}

// @ts-ignore: decorator
@inline
function pool<Kind>(parameters: i32, to: usize): void {
  const given = readParameters<PoolParameters>(parameters, to);
  let input = given.input, output = given.output;
  const batches = given.batches, channels = given.channels, inputHeight = given.inputHeight, inputWidth = given.inputWidth;
  const outputHeight = given.outputHeight, outputWidth = given.outputWidth;
  const filterHeight = given.filterHeight, filterWidth = given.filterWidth;
  const strideHeight = given.strideHeight, strideWidth = given.strideWidth, padTop = given.padTop, padLeft = given.padLeft;
  const low = given.low, high = given.high;
  const rowBytes = inputWidth * channels;
  for (let b = 0; b < batches; b++, input += inputHeight * rowBytes) {
    for (let y = 0; y < outputHeight; y++) {
      const top = max(y * strideHeight - padTop, 0);
      const rows = min(y * strideHeight - padTop + filterHeight, inputHeight) - top;
      for (let x = 0; x < outputWidth; x++) {
        const left = max(x * strideWidth - padLeft, 0);
        const taps = min(x * strideWidth - padLeft + filterWidth, inputWidth) - left;
        const window = input + top * rowBytes + left * channels;
        if (is<Kind, Maximum>()) {
          largestOfWindow(window, output, channels, rows * rowBytes, rowBytes, taps * channels, low, high);
        } else {
          averageWindow(window, output, channels, rows * taps, rows * rowBytes, rowBytes, taps * channels, low, high);
        }
        output += channels;
      }
    }
  }
}

/**
 * Averages of all channels of one window of `count` pixels: its rows lie `rowBytes` apart, up to `windowBytes` after the
 * first, and have `bytes` bytes each.
 */
function averageWindow(
  window: usize, output: usize, channels: i32, count: i32, windowBytes: i32, rowBytes: i32, bytes: i32,
  low: i32, high: i32,
): void {
  const half = count >> 1;
  let c = channels;
  for (; c >= 4; c -= 4, window += 4, output += 4) {
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let row = window, end = window + windowBytes; row < end; row += rowBytes) {
      for (let p = row, last = row + bytes; p < last; p += channels) {
        s0 += load<i8>(p);
        s1 += load<i8>(p, 1);
        s2 += load<i8>(p, 2);
        s3 += load<i8>(p, 3);
      }
    }
    store<i8>(output, clamp(average(s0, count, half), low, high));
    store<i8>(output, clamp(average(s1, count, half), low, high), 1);
    store<i8>(output, clamp(average(s2, count, half), low, high), 2);
    store<i8>(output, clamp(average(s3, count, half), low, high), 3);
  }
  for (; c > 0; c--, window++, output++) {
    let sum = 0;
    for (let row = window, end = window + windowBytes; row < end; row += rowBytes) {
      for (let p = row, last = row + bytes; p < last; p += channels) sum += load<i8>(p);
    }
    store<i8>(output, clamp(average(sum, count, half), low, high));
  }
}

/** Quotient rounded half away from zero; `half` is count >> 1. */
// @ts-ignore: decorator
@inline
function average(sum: i32, count: i32, half: i32): i32 {
  return (sum > 0 ? sum + half : sum - half) / count;
}

/**
 * Largest values of all channels of one window: its rows lie `rowBytes` apart, up to `windowBytes` after the first, and
 * have `bytes` bytes each.
 */
function largestOfWindow(
  window: usize, output: usize, channels: i32, windowBytes: i32, rowBytes: i32, bytes: i32, low: i32, high: i32,
): void {
  let c = channels;
  for (; c >= 4; c -= 4, window += 4, output += 4) {
    let m0 = low, m1 = low, m2 = low, m3 = low;
    for (let row = window, end = window + windowBytes; row < end; row += rowBytes) {
      for (let p = row, last = row + bytes; p < last; p += channels) {
        m0 = max(m0, <i32>load<i8>(p));
        m1 = max(m1, <i32>load<i8>(p, 1));
        m2 = max(m2, <i32>load<i8>(p, 2));
        m3 = max(m3, <i32>load<i8>(p, 3));
      }
    }
    store<i8>(output, min(m0, high));
    store<i8>(output, min(m1, high), 1);
    store<i8>(output, min(m2, high), 2);
    store<i8>(output, min(m3, high), 3);
  }
  for (; c > 0; c--, window++, output++) {
    let largest = low;
    for (let row = window, end = window + windowBytes; row < end; row += rowBytes) {
      for (let p = row, last = row + bytes; p < last; p += channels) largest = max(largest, <i32>load<i8>(p));
    }
    store<i8>(output, min(largest, high));
  }
}
