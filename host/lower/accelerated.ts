import type { Accelerator } from "../abi/accelerators.js";
import { acceleratorLimits } from "../abi/limits.js";

/** Values that `acceleratorLimits.size` bounds; one that a block lacks counts as 1. */
const sizes = [
  "batches",
  "inputHeight",
  "inputWidth",
  "inputChannels",
  "channels",
  "outputHeight",
  "outputWidth",
  "outputs",
  "filterHeight",
  "filterWidth",
  "strideHeight",
  "strideWidth",
  "dilationHeight",
  "dilationWidth",
  "padTop",
  "padLeft",
] as const;

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
