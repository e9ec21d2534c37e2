/**
 * Sums, products, largest and smallest elements over axes.
 *
 * input  [kept0, reduced0, kept1, reduced1, kept2, reduced2, kept3]: the tensor's axes, joined by the host
 * output [kept0, kept1, kept2, kept3] of the same dtype; may be the input's memory
 *
 *   float32       sum / divisor (divisor = 1, or the number of elements for a mean), product, largest, smallest,
 *                 in the input's order from 0, 1, -infinity, infinity
 *   int8, int16   clamp(outputZeroPoint + requantize(sum + offset, multiplier, shift)), offset = -elements * zero point,
 *                 with 1 / elements in multiplier and shift for a mean
 *   int32, int64  sum and product modulo 2^32, 2^64
 *   any integer   largest, smallest: with bool these are "any" and "all"
 *
 * Accumulator: the output's dtype; of int8 and int16 sums int32, the host bounds elements. All lengths are at least 1.
 * Source: TFLite reference kernels `ReduceGeneric`, `Mean`, `QuantizedMeanOrSum`.
 */
import { readParameters } from "../../host-imports/weights";
import { is } from "../../math/kinds";
import { clamp, requantize } from "../../math/requantize";
import { ReduceParameters } from "../../parameters";

/** What is done with the elements: AssemblyScript's compile-time parameters are types. */
type Sum = i8;
type Product = i16;
type Largest = i32;
type Smallest = i64;

export function reduceSumFloat32(parameters: i32, to: usize): void {
  reduce<f32, f32, Sum>(parameters, to);
}

export function reduceSumInt8(parameters: i32, to: usize): void {
  reduce<i8, i32, Sum>(parameters, to);
}

export function reduceSumInt16(parameters: i32, to: usize): void {
  reduce<i16, i32, Sum>(parameters, to);
}

export function reduceSumInt32(parameters: i32, to: usize): void {
  reduce<i32, i32, Sum>(parameters, to);
}

export function reduceSumInt64(parameters: i32, to: usize): void {
  reduce<i64, i64, Sum>(parameters, to);
}

export function reduceProdFloat32(parameters: i32, to: usize): void {
  reduce<f32, f32, Product>(parameters, to);
}

export function reduceProdInt32(parameters: i32, to: usize): void {
  reduce<i32, i32, Product>(parameters, to);
}

export function reduceProdInt64(parameters: i32, to: usize): void {
  reduce<i64, i64, Product>(parameters, to);
}

export function reduceMaxFloat32(parameters: i32, to: usize): void {
  reduce<f32, f32, Largest>(parameters, to);
}

export function reduceMaxInt8(parameters: i32, to: usize): void {
  reduce<i8, i32, Largest>(parameters, to);
}

export function reduceMaxInt16(parameters: i32, to: usize): void {
  reduce<i16, i32, Largest>(parameters, to);
}

export function reduceMaxInt32(parameters: i32, to: usize): void {
  reduce<i32, i32, Largest>(parameters, to);
}

export function reduceMaxUint8(parameters: i32, to: usize): void {
  reduce<u8, i32, Largest>(parameters, to);
}

export function reduceMaxInt64(parameters: i32, to: usize): void {
  reduce<i64, i64, Largest>(parameters, to);
}

export function reduceMinFloat32(parameters: i32, to: usize): void {
  reduce<f32, f32, Smallest>(parameters, to);
}

export function reduceMinInt8(parameters: i32, to: usize): void {
  reduce<i8, i32, Smallest>(parameters, to);
}

export function reduceMinInt16(parameters: i32, to: usize): void {
  reduce<i16, i32, Smallest>(parameters, to);
}

export function reduceMinInt32(parameters: i32, to: usize): void {
  reduce<i32, i32, Smallest>(parameters, to);
}

export function reduceMinUint8(parameters: i32, to: usize): void {
  reduce<u8, i32, Smallest>(parameters, to);
}

export function reduceMinInt64(parameters: i32, to: usize): void {
  reduce<i64, i64, Smallest>(parameters, to);
}

/** No element of the output lies behind the first of those that it is made of, which are all read before. */
// @ts-ignore: decorator
@inline
function reduce<T, Accumulator, Kind>(parameters: i32, to: usize): void {
  const given = readParameters<ReduceParameters>(parameters, to);
  const kept3 = given.kept3, reduced0 = given.reduced0, reduced1 = given.reduced1, reduced2 = given.reduced2;
  const step2 = kept3 * sizeof<T>();
  const block2 = reduced2 * step2, step1 = given.kept2 * block2;
  const block1 = reduced1 * step1, step0 = given.kept1 * block1;
  let input = given.input, output = given.output;
  for (let outer = given.kept0; outer > 0; outer--) {
    for (let end1 = input + step0; input < end1; input += block1 - step1) {
      for (let end2 = input + step1; input < end2; input += block2 - step2) {
        for (let end3 = input + step2; input < end3; input += sizeof<T>()) {
          let value = first<Accumulator, Kind>();
          let p0 = input;
          for (let i = reduced0; i > 0; i--, p0 += step0) {
            let p1 = p0;
            for (let j = reduced1; j > 0; j--, p1 += step1) {
              let p2 = p1;
              for (let k = reduced2; k > 0; k--, p2 += step2) {
                value = next<Accumulator, Kind>(value, <Accumulator>load<T>(p2));
              }
            }
          }
          store<T>(output, <T>result<T, Accumulator, Kind>(value, given));
          output += sizeof<T>();
        }
      }
    }
    input += (reduced0 - 1) * step0;
  }
}

// @ts-ignore: decorator
@inline
function first<Accumulator, Kind>(): Accumulator {
  if (is<Kind, Sum>()) return 0 as Accumulator;
  if (is<Kind, Product>()) return 1 as Accumulator;
  if (isFloat<Accumulator>()) {
    return (is<Kind, Largest>() ? -Infinity : Infinity) as Accumulator;
  }
  if (sizeof<Accumulator>() == 8) {
    return (is<Kind, Largest>() ? i64.MIN_VALUE : i64.MAX_VALUE) as Accumulator;
  }
  return (is<Kind, Largest>() ? i32.MIN_VALUE : i32.MAX_VALUE) as Accumulator;
}

// @ts-ignore: decorator
@inline
function next<Accumulator, Kind>(value: Accumulator, element: Accumulator): Accumulator {
  if (is<Kind, Sum>()) return (value + element) as Accumulator;
  if (is<Kind, Product>()) return (value * element) as Accumulator;
  if (is<Kind, Largest>()) return element > value ? element : value;
  return element < value ? element : value;
}

// @ts-ignore: decorator
@inline
function result<T, Accumulator, Kind>(value: Accumulator, given: ReduceParameters): Accumulator {
  if (sizeof<Kind>() != sizeof<Sum>()) return value;
  if (isFloat<T>()) return (value / given.divisor) as Accumulator;
  if (sizeof<T>() >= 4) return value;
  const real = requantize(<i32>value + given.offset, given.multiplier, given.shift) + given.zeroPoint;
  const least: i32 = sizeof<T>() == 1 ? i8.MIN_VALUE : i16.MIN_VALUE;
  return clamp(real, least, -1 - least) as Accumulator;
}
