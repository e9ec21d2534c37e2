/**
 * Walks over an output in the order of its memory, and over one, two or three operands that are broadcast to it: up to
 * six axes, of which the host joins neighbours that are broadcast alike.
 *
 * A kernel's function is the method `of` of the class of its block, which begins with the fields of `WalkParameters`:
 * AssemblyScript's compile-time parameters are types. The block stays in memory while the walk lasts, which keeps the
 * current row's addresses in it.
 */
import { readParameters } from "../host-imports/weights";
import { WalkParameters } from "../parameters";

/** An axis of the walk, as it lies in the block. */
@unmanaged
class Axis {
  count: i32;
  index: i32;
  first: i32;
  second: i32;
  third: i32;
}

/** Moves the walk at `to` to its next row; false after the last. */
export function nextRow(to: usize): bool {
  const walk = changetype<WalkParameters>(to);
  let axis = to + offsetof<WalkParameters>("count0");
  for (const end = to + offsetof<WalkParameters>(); axis < end; axis += offsetof<Axis>()) {
    const around = changetype<Axis>(axis);
    walk.first += around.first;
    walk.second += around.second;
    walk.third += around.third;
    const index = around.index + 1;
    if (index < around.count) {
      around.index = index;
      return true;
    }
    around.index = 0;
  }
  return false;
}

/** output[i] = F.of(first[i], second[i]): elements T, which are widened to W, to elements O. */
// @ts-ignore: decorator
@inline
export function walkPairs<F, T, W, O>(parameters: i32, to: usize): void {
  const given = readParameters<F>(parameters, to), walk = changetype<WalkParameters>(to);
  const firstStep = walk.firstStep, secondStep = walk.secondStep, rowBytes = walk.rowBytes;
  let output = walk.output;
  do {
    let first = walk.first, second = walk.second;
    for (const end = output + rowBytes; output < end; output += sizeof<O>()) {
      store<O>(output, given.of(<W>load<T>(first), <W>load<T>(second)));
      first += firstStep;
      second += secondStep;
    }
  } while (nextRow(to));
}
