import { blockBytes } from "../../abi/block.js";
import { cumsumParameters } from "../../abi/parameters.js";
import type { Tensor } from "../../graph/tensor.js";
import { int8Parameters } from "../../numerics/requantization.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { aroundAxis } from "../../ops/reduction/arg.js";
import { type CumsumAttributes, cumsumMultiplier, cumsumTypes } from "../../ops/reduction/cumsum.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Cumulative sums. */
export const cumsum: Lowering<CumsumAttributes> = {
  operator: "cumsum",
  dtypes: cumsumTypes,
  scratchBytes: () => [blockBytes(cumsumParameters)],
  inPlace: () => [0],
  emit(node, placement) {
    const input = onlyInput(node);
    const isInt8 = input.dtype === "int8";
    const { multiplier, shift } = isInt8 ? cumsumMultiplier(node) : { multiplier: 0, shift: 0 };
    const { exclusive, reverse, axis, startsAtZeroPoint = false } = node.attributes;
    const inputZeroPoint = isInt8 ? int8Parameters(input).zeroPoint : 0;
    return [
      callKernel(
        { name: kernelName("cumsum", input.dtype), parameters: cumsumParameters },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          multiplier: BigInt(multiplier),
          right: -shift,
          ...aroundAxis(input, axis),
          exclusive: Number(exclusive),
          reverse: Number(reverse),
          start: startsAtZeroPoint ? 0 - inputZeroPoint : 0,
          inputZeroPoint,
          outputZeroPoint: isInt8 ? int8Parameters(node.outputs[0] as Tensor).zeroPoint : 0,
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
