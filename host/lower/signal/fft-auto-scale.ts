import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { fftAutoScaleParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { elementCount } from "../../graph/tensor.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Samples scaled to 16 bits. */
export const fftAutoScale: Lowering = {
  operator: "fftAutoScale",
  dtypes: ["int16"],
  scratchBytes: () => [blockBytes(fftAutoScaleParameters)],
  inPlace: () => [0],
  emit(node, placement) {
    const values = {
      work: signalWorks.fftAutoScale,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      scaleBits: placement.outputs[1] as number,
      elements: elementCount(node.outputs[0]?.shape ?? []),
    };
    const kernel = {
      name: "fftAutoScaleInt16",
      parameters: fftAutoScaleParameters,
      accelerator: accelerators.signal,
    };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
