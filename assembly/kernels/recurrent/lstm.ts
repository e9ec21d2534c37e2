/**
 * Long short-term memory over a sequence, without peepholes, projection and normalization.
 *
 * input  [times, batches, inputs], in either order of the first two, int8, int16 or float32
 * hidden [batches, units] of the same dtype, cell [batches, units] int16 or float32: state
 * output [times, batches, units], in the input's order and dtype
 * weights: for each unit, for each of its gates (input, forget, cell, output) the weights of the inputs, then those of the
 *        hidden state, int8 or float32; from `biasOffset` on for each gate the biases of both sums, in the accumulator's
 *        type; `unitBytes` in all
 * constants, of integers: 256 uint16, the table of the logistic function; for each gate, for both sums, how they are
 *        rescaled to Q3.12: multiplier int32, shift int32
 *
 *   gate   = activation(rescale(W x + bias) + rescale(R hidden + bias)), logistic; tanh for the cell gate
 *   cell   = clip(forget * cell + input * cellGate)
 *   hidden = output * tanh(cell)
 *
 * Zero points are in the biases. Integers saturate to int16 after each sum and product, which are requantized: forget * cell
 * by 2^-15, input * cellGate by multiplier and shift `cell..`, output * tanh by `hidden..`, to the hidden state's dtype.
 * Accumulator: int32, of int16 int64; float32 from left to right. scratch, behind the block: constants, a unit's weights.
 * Source: TFLite Micro's `LstmStep`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { int16, logisticOfGate, nextCell, tanhOfCell } from "../../math/integer-gates";
import { clamp, requantize, requantizeSum } from "../../math/requantize";
import { logistic, tanh } from "../../math/sigmoid";
import { sigmoidTableBytes } from "../../math/sigmoid-table";
import { LstmParameters } from "../../parameters";

export function lstmInt8(parameters: i32, to: usize): void {
  lstm<i8, i8, i32, i16, i32>(parameters, to);
}

export function lstmInt16(parameters: i32, to: usize): void {
  lstm<i16, i8, i64, i16, i32>(parameters, to);
}

export function lstmFloat32(parameters: i32, to: usize): void {
  lstm<f32, f32, f32, f32, f32>(parameters, to);
}

/** @typeParam Value what gates and cells are computed in */
// @ts-ignore: decorator
@inline
function lstm<T, Weight, Sum, Cell, Value>(parameters: i32, to: usize): void {
  const given = readParameters<LstmParameters>(parameters, to);
  const batches = given.batches, units = given.units, unitBytes = given.unitBytes;
  const weights = given.scratch + given.constantsBytes;
  const hiddenBytes = units * sizeof<T>(), batchStep = given.batchStep;
  if (isInteger<T>()) readWeights(given.scratch, given.constants, given.constantsBytes);
  let input = given.input, output = given.output;
  for (let time = given.times; time > 0; time--, input += given.timeStep * given.inputs * sizeof<T>()) {
    let from = given.weights;
    for (let unit = 0; unit < units; unit++, from += unitBytes) {
      readWeights(weights, from, unitBytes);
      let x = input, hidden = given.hidden, cell = given.cell + unit * sizeof<Cell>();
      let y = output + unit * sizeof<T>();
      for (let b = 0; b < batches; b++) {
        const i = logisticOf<Value>(given, gate<T, Weight, Sum, Value>(given, 0, x, hidden));
        const f = logisticOf<Value>(given, gate<T, Weight, Sum, Value>(given, 1, x, hidden));
        const c = gate<T, Weight, Sum, Value>(given, 2, x, hidden);
        const o = logisticOf<Value>(given, gate<T, Weight, Sum, Value>(given, 3, x, hidden));
        const g = given.cellLogistic != 0 ? logisticOf<Value>(given, c) : tanhOf<Value>(given, c, 3, 0);
        const value = cellOf<Value>(given, f, <Value>load<Cell>(cell), i, g);
        store<Cell>(cell, <Cell>value);
        store<T>(y, <T>hiddenOf<T, Value>(given, o, value));
        x += batchStep * given.inputs * sizeof<T>();
        y += batchStep * hiddenBytes;
        hidden += hiddenBytes;
        cell += units * sizeof<Cell>();
      }
    }
    for (let b = 0; b < batches; b++) {
      memory.copy(given.hidden + b * hiddenBytes, output + b * batchStep * hiddenBytes, hiddenBytes);
    }
    output += given.timeStep * hiddenBytes;
  }
}

/** A gate before its activation, of the unit whose weights are in scratch. */
function gate<T, Weight, Sum, Value>(given: LstmParameters, index: i32, x: usize, hidden: usize): Value {
  const inputs = given.inputs, units = given.units;
  const weights = given.scratch + given.constantsBytes;
  const row = weights + index * (inputs + units) * sizeof<Weight>();
  const bias = weights + given.biasOffset + (index << 1) * sizeof<Sum>();
  const first = (product<T, Weight, Sum>(row, x, inputs) + load<Sum>(bias)) as Sum;
  const second = (product<T, Weight, Sum>(row + inputs * sizeof<Weight>(), hidden, units) +
    load<Sum>(bias + sizeof<Sum>())) as Sum;
  if (isFloat<Sum>()) return (first + second) as Value;
  const scale = given.scratch + sigmoidTableBytes + (index << 4);
  return int16(rescale<Sum>(first, scale) + rescale<Sum>(second, scale + 8)) as Value;
}

// @ts-ignore: decorator
@inline
function product<T, Weight, Sum>(weights: usize, x: usize, count: i32): Sum {
  let sum: Sum = 0 as Sum;
  for (let i = 0; i < count; i++) {
    sum = (sum + <Sum>load<Weight>(weights + i * sizeof<Weight>()) * <Sum>load<T>(x + i * sizeof<T>())) as Sum;
  }
  return sum;
}

/** A sum in Q3.12. */
// @ts-ignore: decorator
@inline
function rescale<Sum>(sum: Sum, scale: usize): i32 {
  return int16(requantizeSum<Sum>(sum, <i64>load<i32>(scale), load<i32>(scale, 4)));
}

// @ts-ignore: decorator
@inline
function logisticOf<Value>(given: LstmParameters, x: Value): Value {
  if (isFloat<Value>()) return logistic(<f32>x) as Value;
  return logisticOfGate(given.scratch, <i32>x) as Value;
}

/** tanh; an integer is brought to the table's steps by a multiplier and a right shift. */
// @ts-ignore: decorator
@inline
function tanhOf<Value>(given: LstmParameters, x: Value, multiplier: i32, right: i32): Value {
  if (isFloat<Value>()) return tanh(<f32>x) as Value;
  return tanhOfCell(given.scratch, <i32>x, multiplier, right) as Value;
}

/** The new cell. */
// @ts-ignore: decorator
@inline
function cellOf<Value>(given: LstmParameters, f: Value, cell: Value, i: Value, g: Value): Value {
  if (isFloat<Value>()) {
    const value = (f * cell + i * g) as f32;
    return (given.floatClip > 0 ? max<f32>(min<f32>(given.floatClip, value), -given.floatClip) : value) as Value;
  }
  const value = nextCell(<i32>f, <i32>cell, <i32>i, <i32>g, given.cellMultiplier, given.cellShift);
  return (given.clip > 0 ? clamp(value, -given.clip, given.clip) : value) as Value;
}

/** The new hidden state. */
// @ts-ignore: decorator
@inline
function hiddenOf<T, Value>(given: LstmParameters, o: Value, cell: Value): Value {
  const t = tanhOf<Value>(given, cell, given.tanhMultiplier, given.tanhShift);
  if (isFloat<Value>()) return (t * o) as Value;
  const value = requantize(<i32>t * <i32>o, given.hiddenMultiplier, given.hiddenShift) + given.hiddenZeroPoint;
  const least: i32 = sizeof<T>() == 1 ? i8.MIN_VALUE : i16.MIN_VALUE;
  return clamp(value, least, -1 - least) as Value;
}
