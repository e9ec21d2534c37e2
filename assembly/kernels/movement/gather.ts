/**
 * Parts of a tensor, by indices that are computed or constant.
 *
 * input   [batches, outer, lengths of `axes` axes, bytes] of any dtype, in linear memory or, where it is constant, in the
 *         weights section
 * indices [batches, positions, axes] int32 or int64, in linear memory
 * output  [batches, outer, positions, bytes]; overlaps neither
 *
 *   output[b, o, p] = input[b, o, indices[b, p, 0], indices[b, p, 1], ...]
 *
 * FromEnd: a negative index counts from the end of its axis. One outside traps: nothing is read there. No accumulator.
 * Source: TFLite reference kernels `Gather` and `GatherNd`.
 */
import { readParameters, readWeights } from "../../host-imports/weights";
import { numberFromEnd } from "../../math/indexed";
import { GatherConstantParameters, GatherParameters } from "../../parameters";

export function gather(parameters: i32, to: usize): void {
  const given = readParameters<GatherParameters>(parameters, to);
  gatherFrom<GatherParameters>(given, to + offsetof<GatherParameters>("length0"), false, false);
}

export function gatherConstant(parameters: i32, to: usize): void {
  const given = readParameters<GatherConstantParameters>(parameters, to);
  gatherFrom<GatherConstantParameters>(given, to + offsetof<GatherConstantParameters>("length0"), true, false);
}

export function gatherFromEnd(parameters: i32, to: usize): void {
  const given = readParameters<GatherParameters>(parameters, to);
  gatherFrom<GatherParameters>(given, to + offsetof<GatherParameters>("length0"), false, true);
}

export function gatherConstantFromEnd(parameters: i32, to: usize): void {
  const given = readParameters<GatherConstantParameters>(parameters, to);
  gatherFrom<GatherConstantParameters>(given, to + offsetof<GatherConstantParameters>("length0"), true, true);
}

// @ts-ignore: decorator
@inline
function gatherFrom<P>(given: P, lengths: usize, constant: bool, fromEnd: bool): void {
  const indexBytes = given.indexBytes, outer = given.outer, positions = given.positions, bytes = given.bytes;
  const lengthsEnd = lengths + 4 * given.axes;
  let input = <usize>given.input, output = given.output, indices = given.indices, whole = bytes;
  for (let length = lengths; length < lengthsEnd; length += 4) whole *= load<i32>(length);
  for (let batches = given.batches; batches > 0; batches--) {
    let index = indices;
    for (let o = 0; o < outer; o++, input += whole) {
      index = indices;
      for (let p = 0; p < positions; p++, output += bytes) {
        let at = 0;
        for (let length = lengths; length < lengthsEnd; length += 4, index += indexBytes) {
          if (fromEnd) {
            at = at * load<i32>(length) + numberFromEnd(index, indexBytes, load<i32>(length));
            continue;
          }
          const i = load<u32>(index), count = load<u32>(length);
          if (i >= count || (indexBytes == 8 && load<u32>(index, 4) != 0)) unreachable();
          at = at * count + i;
        }
        if (constant) readWeights(output, <i32>input + at * bytes, bytes);
        else memory.copy(output, input + at * bytes, bytes);
      }
    }
    indices = index;
  }
}
