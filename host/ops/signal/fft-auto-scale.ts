import type { Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { bitLength, given, inputsOf, lengthOf, requireDtype } from "./tensors.js";

/** A value in 16 bits, as C's int16_t takes it. */
const int16 = (value: number): number => (value << 16) >> 16;

/** Samples scaled by a power of two to all of 16 bits, and that power; int16. */
export const fftAutoScale: Operator = {
  name: "fftAutoScale",
  quantization: { output: "calibrated" },
  infer(node) {
    const [input] = inputsOf(node, "input") as [Tensor];
    requireDtype(input, "input", "int16");
    lengthOf(input, "input");
    return [
      { dtype: "int16", shape: input.shape },
      { dtype: "int32", shape: [] },
    ];
  },
  macs: () => 0,
  reference(_, [input]) {
    let largest = 0;
    for (const value of given(input)) {
      if (value > largest) largest = value;
      else if (-value > largest) largest = int16(-value);
    }
    const bits = largest === 0 ? 0 : Math.max(0, 15 - bitLength(largest >>> 0));
    const output = valuesLike(input, given(input).length);
    for (const [i, value] of given(input).entries()) output[i] = int16(value << bits);
    const scale = valuesLike(input, 1);
    scale[0] = bits;
    return [output, scale];
  },
};
