/** The layer of assembly/kernels/fully-connected as a plain loop: same arguments, same bytes. */
import { readWeights } from "../host-imports/weights";
import { clamp, requantize } from "../math/requantize";

const tile: usize = 32768;

export function fullyConnectedInt8(
  input: usize, output: usize, scratch: usize, weights: i32, rows: i32, inputs: i32, outputs: i32,
  outputZeroPoint: i32, low: i32, high: i32, chunk: i32,
): void {
  const tileBytes = 48 + ((inputs + 3) & ~3) * 4;
  for (let row = 0; row < rows; row++) {
    for (let n = 0; n < outputs; n++) {
      if ((n & 3) == 0) readWeights(tile, weights + (n >> 2) * tileBytes, tileBytes);
      const constants = tile + (n & 3) * 4;
      let sum = load<i32>(constants);
      for (let k = 0; k < inputs; k++) {
        sum += <i32>load<i8>(input + row * inputs + k) * <i32>load<i8>(constants + 48 + (k >> 2) * 16 + (k & 3));
      }
      const value = requantize(sum, <i64>load<i32>(constants, 16), load<i32>(constants, 32)) + outputZeroPoint;
      store<i8>(output + row * outputs + n, clamp(value, low, high));
    }
  }
}
