import { integerParameters } from "../../numerics/requantization.js";
import { onlyInput } from "../elementwise/lookup-table.js";
import { anyOrder, type Operator } from "../operator.js";

/** Integers of a scale to float32; constants may have one along an axis. */
export const dequantize: Operator = {
  name: "dequantize",
  quantization: { output: "as-input" },
  infer(node) {
    const input = onlyInput(node);
    const isPerAxis = input.data !== undefined && (input.quantization?.scale.length ?? 0) > 1;
    if (!isPerAxis) integerParameters(input);
    return [{ dtype: "float32", shape: input.shape }];
  },
  macs: () => 0,
  reordered: anyOrder,
  reference: (_, [input]) => [(input as Float32Array).slice()],
};
