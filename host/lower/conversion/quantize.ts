import { blockBytes } from "../../abi/block.js";
import { quantizeParameters } from "../../abi/parameters.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { byteQuantization, quantize as operator } from "../../ops/conversion/quantize.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { emitLookupTable, lookupTableScratchBytes } from "../elementwise/lookup-table.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** float32 to integers by a kernel; integers to integers by a lookup table. */
export const quantize: Lowering = {
  operator: "quantize",
  dtypes: ["float32", "int8", "uint8"],
  scratchBytes: (node) =>
    onlyInput(node).dtype === "float32" ? [blockBytes(quantizeParameters)] : [lookupTableScratchBytes],
  inPlace: () => [0],
  emit(node, placement) {
    const table = operator.byteTable?.(node);
    if (table !== undefined) return emitLookupTable(node, table, placement);
    const output = node.outputs[0] as Tensor;
    const { scale, zeroPoint, low, high } = byteQuantization(output);
    return [
      callKernel(
        { name: "quantizeFloat32", parameters: quantizeParameters },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          elements: elementCount(output.shape),
          scale,
          zeroPoint,
          low,
          high,
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
