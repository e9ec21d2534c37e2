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
 * How: blocks of 4 inputs by 4 outputs, the sums in locals. Accumulator: int32, below inputs * 2^14 < 2^30, as the host
 * limits inputs to 65,536.
 *
 * scratch: 48 + chunk * 4 bytes; chunk is a multiple of 4. Weights of fewer than 8 bits (math/stored-weights) are unpacked `chunk`
 * inputs at a time, a multiple of 8; then comes their codebook.
 * Source: TFLite 8-bit quantization specification; TFLite reference kernel `FullyConnected` (integer).
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { is } from "../../math/kinds";
import { Once, requantizeBy, ShiftEitherWay, ShiftRight } from "../../math/requantize";
import { filledDepth, readCodebook, readInt8, storedBytes } from "../../math/stored-weights";
import { FullyConnectedParameters, StoredFullyConnectedParameters } from "../../parameters";

/** Whether weights take all of their 8 bits. */
type AsComputed = bool;
type Stored = i32;

/** Channels that shift to the right. */
export function fullyConnectedInt8(parameters: i32, to: usize): void {
  readParameters<FullyConnectedParameters>(parameters, to);
  fullyConnected<ShiftRight, AsComputed>(to);
}

/** Channels that are rounded once. */
export function fullyConnectedOnceInt8(parameters: i32, to: usize): void {
  readParameters<FullyConnectedParameters>(parameters, to);
  fullyConnected<Once, AsComputed>(to);
}

/** Any channels. */
export function fullyConnectedEitherWayInt8(parameters: i32, to: usize): void {
  readParameters<FullyConnectedParameters>(parameters, to);
  fullyConnected<ShiftEitherWay, AsComputed>(to);
}

/** Weights of fewer than 8 bits, channels that shift either way. */
export function fullyConnectedStoredInt8(parameters: i32, to: usize): void {
  readParameters<StoredFullyConnectedParameters>(parameters, to);
  fullyConnected<ShiftEitherWay, Stored>(to);
}

/** Weights of fewer than 8 bits, channels that are rounded once. */
export function fullyConnectedStoredOnceInt8(parameters: i32, to: usize): void {
  readParameters<StoredFullyConnectedParameters>(parameters, to);
  fullyConnected<Once, Stored>(to);
}

// @ts-ignore: decorator
@inline
function fullyConnected<Shift, Weights>(parameters: usize): void {
  const given = changetype<StoredFullyConnectedParameters>(parameters);
  let input = given.input, output = given.output;
  const scratch = given.scratch, rows = given.rows, inputs = given.inputs, outputs = given.outputs;
  const outputZeroPoint = given.outputZeroPoint, low = given.low, high = given.high, chunk = given.chunk;
  let weights = given.weights;
  const storage = is<Weights, Stored>() ? given.storage : 0, codebook = scratch + 48 + (<usize>chunk << 2);
  const depth = is<Weights, Stored>() ? filledDepth(inputs, 4, storage) : (inputs + 3) & ~3;
  if (is<Weights, Stored>()) weights = readCodebook(codebook, weights, storage);
  const whole = is<Weights, AsComputed>() && chunk >= depth;
  for (let row = 0; row < rows; row++) {
    const inputEnd = input + inputs;
    const blocksEnd = input + (inputs & ~3);
    const outputEnd = output + outputs;
    let tile = weights;
    while (output < outputEnd) {
      readWeights(scratch, tile, whole ? 48 + (depth << 2) : 48);
      tile += 48;
      let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      let x = input;
      for (let k = 0; k < depth; k += chunk) {
        const length = min(chunk, depth - k);
        if (is<Weights, Stored>()) {
          readInt8(scratch + 48, tile, k << 2, length << 2, depth << 2, storage, codebook);
        } else {
          if (!whole) readWeights(scratch + 48, tile, length << 2);
          tile += length << 2;
        }
        let w = scratch;
        const end = min(input + k + length, blocksEnd);
        if (x < end) {
          do {
            const x0 = <i32>load<i8>(x), x1 = <i32>load<i8>(x, 1), x2 = <i32>load<i8>(x, 2), x3 = <i32>load<i8>(x, 3);
            s0 = s0 + x0 * <i32>load<i8>(w, 48) + x1 * <i32>load<i8>(w, 49) + x2 * <i32>load<i8>(w, 50) + x3 * <i32>load<i8>(w, 51);
            s1 = s1 + x0 * <i32>load<i8>(w, 52) + x1 * <i32>load<i8>(w, 53) + x2 * <i32>load<i8>(w, 54) + x3 * <i32>load<i8>(w, 55);
            s2 = s2 + x0 * <i32>load<i8>(w, 56) + x1 * <i32>load<i8>(w, 57) + x2 * <i32>load<i8>(w, 58) + x3 * <i32>load<i8>(w, 59);
            s3 = s3 + x0 * <i32>load<i8>(w, 60) + x1 * <i32>load<i8>(w, 61) + x2 * <i32>load<i8>(w, 62) + x3 * <i32>load<i8>(w, 63);
            w += 16;
            x += 4;
          } while (x < end);
        }
        if (k + length == depth) {
          for (; x < inputEnd; x++, w++) {
            const rest = <i32>load<i8>(x);
            s0 += rest * <i32>load<i8>(w, 48);
            s1 += rest * <i32>load<i8>(w, 52);
            s2 += rest * <i32>load<i8>(w, 56);
            s3 += rest * <i32>load<i8>(w, 60);
          }
        }
      }
      if (is<Weights, Stored>()) tile += storedBytes<i8>(depth << 2, storage);
      store<i32>(scratch, s0, 48);
      store<i32>(scratch, s1, 52);
      store<i32>(scratch, s2, 56);
      store<i32>(scratch, s3, 60);
      let constants = scratch;
      const end = min(output + 4, outputEnd);
      do {
        const sum = load<i32>(constants, 48) + load<i32>(constants);
        const multiplier = <i64>load<i32>(constants, 16), shift = load<i32>(constants, 32);
        store<i8>(output, min(max(requantizeBy<Shift>(sum, multiplier, shift) + outputZeroPoint, low), high));
        constants += 4;
        output++;
      } while (output < end);
    }
    input = inputEnd;
    output = outputEnd;
  }
}
