import { blockBytes } from "../../abi/block.js";
import { topKParameters } from "../../abi/parameters.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { aroundAxis } from "../../ops/reduction/arg.js";
import { type TopKAttributes, topKTypes } from "../../ops/reduction/top-k.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** The first of the sorted elements along an axis. */
export const topK: Lowering<TopKAttributes> = {
  operator: "topK",
  dtypes: topKTypes,
  scratchBytes: () => [blockBytes(topKParameters)],
  emit(node, placement) {
    const input = onlyInput(node);
    const { count, axis, largest, index } = node.attributes;
    return [
      callKernel(
        { name: kernelName("topK", input.dtype), parameters: topKParameters },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          indices: placement.outputs[1] as number,
          ...aroundAxis(input, axis),
          count,
          largest: Number(largest),
          indexBytes: index === "int64" ? 8 : 4,
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
