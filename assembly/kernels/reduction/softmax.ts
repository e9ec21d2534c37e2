/**
 * Softmax over the last axis, int8.
 *
 * input  [rows, depth] int8
 * output [rows, depth] int8, scale 1/256, zero point -128; may be the input's memory
 * table  [entries] int32 at `weights` in the weights section: exp of the scaled differences -entries+1 .. 0, as
 *        fixed point without integer bits (exp(0) = 2^31 - 1), entries <= 256; smaller differences count as 0
 *
 *   sum       = sum over i of round(table[input[i] - max] / 2^12)           12 integer bits
 *   factor    = 2^31 / (sum / 2^(31 - headroom)), headroom = leading zeros of sum
 *   output[i] = min(127, -128 + round(round(factor * table[input[i] - max] / 2^31) / 2^(35 - headroom)))
 *
 * Accumulator: every term is at most 2^19, so that rows of up to 4095 fit into int32. Products are of two values
 * below 2^31 and are taken in i64.
 *
 * scratch: 1024 bytes.
 * Source: TFLite reference kernel `Softmax`; gemmlowp's fixed-point arithmetic (`one_over_one_plus_x_for_x_in_0_1`).
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { reciprocal } from "../../math/fixed-point";
import { SoftmaxParameters } from "../../parameters";

export function softmaxInt8(parameters: i32, to: usize): void {
  const given = readParameters<SoftmaxParameters>(parameters, to);
  let input = given.input, output = given.output;
  const scratch = given.scratch, weights = given.weights, entries = given.entries, rows = given.rows, depth = given.depth;
  const zeros = 1024 - (<usize>entries << 2);
  memory.fill(scratch, 0, zeros);
  readWeights(scratch + zeros, weights, entries << 2);

  for (let row = 0; row < rows; row++) {
    const end = input + depth;
    let largest: i32 = -128;
    for (let p = input; p < end; p++) largest = max(largest, <i32>load<i8>(p));

    const table = scratch + ((255 - largest) << 2);
    let sum: u32 = 0;
    for (let p = input; p < end; p++) sum += (load<u32>(table + (<i32>load<i8>(p) << 2)) + 2048) >> 12;

    const headroom = clz(sum);
    const factor = reciprocal(<i64>((sum << headroom) >> 1));
    const shift = <i64>(35 - headroom);
    const rounding = <i64>1 << (shift - 1);
    for (; input < end; input++, output++) {
      const product = (factor * <i64>load<u32>(table + (<i32>load<i8>(input) << 2)) + 0x40000000) >> 31;
      store<i8>(output, min(<i32>((product + rounding) >> shift) - 128, 127));
    }
  }
}
