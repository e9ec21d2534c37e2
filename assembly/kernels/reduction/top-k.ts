/**
 * The largest or the smallest elements along an axis, sorted, and their indices.
 *
 * input   [outer, length, inner] of any dtype
 * output  [outer, count, inner] of that dtype
 * indices [outer, count, inner] int32, or int64 where an index takes 8 bytes; overlap nothing
 *
 *   output[o, 0, i] is the largest (smallest) of input[o, .., i], output[o, 1, i] the next, and so on; of equal elements the
 *   one of the smaller index comes first, and NaN comes last
 *
 * Elements are put into the list of the first ones in the order in which they come. No accumulator.
 */
import { readParameters } from "../../host-imports/weights";
import { TopKParameters } from "../../parameters";

export function topKFloat32(parameters: i32, to: usize): void {
  topK<f32>(parameters, to);
}

export function topKInt8(parameters: i32, to: usize): void {
  topK<i8>(parameters, to);
}

export function topKInt16(parameters: i32, to: usize): void {
  topK<i16>(parameters, to);
}

export function topKInt32(parameters: i32, to: usize): void {
  topK<i32>(parameters, to);
}

export function topKInt64(parameters: i32, to: usize): void {
  topK<i64>(parameters, to);
}

export function topKUint8(parameters: i32, to: usize): void {
  topK<u8>(parameters, to);
}

// @ts-ignore: decorator
@inline
function topK<T>(parameters: i32, to: usize): void {
  const given = readParameters<TopKParameters>(parameters, to);
  const largest = given.largest, indexBytes = given.indexBytes, count = given.count, length = given.length;
  const step = given.inner * sizeof<T>(), indexStep = given.inner * indexBytes;
  let input = given.input, output = given.output, indices = given.indices;
  for (let outer = given.outer; outer > 0; outer--) {
    for (const end = input + step; input < end; input += sizeof<T>(), output += sizeof<T>(), indices += indexBytes) {
      let element = input;
      for (let index = 0; index < length; index++, element += step) {
        const value = load<T>(element);
        let rank = min(index, count - 1), at = output + rank * step, indexAt = indices + rank * indexStep;
        if (index >= count && !precedes<T>(value, load<T>(at), largest)) continue;
        for (; rank > 0 && precedes<T>(value, load<T>(at - step), largest); rank--) {
          store<T>(at, load<T>(at - step));
          store<i32>(indexAt, load<i32>(indexAt - indexStep));
          at -= step;
          indexAt -= indexStep;
        }
        store<T>(at, value);
        store<i32>(indexAt, index);
      }
      if (indexBytes == 8) {
        for (let rank = 0; rank < count; rank++) store<i32>(indices + rank * indexStep, 0, 4);
      }
    }
    input += (length - 1) * step;
    output += (count - 1) * step;
    indices += (count - 1) * indexStep;
  }
}

// @ts-ignore: decorator
@inline
function precedes<T>(a: T, b: T, largest: i32): bool {
  if (isFloat<T>() && b != b) return a == a;
  return largest != 0 ? a > b : a < b;
}
