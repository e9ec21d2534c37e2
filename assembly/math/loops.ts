/**
 * Loops whose number is known when a model is built, counted in memory: of any depth without recursion.
 */

/** A loop as it lies in a block of parameters; the innermost comes first. */
@unmanaged
export class Loop {
  count: i32;
  /** What an address advances by from one body to the next, over what the loops within have added. */
  step: i32;
  /** Bodies that are left; begins as `count`. */
  left: i32;
}

/** Counts on to the next body, of which there is one; answers what the address advances by. */
// @ts-ignore: decorator
@inline
export function nextStep(innermost: usize): i32 {
  let loop = innermost, left: i32;
  while ((left = load<i32>(loop, offsetof<Loop>("left")) - 1) == 0) {
    store<i32>(loop, load<i32>(loop), offsetof<Loop>("left"));
    loop += offsetof<Loop>();
  }
  store<i32>(loop, left, offsetof<Loop>("left"));
  return load<i32>(loop, offsetof<Loop>("step"));
}
