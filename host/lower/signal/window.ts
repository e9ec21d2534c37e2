import { accelerators } from "../../abi/accelerators.js";
import { signalWindowParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { constantOf } from "../../ops/signal/tensors.js";
import { type WindowAttributes, windowRows } from "../../ops/signal/window.js";
import { bytesOf } from "../bytes.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

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
      work: signalWorks.window,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      scratch: placement.scratch,
      weights: placement.weights(bytesOf(constantOf(window, "window"))),
      rows,
      length,
      shift: node.attributes.shift,
    };
    const kernel = {
      name: "signalWindowInt16",
      parameters: signalWindowParameters,
      accelerator: accelerators.signal,
    };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
