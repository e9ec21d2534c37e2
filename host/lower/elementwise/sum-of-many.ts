import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { sumOfManyParameters } from "../../abi/parameters.js";
import { elementCount, perTensor, type Tensor } from "../../graph/tensor.js";
import { sumRescaling } from "../../ops/elementwise/sum-of-many.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Bytes of the block, behind which the operands' addresses lie. */
const parameterBytes = alignUp(blockBytes(sumOfManyParameters), 4);

/** A sum of two tensors or more. */
export const sumOfMany: Lowering = {
  operator: "sumOfMany",
  dtypes: ["float32", "int8"],
  scratchBytes: ({ inputs }) => [parameterBytes + 4 * inputs.length],
  inPlace: ({ inputs }) => [...inputs.keys()],
  emit(node, placement) {
    const output = node.outputs[0] as Tensor;
    const isFloat = output.dtype === "float32";
    const { multiplier, shift } = isFloat ? { multiplier: 0, shift: 0 } : sumRescaling(node);
    const zeroPoint = perTensor(node.inputs[0] as Tensor)?.zeroPoint ?? 0;
    const addresses = Uint32Array.from(placement.inputs, (address) => address as number);
    const values = {
      output: placement.outputs[0] as number,
      addresses: placement.weights(new Uint8Array(addresses.buffer)),
      scratch: placement.scratch + parameterBytes,
      operands: addresses.length,
      elements: elementCount(output.shape),
      offset: isFloat ? 0 : 0 - (addresses.length + 1) * zeroPoint,
      multiplier,
      shift: 0 - shift,
      outputZeroPoint: isFloat ? 0 : (perTensor(output)?.zeroPoint ?? 0),
    };
    const kernel = { name: kernelName("sumOfMany", output.dtype), parameters: sumOfManyParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
