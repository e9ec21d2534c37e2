import { blockBytes } from "../../abi/block.js";
import { meanParameters } from "../../abi/parameters.js";
import type { Tensor } from "../../graph/tensor.js";
import { int8Parameters } from "../../numerics/requantization.js";
import { groupAxes, type MeanAttributes, meanMultiplier, reducedAxes } from "../../ops/reduction/mean.js";
import { callKernel, shiftKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** A mean: sums over groups of axes, rescaled once. */
export const mean: Lowering<MeanAttributes> = {
  operator: "mean",
  dtypes: ["int8"],
  scratchBytes: () => [blockBytes(meanParameters)],
  inPlace: () => [0],
  emit(node, placement) {
    const { input, reduced, elements } = reducedAxes(node);
    const output = node.outputs[0] as Tensor;
    const [kept0, reduced0, kept1, reduced1, kept2] = groupAxes(input, reduced);
    const [from, to] = [int8Parameters(input), int8Parameters(output)];
    const { multiplier, shift } = meanMultiplier(from.scale, to.scale, elements);
    return [
      callKernel(
        { ...shiftKernel("mean", { shift: [-shift] }), parameters: meanParameters },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          kept0,
          reduced0,
          kept1,
          reduced1,
          kept2,
          offset: -elements * from.zeroPoint,
          multiplier,
          shift: -shift,
          zeroPoint: to.zeroPoint,
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
