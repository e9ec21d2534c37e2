/**
 * Rows of float32, each over its own sum: softmax, its logarithm, and L2 normalization.
 *
 * input  [rows, depth] float32
 * output [rows, depth] float32; may be the input's memory
 *
 *   softmax             e[i] / sum of e, e[i] = exp((input[i] - max) * factor)
 *   log softmax         input[i] - max - log(sum of exp(input[i] - max))
 *   L2 normalization    input[i] / max(sqrt(sum of input[i]^2), factor)
 *
 * Sums are float32, from left to right. exp and log are those of assembly/math, within 1 ulp.
 * Source: TFLite reference kernels `Softmax`, `LogSoftmax`, `L2Normalization`.
 */
import { readParameters } from "../../host-imports/weights";
import { exp } from "../../math/exp";
import { log } from "../../math/log";
import { NormalizeParameters } from "../../parameters";

export function softmaxFloat32(parameters: i32, to: usize): void {
  const given = readParameters<NormalizeParameters>(parameters, to);
  const bytes = given.depth << 2, factor = given.factor;
  let input = given.input, output = given.output;
  for (let rows = given.rows; rows > 0; rows--, output += bytes) {
    const top = largest(input, bytes);
    let sum: f32 = 0;
    for (let i = 0; i < bytes; i += 4, input += 4) {
      const e = exp((load<f32>(input) - top) * factor);
      store<f32>(output + i, e);
      sum += e;
    }
    for (let i = 0; i < bytes; i += 4) store<f32>(output + i, load<f32>(output + i) / sum);
  }
}

export function logSoftmaxFloat32(parameters: i32, to: usize): void {
  const given = readParameters<NormalizeParameters>(parameters, to);
  const bytes = given.depth << 2;
  let input = given.input, output = given.output;
  for (let rows = given.rows; rows > 0; rows--, input += bytes, output += bytes) {
    const top = largest(input, bytes);
    let sum: f32 = 0;
    for (let i = 0; i < bytes; i += 4) sum += exp(load<f32>(input + i) - top);
    const logSum = log(sum);
    for (let i = 0; i < bytes; i += 4) store<f32>(output + i, load<f32>(input + i) - top - logSum);
  }
}

export function l2NormalizationFloat32(parameters: i32, to: usize): void {
  const given = readParameters<NormalizeParameters>(parameters, to);
  const bytes = given.depth << 2;
  let input = given.input, output = given.output;
  for (let rows = given.rows; rows > 0; rows--, input += bytes, output += bytes) {
    let sum: f32 = 0;
    for (let i = 0; i < bytes; i += 4) sum += load<f32>(input + i) * load<f32>(input + i);
    const norm = max(sqrt(sum), given.factor);
    for (let i = 0; i < bytes; i += 4) store<f32>(output + i, load<f32>(input + i) / norm);
  }
}

/** The largest element of a row. */
function largest(row: usize, bytes: i32): f32 {
  let top: f32 = -Infinity;
  for (const end = row + bytes; row < end; row += 4) top = max(top, load<f32>(row));
  return top;
}
