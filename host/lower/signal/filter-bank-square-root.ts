import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { squareRootParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { elementCount } from "../../graph/tensor.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Square roots. */
export const filterBankSquareRoot: Lowering = {
  operator: "filterBankSquareRoot",
  dtypes: ["uint64"],
  scratchBytes: () => [blockBytes(squareRootParameters)],
  emit(node, placement) {
    const values = {
      work: signalWorks.squareRoot,
      input: placement.inputs[0] as number,
      scaleBits: placement.inputs[1] as number,
      output: placement.outputs[0] as number,
      elements: elementCount(node.outputs[0]?.shape ?? []),
    };
    const kernel = {
      name: "filterBankSquareRootUint64",
      parameters: squareRootParameters,
      accelerator: accelerators.signal,
    };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
