import { accelerators } from "../../abi/accelerators.js";
import { softmaxParameters } from "../../abi/parameters.js";
import { elementCount } from "../../graph/tensor.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import {
  type SoftmaxAttributes,
  softmaxDepth,
  softmaxDifferences,
  softmaxTable,
} from "../../ops/reduction/softmax.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** A softmax by a table of exponentials. */
export const softmax: Lowering<SoftmaxAttributes> = {
  operator: "softmax",
  dtypes: ["int8"],
  scratchBytes: () => [softmaxDifferences * 4],
  inPlace: () => [0],
  emit(node, placement) {
    const input = onlyInput(node);
    const table = softmaxTable(node);
    const bytes = new Uint8Array(table.length * 4);
    const view = new DataView(bytes.buffer);
    for (const [i, value] of table.entries()) view.setInt32(i * 4, value, true);
    return [
      callKernel(
        { name: "softmaxInt8", parameters: softmaxParameters, accelerator: accelerators.softmax },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          scratch: placement.scratch,
          weights: placement.weights(bytes),
          entries: table.length,
          rows: elementCount(input.shape) / softmaxDepth(input),
          depth: softmaxDepth(input),
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
