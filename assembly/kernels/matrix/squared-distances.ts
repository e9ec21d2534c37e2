/**
 * Squares of the distances of rows to constant vectors.
 *
 * input   [rows, features] float32, in linear memory
 * vectors [count, features] float32, in the weights section, read one at a time
 * output  [rows, count] float32, in linear memory; does not overlap the input
 *
 *   output[i, j] = sum over k, in this order, of (input[i, k] - vectors[j, k])^2
 *
 * Accumulator: float32.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { SquaredDistancesParameters } from "../../parameters";

export function squaredDistancesFloat32(parameters: i32, to: usize): void {
  const given = readParameters<SquaredDistancesParameters>(parameters, to);
  const vector = to + offsetof<SquaredDistancesParameters>();
  const count = given.count, bytes = given.features << 2;
  const inputEnd = given.input + given.rows * bytes;
  for (let j = 0; j < count; j++) {
    readWeights(vector, <i32>given.vectors + j * bytes, bytes);
    let output = given.output + (j << 2);
    for (let input = given.input; input < inputEnd; output += count << 2) {
      let sum: f32 = 0;
      for (const end = input + bytes, v = vector - input; input < end; input += 4) {
        const difference = load<f32>(input) - load<f32>(input + v);
        sum += difference * difference;
      }
      store<f32>(output, canonical(sum));
    }
  }
}
