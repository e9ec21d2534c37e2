import { signalWindowParameters } from "../../abi/parameters.js";
import { type WindowAttributes, windowRows } from "../../ops/signal/window.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { constantBytes } from "./constants.js";

/** Bytes of the window that the kernel has in memory at once. */
const chunkBytes = 128;

/** Samples times a window. */
export const window: Lowering<WindowAttributes> = {
  operator: "signalWindow",
  dtypes: ["int16"],
  constantInputs: () => [1],
  scratchBytes: () => [chunkBytes],
  inPlace: () => [0],
  emit(node, placement) {
    const { window, rows, length } = windowRows(node);
    const values = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      scratch: placement.scratch,
      weights: placement.weights(constantBytes(window)),
      rows,
      length,
      shift: node.attributes.shift,
    };
    const kernel = { name: "signalWindowInt16", parameters: signalWindowParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
