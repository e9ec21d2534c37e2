/**
 * Elements or parts of a tensor, read or written at places that indices name.
 *
 * input   [shape] of any dtype
 * indices [positions, axes] int32 or int64; a negative number counts from the end
 * updates [positions, run] of the same dtype, where places are written
 * output  gather: [positions]; scatter: [shape], may be the input's memory, and overlaps nothing else
 *
 *   place[p] = base[p] + sum over axes of index[p, axis] * stride[axis], the base advancing in loops over the indices
 *   gather   output[p] = input[place[p]]
 *   scatter  output = input, then for p in order output[place[p] + i] = update[p, i], or f(what is there, update[p, i])
 *
 * f adds, multiplies, or takes the smaller or the larger one: float32, int32 and int64 that wrap. An index outside of its
 * axis traps: nothing is read or written there. No accumulator.
 * Source: ONNX operators `GatherElements`, `ScatterElements` and `ScatterND`.
 */
import { readParameters } from "../../host-imports/weights";
import { canonical } from "../../math/canonical";
import { placeOf } from "../../math/indexed";
import { is } from "../../math/kinds";
import { nextStep } from "../../math/loops";
import { GatherElementsParameters, ScatterParameters } from "../../parameters";

export function gatherElements(parameters: i32, to: usize): void {
  const given = readParameters<GatherElementsParameters>(parameters, to);
  const runBytes = given.runBytes, indexBytes = given.indexBytes;
  let input = given.input, output = given.output, indices = given.indices;
  for (let positions = given.positions;;) {
    const place = placeOf(
      indices, indexBytes, given.axes, to + offsetof<GatherElementsParameters>("length0"),
      to + offsetof<GatherElementsParameters>("stride0"),
    );
    memory.copy(output, input + place, runBytes);
    if (--positions == 0) return;
    output += runBytes;
    indices += indexBytes * given.axes;
    input += nextStep(to + offsetof<GatherElementsParameters>("count0"));
  }
}

export function scatter(parameters: i32, to: usize): void {
  scatterBy<u8, Replace>(parameters, to);
}

export function scatterReduceFloat32(parameters: i32, to: usize): void {
  scatterBy<f32, Reduce>(parameters, to);
}

export function scatterReduceInt32(parameters: i32, to: usize): void {
  scatterBy<i32, Reduce>(parameters, to);
}

export function scatterReduceInt64(parameters: i32, to: usize): void {
  scatterBy<i64, Reduce>(parameters, to);
}

/** Kinds of scatters, told apart when this is compiled. */
type Replace = i8;
type Reduce = i16;

// @ts-ignore: decorator
@inline
function scatterBy<T, Kind>(parameters: i32, to: usize): void {
  const given = readParameters<ScatterParameters>(parameters, to);
  const runBytes = given.runBytes, indexBytes = given.indexBytes;
  let output = given.output, update = given.updates, indices = given.indices;
  if (output != given.input) memory.copy(output, given.input, given.outputBytes);
  for (let positions = given.positions;;) {
    let place = output + placeOf(
      indices, indexBytes, given.axes, to + offsetof<ScatterParameters>("length0"),
      to + offsetof<ScatterParameters>("stride0"),
    );
    if (is<Kind, Replace>()) memory.copy(place, update, runBytes);
    else {
      for (let from = update, end = update + runBytes; from < end; from += sizeof<T>(), place += sizeof<T>()) {
        const value = reduced<T>(given.reduction, load<T>(place), load<T>(from));
        store<T>(place, isFloat<T>() ? <T>canonical(<f32>value) : value);
      }
    }
    if (--positions == 0) return;
    update += runBytes;
    indices += indexBytes * given.axes;
    output += nextStep(to + offsetof<ScatterParameters>("count0"));
  }
}

// @ts-ignore: decorator
@inline
function reduced<T>(reduction: i32, old: T, update: T): T {
  if (reduction == 0) return <T>(old + update);
  if (reduction == 1) return <T>(old * update);
  if (reduction == 2) return min<T>(old, update);
  return max<T>(old, update);
}
