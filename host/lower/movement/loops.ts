import type { ViewLoop } from "../../numerics/strided-view.js";

/**
 * Loops as kernels count them in their blocks: `count`, `left`, and as `step` what an address advances by from one body to
 * the next, over what the loops within have added.
 *
 * @param loops innermost first, strides in bytes
 * @param fields loops that the block has; those that are not needed count to 1
 * @param within bytes by which the body itself advances the address
 */
export function loopValues(
  loops: readonly ViewLoop[],
  fields: number,
  within: number,
): Record<string, number> {
  const values: Record<string, number> = {};
  let advanced = within;
  for (let i = 0; i < fields; i++) {
    const { length, stride } = loops[i] ?? { length: 1, stride: advanced };
    values[`count${i}`] = length;
    values[`left${i}`] = length;
    values[`step${i}`] = stride - advanced;
    advanced += (length - 1) * stride;
  }
  return values;
}
