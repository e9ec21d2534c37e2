/**
 * Fully connected layer, int8.
 *
 * input  [rows, inputs] int8
 * output [rows, outputs] int8
 * weights [outputs, inputs] int8, in tiles as kernels/conv-2d lays them out (depth = inputs)
 *
 *   accumulator[r,n] = bias[n] + sum over k of input[r,k] * weights[n,k]
 *   output = clamp(outputZeroPoint + requantize(accumulator, multiplier[n], shift[n]), low, high)
 *
 * The host folds -inputZeroPoint * sum(weights[n]) into bias[n].
 *
 * How: two outputs share an i64 as 32-bit lanes. Eight weights are loaded at once (4 inputs of 2 outputs), made
 * unsigned by flipping their sign bits, and masked to one byte a lane; one multiplication serves both outputs.
 * Unsigned weights add 128 * sum(input) to every accumulator, which is subtracted once. Accumulator: below
 * inputs * 128 * 255 < 2^31, as the host limits inputs to 65,536.
 *
 * scratch: 48 + chunk * 4 bytes; chunk is a multiple of 4.
 * Source: TFLite 8-bit quantization specification; TFLite reference kernel `FullyConnected` (integer).
 */
import { readWeights } from "../host-imports/weights";
import { clamp, requantize } from "../math/requantize";

const flip: i64 = 0x8080808080808080;
const bytes: i64 = 0x000000ff000000ff;

export function fullyConnectedInt8(
  input: usize, output: usize, scratch: usize, weights: i32, rows: i32, inputs: i32, outputs: i32,
  outputZeroPoint: i32, low: i32, high: i32, chunk: i32,
): void {
  const depth = (inputs + 3) & ~3;
  const whole = chunk >= depth;
  for (let row = 0; row < rows; row++) {
    let correction = 0;
    const inputEnd = input + inputs;
    const groups = input + (inputs & ~3);
    for (let x = input; x < inputEnd; x++) correction += load<i8>(x);
    correction <<= 7;
    let tile = weights;
    for (let n = 0; n < outputs; n += 4) {
      readWeights(scratch, tile, whole ? 48 + (depth << 2) : 48);
      tile += 48;
      let s0: i64 = 0, s1: i64 = 0;
      let x = input;
      for (let k = 0; k < depth; k += chunk) {
        const length = min(chunk, depth - k);
        if (!whole) readWeights(scratch + 48, tile, length << 2);
        tile += length << 2;
        let w = scratch;
        for (const end = min(input + k + length, groups); x < end; x += 4, w += 16) {
          const x0 = <i64>load<i8>(x), x1 = <i64>load<i8>(x, 1), x2 = <i64>load<i8>(x, 2), x3 = <i64>load<i8>(x, 3);
          let v = load<i64>(w, 48) ^ flip;
          s0 += (v & bytes) * x0 + ((v >> 8) & bytes) * x1 + ((v >> 16) & bytes) * x2 + ((v >> 24) & bytes) * x3;
          v = load<i64>(w, 56) ^ flip;
          s1 += (v & bytes) * x0 + ((v >> 8) & bytes) * x1 + ((v >> 16) & bytes) * x2 + ((v >> 24) & bytes) * x3;
        }
        if (k + length == depth) {
          for (let shift: i64 = 0; x < inputEnd; x++, shift += 8) {
            const x0 = <i64>load<i8>(x);
            s0 += (((load<i64>(w, 48) ^ flip) >> shift) & bytes) * x0;
            s1 += (((load<i64>(w, 56) ^ flip) >> shift) & bytes) * x0;
          }
        }
      }
      const low0 = <i32>s0, low1 = <i32>s1;
      const out = output + n;
      store<i8>(out, finish(scratch, low0 - correction, outputZeroPoint, low, high));
      if (n + 1 < outputs) store<i8>(out, finish(scratch + 4, <i32>((s0 - low0) >> 32) - correction, outputZeroPoint, low, high), 1);
      if (n + 2 < outputs) store<i8>(out, finish(scratch + 8, low1 - correction, outputZeroPoint, low, high), 2);
      if (n + 3 < outputs) store<i8>(out, finish(scratch + 12, <i32>((s1 - low1) >> 32) - correction, outputZeroPoint, low, high), 3);
    }
    input = inputEnd;
    output += outputs;
  }
}

/** Bias, requantization and activation of one output. */
// @ts-ignore: decorator
@inline
function finish(constants: usize, sum: i32, zeroPoint: i32, low: i32, high: i32): i32 {
  const value = requantize(sum + load<i32>(constants), <i64>load<i32>(constants, 16), load<i32>(constants, 32));
  return clamp(value + zeroPoint, low, high);
}
