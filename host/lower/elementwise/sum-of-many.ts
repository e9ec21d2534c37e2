import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { sumOfManyParameters } from "../../abi/parameters.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { int8Parameters } from "../../numerics/requantization.js";
import { sumRescaling } from "../../ops/elementwise/sum-of-many.js";
import { bytesOf } from "../bytes.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Bytes of the block, behind which the operands' addresses lie. */
const parameterBytes = alignUp(blockBytes(sumOfManyParameters), 4);

/** A sum of two tensors of int8 or more. */
export const sumOfMany: Lowering = {
  operator: "sumOfMany",
  dtypes: ["int8"],
  scratchBytes: ({ inputs }) => [parameterBytes + 4 * inputs.length],
  inPlace: ({ inputs }) => [...inputs.keys()],
  emit(node, placement) {
    const output = node.outputs[0] as Tensor;
    const { multiplier, shift } = sumRescaling(node);
    const { zeroPoint } = int8Parameters(node.inputs[0] as Tensor);
    const addresses = Uint32Array.from(placement.inputs, (address) => address as number);
    const values = {
      output: placement.outputs[0] as number,
      addresses: placement.weights(bytesOf(addresses)),
      scratch: placement.scratch + parameterBytes,
      operands: addresses.length,
      elements: elementCount(output.shape),
      offset: 0 - (addresses.length + 1) * zeroPoint,
      multiplier,
      shift: 0 - shift,
      outputZeroPoint: int8Parameters(output).zeroPoint,
    };
    const kernel = { name: "sumOfManyInt8", parameters: sumOfManyParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
