/**
 * 2-d maximum pooling, int8; padding never wins.
 *
 * input  [batches, inputHeight, inputWidth, channels] int8, NHWC
 * output [batches, outputHeight, outputWidth, channels] int8, NHWC, of the input's scale and zero point
 *
 *   output[b,y,x,c] = clamp(max of input[b,.,.,c] over the window's pixels inside the input, low, high)
 *
 * No accumulator. At least one pixel of every window lies inside the input.
 * Source: TFLite reference kernel `reference_integer_ops::MaxPool`.
 */
import { readParameters } from "../../host-imports/weights";
import { PoolParameters } from "../../parameters";

export function maxPool2dInt8(parameters: i32, to: usize): void {
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
        largestOfWindow(
          input + top * rowBytes + left * channels, output, channels, rows * rowBytes, rowBytes, taps * channels, low, high,
        );
        output += channels;
      }
    }
  }
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
