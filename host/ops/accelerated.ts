import type { Accelerator } from "../abi/accelerators.js";
import { acceleratorLimits } from "../abi/limits.js";

const sizes = [
  ..."batches inputHeight inputWidth inputChannels channels outputHeight outputWidth outputs".split(" "),
  ..."filterHeight filterWidth strideHeight strideWidth dilationHeight dilationWidth padTop padLeft".split(
    " ",
  ),
];

/**
 * The accelerator of a window that slides over height and width, or undefined where the window is more than
 * accelerators take (`acceleratorLimits`): the portable kernel then does it.
 *
 * @param values of `windowParameters` or `poolParameters`
 * @param depth inputs of one output, which are multiplied and summed; a pool's are not
 */
export function acceleratedWindow(
  accelerator: Accelerator | undefined,
  values: Readonly<Record<string, number | bigint>>,
  depth = 1,
): Accelerator | undefined {
  const value = (name: string): number => Number(values[name] ?? 1);
  const span = (axis: "Height" | "Width"): number =>
    value(`output${axis}`) * value(`stride${axis}`) + value(`filter${axis}`) * value(`dilation${axis}`);
  const fits =
    sizes.every((name) => value(name) <= acceleratorLimits.size) &&
    Math.max(span("Height"), span("Width")) <= acceleratorLimits.span &&
    depth <= acceleratorLimits.depth;
  return fits ? accelerator : undefined;
}
