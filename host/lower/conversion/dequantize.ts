import { blockBytes } from "../../abi/block.js";
import { dequantizeParameters } from "../../abi/parameters.js";
import { elementCount } from "../../graph/tensor.js";
import { byteQuantization } from "../../ops/conversion/quantize.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Integers to float32. */
export const dequantize: Lowering = {
  operator: "dequantize",
  dtypes: ["int8", "uint8"],
  scratchBytes: () => [blockBytes(dequantizeParameters)],
  emit(node, placement) {
    const input = onlyInput(node);
    const { scale, zeroPoint } = byteQuantization(input);
    return [
      callKernel(
        {
          name: input.dtype === "int8" ? "dequantizeInt8" : "dequantizeUint8",
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
