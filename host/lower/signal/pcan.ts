import { accelerators } from "../../abi/accelerators.js";
import { pcanParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { gainEntries, type PcanAttributes } from "../../ops/signal/pcan.js";
import { constantOf } from "../../ops/signal/tensors.js";
import { bytesOf } from "../bytes.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

const tableBytes = gainEntries * 2;

/** Per-channel gain control. */
export const pcan: Lowering<PcanAttributes> = {
  operator: "pcan",
  dtypes: ["uint32"],
  constantInputs: () => [2],
  scratchBytes: () => [tableBytes],
  inPlace: () => [0, 1],
  emit({ attributes, inputs, outputs }, placement) {
    const values = {
      work: signalWorks.pcan,
      ...attributes,
      input: placement.inputs[0] as number,
      noise: placement.inputs[1] as number,
      output: placement.outputs[0] as number,
      scratch: placement.scratch,
      weights: placement.weights(bytesOf(constantOf(inputs[2] as Tensor, "gains")).subarray(0, tableBytes)),
      elements: elementCount(outputs[0]?.shape ?? []),
      tableBytes,
    };
    const kernel = { name: "pcanUint32", parameters: pcanParameters, accelerator: accelerators.signal };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
