/**
 * A layer of filters over time, each of rank 1 (singular value decomposition filter), for one step of time.
 *
 * input  [batches, inputs] int8 or float32
 * state  [batches, units * rank, memory] int8, int16 or float32: each filter's last values, the newest last
 * output [batches, units] of the input's dtype
 * weights: for each filter its weights of the inputs, and from `timeOffset` on those of its values, in `filterBytes`; then
 *        at `biases` a bias for each unit, int32 or float32
 *
 *   value   = clamp(stateZeroPoint + requantize(sum over inputs of w (x - inputZeroPoint), multiplier1, shift1))
 *   state   = state without its oldest value, and value
 *   output  = clamp(outputZeroPoint + requantize(bias + sum over rank and memory of v (state - stateZeroPoint),
 *             multiplier2, shift2)); of float32 clamp(bias + sums), without zero points and rescaling
 *
 * Accumulators: int32, or float32 from left to right. scratch, behind the block: a filter's weights, a sum for each batch.
 * Source: TFLite Micro's `EvalIntegerSvdfReference`, `EvalFloatSvdfReference`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { clamp, requantize } from "../../math/requantize";
import { SvdfParameters } from "../../parameters";

/** The state is of int8. */
export function svdfInt8(parameters: i32, to: usize): void {
  svdf<i8, i8, i32>(parameters, to);
}

/** The state is of int16. */
export function svdfInt8Int16(parameters: i32, to: usize): void {
  svdf<i8, i16, i32>(parameters, to);
}

export function svdfFloat32(parameters: i32, to: usize): void {
  svdf<f32, f32, f32>(parameters, to);
}

// @ts-ignore: decorator
@inline
function svdf<T, State, Sum>(parameters: i32, to: usize): void {
  const given = readParameters<SvdfParameters>(parameters, to);
  const batches = given.batches, inputs = given.inputs, units = given.units, rank = given.rank;
  const filterBytes = given.filterBytes, weights = given.scratch, sums = weights + filterBytes;
  const rowBytes = given.memory * sizeof<State>();
  let from = given.weights, biases = given.biases, state = given.state, output = given.output;
  for (let unit = 0; unit < units; unit++, biases += 4, output += sizeof<T>()) {
    readWeights(sums, biases, 4);
    for (let b = 1; b < batches; b++) store<Sum>(sums + (b << 2), load<Sum>(sums));
    for (let r = 0; r < rank; r++, from += filterBytes, state += rowBytes) {
      readWeights(weights, from, filterBytes);
      let row = state, input = given.input;
      for (let b = 0; b < batches; b++, input += inputs * sizeof<T>(), row += units * rank * rowBytes) {
        memory.copy(row, row + sizeof<State>(), rowBytes - sizeof<State>());
        const value = valueOf<Sum>(given, product<T, T, Sum>(weights, input, inputs, <Sum>given.inputZeroPoint), sizeof<State>() == 1);
        store<State>(row + rowBytes - sizeof<State>(), <State>value);
        const sum = product<State, State, Sum>(weights + given.timeOffset, row, given.memory, <Sum>given.stateZeroPoint);
        store<Sum>(sums + (b << 2), (load<Sum>(sums + (b << 2)) + sum) as Sum);
      }
    }
    for (let b = 0; b < batches; b++) {
      store<T>(output + b * units * sizeof<T>(), <T>outputOf<Sum>(given, load<Sum>(sums + (b << 2))));
    }
  }
}

/** Sum of w[i] (x[i] - zero point); of float32 there is none. */
// @ts-ignore: decorator
@inline
function product<Weight, T, Sum>(weights: usize, input: usize, count: i32, zeroPoint: Sum): Sum {
  let sum: Sum = 0 as Sum;
  for (let i = 0; i < count; i++) {
    const x = <Sum>load<T>(input + i * sizeof<T>());
    const shifted = isFloat<Sum>() ? x : ((x - zeroPoint) as Sum);
    sum = (sum + <Sum>load<Weight>(weights + i * sizeof<Weight>()) * shifted) as Sum;
  }
  return sum;
}

/** What a filter keeps of its inputs' sum. */
// @ts-ignore: decorator
@inline
function valueOf<Sum>(given: SvdfParameters, sum: Sum, isInt8: bool): Sum {
  if (isFloat<Sum>()) return sum;
  const value = requantize(<i32>sum, given.multiplier1, given.shift1) + given.stateZeroPoint;
  const least: i32 = isInt8 ? i8.MIN_VALUE : i16.MIN_VALUE;
  return clamp(value, least, -1 - least) as Sum;
}

// @ts-ignore: decorator
@inline
function outputOf<Sum>(given: SvdfParameters, sum: Sum): Sum {
  if (isFloat<Sum>()) return min<f32>(max<f32>(<f32>sum, given.low), given.high) as Sum;
  const value = requantize(<i32>sum, given.multiplier2, given.shift2) + given.outputZeroPoint;
  return clamp(value, -128, 127) as Sum;
}
