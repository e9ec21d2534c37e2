import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { spectralSubtractionParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { elementCount } from "../../graph/tensor.js";
import type { SpectralSubtractionAttributes } from "../../ops/signal/spectral-subtraction.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Channels without their noise. */
export const spectralSubtraction: Lowering<SpectralSubtractionAttributes> = {
  operator: "spectralSubtraction",
  dtypes: ["uint32"],
  scratchBytes: () => [blockBytes(spectralSubtractionParameters)],
  inPlace: () => [0],
  emit({ attributes, outputs }, placement) {
    const values = {
      work: signalWorks.spectralSubtraction,
      ...attributes,
      clamping: attributes.clamping ? 1 : 0,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      noise: placement.outputs[1] as number,
      estimate: placement.variables[0] as number,
      channels: elementCount(outputs[0]?.shape ?? []),
    };
    const kernel = {
      name: "spectralSubtractionUint32",
      parameters: spectralSubtractionParameters,
      accelerator: accelerators.signal,
    };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
