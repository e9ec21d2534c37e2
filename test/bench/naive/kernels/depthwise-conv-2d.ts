/** The 3x3 depthwise convolution of assembly/kernels/depthwise-conv-2d as a plain loop: same parameters, same bytes. */
import { readParameters, readWeights } from "../host-imports/weights";
import { clamp, requantize } from "../math/requantize";
import { WindowParameters } from "../parameters";

const tile: usize = 32768;

export function depthwiseConv2d3x3Int8(parameters: i32, to: usize): void {
  const given = readParameters<WindowParameters>(parameters, to);
  const input = given.input, output = given.output, weights = given.weights, batches = given.batches;
  const inputHeight = given.inputHeight, inputWidth = given.inputWidth, inputChannels = given.inputChannels;
  const outputHeight = given.outputHeight, outputWidth = given.outputWidth, multiplier = given.outputs;
  const strideHeight = given.strideHeight, strideWidth = given.strideWidth, padTop = given.padTop;
  const padLeft = given.padLeft, inputZeroPoint = given.inputZeroPoint;
  const outputZeroPoint = given.outputZeroPoint, low = given.low, high = given.high;
  const outputChannels = inputChannels * multiplier;
  for (let n = 0; n < outputChannels; n++) {
    if ((n & 3) == 0) readWeights(tile, weights + (n >> 2) * 96, 96);
    const constants = tile + (n & 3) * 4;
    for (let b = 0; b < batches; b++) {
      for (let y = 0; y < outputHeight; y++) {
        for (let x = 0; x < outputWidth; x++) {
          let sum = load<i32>(constants);
          for (let fy = 0; fy < 3; fy++) {
            const iy = y * strideHeight - padTop + fy;
            for (let fx = 0; fx < 3; fx++) {
              const ix = x * strideWidth - padLeft + fx;
              const inside = iy >= 0 && iy < inputHeight && ix >= 0 && ix < inputWidth;
              const pixel = input + ((b * inputHeight + iy) * inputWidth + ix) * inputChannels + n / multiplier;
              const value = inside ? <i32>load<i8>(pixel) : inputZeroPoint;
              sum += value * <i32>load<i8>(tile + 48 + (fy * 3 + fx) * 4 + (n & 3));
            }
          }
          const value = requantize(sum, <i64>load<i32>(constants, 16), load<i32>(constants, 32)) + outputZeroPoint;
          store<i8>(output + ((b * outputHeight + y) * outputWidth + x) * outputChannels + n, clamp(value, low, high));
        }
      }
    }
  }
}
