import { accelerators } from "../../abi/accelerators.js";
import { filterBankLogParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { elementCount } from "../../graph/tensor.js";
import { type FilterBankLogAttributes, logarithmTable } from "../../ops/signal/filter-bank-log.js";
import { bytesOf } from "../bytes.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Scaled logarithms. */
export const filterBankLog: Lowering<FilterBankLogAttributes> = {
  operator: "filterBankLog",
  dtypes: ["uint32"],
  scratchBytes: () => [logarithmTable.byteLength],
  emit({ attributes, outputs }, placement) {
    const values = {
      work: signalWorks.filterBankLog,
      ...attributes,
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      scratch: placement.scratch,
      weights: placement.weights(bytesOf(logarithmTable)),
      elements: elementCount(outputs[0]?.shape ?? []),
    };
    const kernel = {
      name: "filterBankLogUint32",
      parameters: filterBankLogParameters,
      accelerator: accelerators.signal,
    };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
