/**
 * Kinds of kernels, told apart when these are compiled. AssemblyScript's compile-time parameters are types, so that a kind is
 * named as a type, of another size than those beside it.
 */

/** Whether a kind is that one. */
// @ts-ignore: decorator
@inline
export function is<Kind, Wanted>(): bool {
  return sizeof<Kind>() == sizeof<Wanted>();
}
