/**
 * The convolution of assembly/kernels/conv-2d as a plain loop: one multiplication for each multiply-accumulate. Same
 * arguments, same tiles, same bytes. It is what the packed kernel is measured against.
 */
import { readWeights } from "../host-imports/weights";
import { clamp, requantize } from "../math/requantize";

/** Where a whole tile is held: above every address that the measured model uses. */
const tile: usize = 32768;

export function conv2dInt8(
  input: usize, output: usize, scratch: usize, zeroRow: usize, weights: i32, batches: i32,
  inputHeight: i32, inputWidth: i32, inputChannels: i32,
  outputHeight: i32, outputWidth: i32, outputChannels: i32,
  filterHeight: i32, filterWidth: i32, strideHeight: i32, strideWidth: i32,
  dilationHeight: i32, dilationWidth: i32, padTop: i32, padLeft: i32,
  inputZeroPoint: i32, outputZeroPoint: i32, low: i32, high: i32, chunk: i32,
): void {
  const depth = filterHeight * filterWidth * inputChannels;
  const tileBytes = 48 + ((depth + 3) & ~3) * 4;
  for (let n = 0; n < outputChannels; n++) {
    if ((n & 3) == 0) readWeights(tile, weights + (n >> 2) * tileBytes, tileBytes);
    const constants = tile + (n & 3) * 4;
    const filter = tile + 48 + (n & 3) * 4;
    for (let b = 0; b < batches; b++) {
      for (let y = 0; y < outputHeight; y++) {
        for (let x = 0; x < outputWidth; x++) {
          let sum = load<i32>(constants);
          let k = 0;
          for (let fy = 0; fy < filterHeight; fy++) {
            const iy = y * strideHeight - padTop + fy * dilationHeight;
            for (let fx = 0; fx < filterWidth; fx++) {
              const ix = x * strideWidth - padLeft + fx * dilationWidth;
              const inside = iy >= 0 && iy < inputHeight && ix >= 0 && ix < inputWidth;
              const pixel = input + ((b * inputHeight + iy) * inputWidth + ix) * inputChannels;
              for (let c = 0; c < inputChannels; c++, k++) {
                const value = inside ? <i32>load<i8>(pixel + c) : inputZeroPoint;
                sum += value * <i32>load<i8>(filter + (k >> 2) * 16 + (k & 3));
              }
            }
          }
          const value = requantize(sum, <i64>load<i32>(constants, 16), load<i32>(constants, 32)) + outputZeroPoint;
          store<i8>(output + ((b * outputHeight + y) * outputWidth + x) * outputChannels + n, clamp(value, low, high));
        }
      }
    }
  }
}
