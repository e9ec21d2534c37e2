import { integerParameters } from "../../numerics/requantization.js";
import { onlyInput } from "../elementwise/lookup-table.js";
import type { Operator } from "../operator.js";

/** Integers of a scale to float32. */
export const dequantize: Operator = {
  name: "dequantize",
  quantization: { output: "as-input" },
  infer(node) {
    const input = onlyInput(node);
    integerParameters(input);
    return [{ dtype: "float32", shape: input.shape }];
  },
  macs: () => 0,
  reference: (_, [input]) => [(input as Float32Array).slice()],
};
