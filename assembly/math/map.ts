/**
 * Goes through the elements of a tensor.
 *
 * A kernel's function is the method `of` of the class of its block, which begins with the fields of `MapParameters`:
 * AssemblyScript's compile-time parameters are types.
 */
import { readParameters } from "../host-imports/weights";
import { MapParameters } from "../parameters";
import { canonical } from "./canonical";

/** output[i] = F.of(input[i]): elements T, which are widened to W. */
// @ts-ignore: decorator
@inline
export function map<F, T, W>(parameters: i32, to: usize): void {
  const given = readParameters<F>(parameters, to), block = changetype<MapParameters>(to);
  let input = block.input, output = block.output;
  for (const end = output + block.elements * sizeof<T>(); output < end; output += sizeof<T>(), input += sizeof<T>()) {
    const value = given.of(<W>load<T>(input));
    store<T>(output, isFloat<T>() ? canonical(value) : value);
  }
}
