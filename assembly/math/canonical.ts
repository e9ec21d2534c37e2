/**
 * What WebAssembly leaves open of float32, closed: the bits of a NaN that arithmetic gives differ from engine to engine and
 * from processor to processor. Kernels store the canonical NaN for any.
 */

// @ts-ignore: decorator
@inline
export function canonical(x: f32): f32 {
  return x == x ? x : <f32>NaN;
}
