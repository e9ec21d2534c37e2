import { onlyInput } from "../elementwise/lookup-table.js";
import type { Operator } from "../operator.js";
import { byteQuantization } from "./quantize.js";

/** int8 or uint8 to float32. */
export const dequantize: Operator = {
  name: "dequantize",
  quantization: { output: "as-input" },
  infer(node) {
    const input = onlyInput(node);
    byteQuantization(input);
    return [{ dtype: "float32", shape: input.shape }];
  },
  macs: () => 0,
  reference: (_, [input]) => [(input as Float32Array).slice()],
};
