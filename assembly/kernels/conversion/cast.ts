/**
 * Elements of one type to another, by value.
 *
 * input  [elements] of any dtype
 * output [elements] of any dtype; may be the input's memory where its elements are no wider
 *
 *   integer to integer  the low bits
 *   anything to bool    whether it is not 0
 *   integer to float32  the nearest
 *   float32 to integer  towards zero, limited to the range; 0 for NaN
 *
 * The types are read from the block, element by element: one kernel for all pairs, since models have few of them.
 * Source: TFLite Micro's `copyCast`; C++ leaves floats beyond the range of integers undefined.
 */
import { readParameters } from "../../host-imports/weights";
import { CastParameters } from "../../parameters";

/** Integers and bools to each other. */
export function castIntegers(parameters: i32, to: usize): void {
  const given = readParameters<CastParameters>(parameters, to);
  const from = given.from, into = given.to;
  let input = given.input, output = given.output;
  for (let elements = given.elements; elements > 0; elements--, input += abs(from), output += max(abs(into), 1)) {
    storeInteger(output, into, loadInteger(input, from));
  }
}

/** Integers and bools to float32. */
export function castToFloat32(parameters: i32, to: usize): void {
  const given = readParameters<CastParameters>(parameters, to);
  const from = given.from;
  let input = given.input, output = given.output;
  for (let elements = given.elements; elements > 0; elements--, input += abs(from), output += 4) {
    const value = loadInteger(input, from);
    store<f32>(output, from == -8 ? <f32>(<u64>value) : <f32>value);
  }
}

/** float32 to integers and bools. */
export function castFromFloat32(parameters: i32, to: usize): void {
  const given = readParameters<CastParameters>(parameters, to);
  const into = given.to;
  let input = given.input, output = given.output;
  for (let elements = given.elements; elements > 0; elements--, input += 4, output += max(abs(into), 1)) {
    const value = load<f32>(input);
    storeInteger(output, into, into == 0 ? i64(value != 0) : integerOf(value, into));
  }
}

/** An integer of `type`: its bytes, negative where it is unsigned. */
function loadInteger(address: usize, type: i32): i64 {
  switch (type) {
    case 1: return load<i8>(address);
    case -1: return load<u8>(address);
    case 2: return load<i16>(address);
    case 4: return load<i32>(address);
    case -4: return load<u32>(address);
    default: return load<i64>(address);
  }
}

/** The low bytes of an integer; of type 0, whether it is not 0. */
function storeInteger(address: usize, type: i32, value: i64): void {
  switch (abs(type)) {
    case 0: return store<u8>(address, i32(value != 0));
    case 1: return store<u8>(address, value);
    case 2: return store<u16>(address, value);
    case 4: return store<u32>(address, value);
    default: return store<u64>(address, value);
  }
}

/** A float32 towards zero, within the range of `type`. */
function integerOf(value: f32, type: i32): i64 {
  if (value != value) return 0;
  const bits = type < 0 ? -type << 3 : (type << 3) - 1;
  const bound = reinterpret<f32>((127 + bits) << 23);
  const high = bits == 64 ? -1 : ((<i64>1 << bits) - 1), low = type < 0 ? 0 : -1 - high;
  if (value >= bound) return high;
  if (value <= (type < 0 ? <f32>-1 : -bound)) return low;
  return bits == 64 ? <i64>(<u64>value) : <i64>value;
}
