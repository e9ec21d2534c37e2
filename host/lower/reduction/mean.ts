import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { meanParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { int8Parameters, roundsOnce } from "../../numerics/requantization.js";
import { groupAxes, type ReduceAttributes, reducedAxes, sumMultiplier } from "../../ops/reduction/reduce.js";
import { callKernel, type KernelCall, type Placement, shiftKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { callReduce, reduceScratchBytes } from "./reduce.js";

/** Whether the fast kernel takes a node: one or two groups of axes of int8. */
function isFast(node: BoundNode<ReduceAttributes>): boolean {
  const { input, reduced } = reducedAxes(node);
  const [kept0, reduced0] = groupAxes(input, reduced);
  return input.dtype === "int8" && kept0 === 1 && reduced0 === 1;
}

/** Bits that the kernel of one rounding shifts to the left, at most. */
const leastShift = 30;

/** Bits that the accelerator shifts to the right, and elements that it adds, at most. */
const mostShift = 31;
const mostElements = 2 ** 23;

function callFast(node: BoundNode<ReduceAttributes>, placement: Placement): KernelCall {
  const { input, reduced, elements } = reducedAxes(node);
  const [, , kept0, reduced0, kept1, reduced1, kept2] = groupAxes(input, reduced);
  const output = node.outputs[0] as Tensor;
  const [from, to] = [int8Parameters(input), int8Parameters(output)];
  const { multiplier, shift } = sumMultiplier(from.scale, to.scale, elements);
  const isEven = roundsOnce(output) && -shift > -leastShift;
  const kernel = isEven ? { name: "meanEvenInt8" } : shiftKernel("mean", { shift: [-shift] });
  const isAccelerated = !isEven && -shift >= -leastShift && -shift <= mostShift && elements <= mostElements;
  const accelerator = isAccelerated ? accelerators.mean : undefined;
  return callKernel(
    { ...kernel, parameters: meanParameters, accelerator },
    {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      kept0,
      reduced0,
      kept1,
      reduced1,
      kept2,
      offset: -elements * from.zeroPoint,
      multiplier: Number(multiplier),
      shift: -shift,
      zeroPoint: to.zeroPoint,
    },
    placement.scratch,
    placement,
  );
}

/** A mean: sums over groups of axes, rescaled once. */
export const mean: Lowering<ReduceAttributes> = {
  operator: "mean",
  dtypes: ["float32", "int8", "int16"],
  scratchBytes: (node) => [isFast(node) ? blockBytes(meanParameters) : reduceScratchBytes],
  inPlace: () => [0],
  emit: (node, placement) => [
    isFast(node) ? callFast(node, placement) : callReduce("reduceSum", node, placement, true),
  ],
};
