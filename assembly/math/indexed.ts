/**
 * Places in a tensor that indices name, of which a negative number counts from its axis' end.
 */

/** The number at an address, int32 or int64 as `bytes` says, in an axis of that length; one outside traps. */
// @ts-ignore: decorator
@inline
export function numberFromEnd(at: usize, bytes: i32, length: i32): i32 {
  let number = bytes == 8 ? load<i64>(at) : <i64>load<i32>(at);
  if (number < 0) number += <i64>length;
  if (<u64>number >= <u64>length) unreachable();
  return <i32>number;
}

/**
 * Byte offset of a place: sum over the index's numbers of number * stride. A number outside of its axis traps.
 *
 * @param index address of its first number, int32 or int64 as `indexBytes` says
 * @param lengths addresses of the axes' lengths, i32 each, and of their strides in bytes
 */
// @ts-ignore: decorator
@inline
export function placeOf(index: usize, indexBytes: i32, axes: i32, lengths: usize, strides: usize): i32 {
  let place = 0;
  for (let axis = 0; axis < axes; axis++, index += indexBytes) {
    const at = <usize>axis << 2;
    place += numberFromEnd(index, indexBytes, load<i32>(lengths + at)) * load<i32>(strides + at);
  }
  return place;
}
