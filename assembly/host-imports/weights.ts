/**
 * Copies `length` bytes at `offset` of the module's `wasmote.weights` section to `destination` in linear memory.
 * The host checks both ranges and traps outside them.
 */
@external("wasmote", "read_weights")
export declare function readWeights(destination: usize, offset: i32, length: i32): void;

/** Reads the block at `parameters` of the weights section to `to`. */
// @ts-ignore: decorator
@inline
export function readParameters<T>(parameters: i32, to: usize): T {
  readWeights(to, parameters, offsetof<T>());
  return changetype<T>(to);
}

/**
 * Ends the reading of the block at `to`, which is lost: the compiler moves no load behind a store, so that the loads of its fields stay
 * together, where an interpreter fuses them.
 */
// @ts-ignore: decorator
@inline
export function endParameters(to: usize): void {
  store<i32>(to, 0);
}
