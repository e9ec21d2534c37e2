import { requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { type Operator, valuesLike } from "../operator.js";
import { given, inputsOf, lengthOf, requireDtype } from "./tensors.js";

/** The largest whole number whose square is not above a value. */
function floorRoot(value: bigint): bigint {
  let root = BigInt(Math.floor(Math.sqrt(Number(value))));
  while (root * root > value) root--;
  while ((root + 1n) * (root + 1n) <= value) root++;
  return root;
}

/** The root to the nearest whole number; of a value below 2^32 at most 2^16 - 1, else at most 2^32 - 1. */
function roundedRoot(value: bigint): number {
  const root = floorRoot(value);
  const largest = value < 2n ** 32n ? 0xffff : 0xffffffff;
  return Math.min(largest, Number(root) + (value - root * root > root ? 1 : 0));
}

/** Square roots, shifted to the right by a computed number of bits, uint64 to uint32. */
export const filterBankSquareRoot: Operator = {
  name: "filterBankSquareRoot",
  quantization: { output: "calibrated" },
  infer(node) {
    const [input, scaleBits] = inputsOf(node, "input", "scale bits") as [Tensor, Tensor];
    requireDtype(input, "input", "uint64");
    requireDtype(scaleBits, "scale bits", "int32");
    requireThat(elementCount(scaleBits.shape) === 1, "the scale bits are no single number");
    return [{ dtype: "uint32", shape: [lengthOf(input, "input")] }];
  },
  macs: () => 0,
  reference(_, [input, scaleBits]) {
    const output = valuesLike(input, given(input).length);
    for (const [i, value] of given(input).entries())
      output[i] = roundedRoot(BigInt(value)) >>> (given(scaleBits)[0] as number);
    return [output];
  },
};
