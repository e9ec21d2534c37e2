import { blockBytes } from "../abi/block.js";
import { dequantizeParameters } from "../abi/parameters.js";
import { elementCount } from "../graph/tensor.js";
import { callKernel } from "./kernel.js";
import { onlyInput } from "./lookup-table.js";
import type { Operator } from "./operator.js";
import { byteQuantization } from "./quantize.js";

/** int8 or uint8 to float32. */
export const dequantize: Operator = {
  name: "dequantize",
  tflite: [{ builtin: "DEQUANTIZE", optionsType: 0, maxVersion: 5, read: () => ({ attributes: {} }) }],
  quantization: { output: "as-input" },
  infer(node) {
    const input = onlyInput(node);
    byteQuantization(input);
    return [{ dtype: "float32", shape: input.shape }];
  },
  macs: () => 0,
  scratchBytes: () => [blockBytes(dequantizeParameters)],
  reference: (_, [input]) => [(input as Float32Array).slice()],
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
