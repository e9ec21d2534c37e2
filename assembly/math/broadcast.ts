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
// @ts-ignore: decorator
@inline
export function nextRow(to: usize): bool {
  return advance(to, to + offsetof<WalkParameters>("count0"));
}

/**
 * Moves a walk along an axis; at its end the axis begins anew and the one around it moves. That it loops keeps it one function of
 * a model, which the compiler would else repeat in every kernel.
 */
function advance(to: usize, axis: usize): bool {
  const walk = changetype<WalkParameters>(to), end = to + offsetof<WalkParameters>();
  for (; axis < end; axis += offsetof<Axis>()) {
    const current = changetype<Axis>(axis);
    walk.first += current.first;
    walk.second += current.second;
    walk.third += current.third;
    const index = current.index + 1;
    if (index < current.count) {
      current.index = index;
      return true;
    }
    current.index = 0;
  }
  return false;
}

/** output[i] = F.of(first[i], second[i]): elements T, which are widened to W, to elements O. */
// @ts-ignore: decorator
@inline
export function walkPairs<F, T, W, O>(parameters: i32, to: usize): void {
  walkMixedPairs<F, T, T, W, O>(parameters, to);
}

/** The same of operands of two dtypes, A and B. */
// @ts-ignore: decorator
@inline
export function walkMixedPairs<F, A, B, W, O>(parameters: i32, to: usize): void {
  const given = readParameters<F>(parameters, to), walk = changetype<WalkParameters>(to);
  const firstStep = walk.firstStep, secondStep = walk.secondStep, rowBytes = walk.rowBytes;
  let output = walk.output;
  do {
    let first = walk.first, second = walk.second;
    for (const end = output + rowBytes; output < end; output += sizeof<O>()) {
      store<O>(output, given.of(<W>load<A>(first), <W>load<B>(second)));
      first += firstStep;
      second += secondStep;
    }
  } while (nextRow(to));
}
