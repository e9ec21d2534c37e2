/** The layer of assembly/kernels/fully-connected as a plain loop: same parameters, same bytes. */
import { readParameters, readWeights } from "../host-imports/weights";
import { clamp, requantize } from "../math/requantize";
import { FullyConnectedParameters } from "../parameters";

const tile: usize = 32768;

export function fullyConnectedInt8(parameters: i32, to: usize): void {
  const given = readParameters<FullyConnectedParameters>(parameters, to);
  const input = given.input, output = given.output, weights = given.weights, rows = given.rows;
  const inputs = given.inputs, outputs = given.outputs, outputZeroPoint = given.outputZeroPoint;
  const low = given.low, high = given.high;
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
