import { blockBytes } from "../../abi/block.js";
import { argParameters } from "../../abi/parameters.js";
import type { DType } from "../../graph/tensor.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { type ArgAttributes, aroundAxis } from "../../ops/reduction/arg.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

const dtypes: readonly DType[] = ["float32", "int8", "int16", "int32", "uint8", "int64"];

function lowering(operator: string, largest: 0 | 1): Lowering<ArgAttributes> {
  return {
    operator,
    dtypes,
    scratchBytes: () => [blockBytes(argParameters)],
    emit(node, placement) {
      const input = onlyInput(node);
      const { axis, index, last = false } = node.attributes;
      return [
        callKernel(
          { name: kernelName(last ? "lastArg" : "arg", input.dtype), parameters: argParameters },
          {
            input: placement.inputs[0] as number,
            output: placement.outputs[0] as number,
            ...aroundAxis(input, axis),
            largest,
            indexBytes: index === "int64" ? 8 : 4,
          },
          placement.scratch,
          placement,
        ),
      ];
    },
  };
}

/** Indices of extremes, by one kernel of each element type. */
export const args = [lowering("argMax", 1), lowering("argMin", 0)] as const;
