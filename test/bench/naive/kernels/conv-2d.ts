/**
 * The convolution of assembly/kernels/conv-2d as a plain loop: one multiplication for each multiply-accumulate. Same
 * parameters, same tiles, same bytes. It is what the packed kernel is measured against.
 */
import { readParameters, readWeights } from "../host-imports/weights";
import { clamp, requantize } from "../math/requantize";
import { WindowParameters } from "../parameters";

/** Where a whole tile is held: above every address that the measured model uses. */
const tile: usize = 32768;

export function conv2dInt8(parameters: i32, to: usize): void {
  const given = readParameters<WindowParameters>(parameters, to);
  const input = given.input, output = given.output, weights = given.weights, batches = given.batches;
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, inputChannels = given.inputChannels;
  const outputHeight = given.outputHeight, outputWidth = given.outputWidth, outputChannels = given.outputs;
  const filterHeight = given.filterHeight, filterWidth = given.filterWidth, strideHeight = given.strideHeight;
  const strideWidth = given.strideWidth, dilationHeight = given.dilationHeight;
  const dilationWidth = given.dilationWidth, padTop = given.padTop, padLeft = given.padLeft;
  const inputZeroPoint = given.inputZeroPoint, outputZeroPoint = given.outputZeroPoint, low = given.low;
  const high = given.high;
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
