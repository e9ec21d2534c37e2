import { blockBytes } from "../../abi/block.js";
import { dequantizeParameters } from "../../abi/parameters.js";
import { elementCount } from "../../graph/tensor.js";
import { integerParameters, quantizedTypes } from "../../numerics/requantization.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Integers to float32. */
export const dequantize: Lowering = {
  operator: "dequantize",
  dtypes: quantizedTypes,
  scratchBytes: () => [blockBytes(dequantizeParameters)],
  emit(node, placement) {
    const input = onlyInput(node);
    const { scale, zeroPoint } = integerParameters(input);
    return [
      callKernel(
        {
          name: kernelName("dequantize", input.dtype),
          parameters: dequantizeParameters,
        },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          elements: elementCount(input.shape),
          scale,
          zeroPoint,
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
