import { blockBytes } from "../../abi/block.js";
import { reduceParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import type { DType, Tensor } from "../../graph/tensor.js";
import { integerParameters } from "../../numerics/requantization.js";
import {
  extremeTypes,
  groupAxes,
  prodTypes,
  type ReduceAttributes,
  reducedAxes,
  sumMultiplier,
  sumTypes,
} from "../../ops/reduction/reduce.js";
import { callKernel, type KernelCall, kernelName, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Name of the kernel of a stem for a tensor's element type; bool is uint8 of 0 and 1. */
function kernelOf(stem: string, { dtype }: Tensor): string {
  return kernelName(stem, dtype === "bool" ? "uint8" : dtype);
}

/** Bytes of scratch memory that a reduction needs. */
export const reduceScratchBytes = blockBytes(reduceParameters);

/** What a sum or mean of quantized integers is rescaled by. */
function rescaling(input: Tensor, output: Tensor, elements: number, isMean: boolean) {
  const [from, to] = [integerParameters(input), integerParameters(output)];
  const { multiplier, shift } = sumMultiplier(from.scale, to.scale, isMean ? elements : 1);
  return { multiplier, shift: -shift, offset: -elements * from.zeroPoint, zeroPoint: to.zeroPoint };
}

const noRescaling: ReturnType<typeof rescaling> = { multiplier: 0n, shift: 0, offset: 0, zeroPoint: 0 };

/** The call that reduces with the kernel of a stem. */
export function callReduce(
  stem: string,
  node: BoundNode<ReduceAttributes>,
  placement: Placement,
  isMean = false,
): KernelCall {
  const { input, reduced, elements } = reducedAxes(node);
  const [kept0, reduced0, kept1, reduced1, kept2, reduced2, kept3] = groupAxes(input, reduced);
  const isRescaled = stem === "reduceSum" && (input.dtype === "int8" || input.dtype === "int16");
  return callKernel(
    { name: kernelOf(stem, input), parameters: reduceParameters },
    {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      kept0,
      reduced0,
      kept1,
      reduced1,
      kept2,
      reduced2,
      kept3,
      ...(isRescaled ? rescaling(input, node.outputs[0] as Tensor, elements, isMean) : noRescaling),
      divisor: isMean ? elements : 1,
    },
    placement.scratch,
    placement,
  );
}

function lowering(operator: string, stem: string, dtypes: readonly DType[]): Lowering<ReduceAttributes> {
  return {
    operator,
    dtypes,
    scratchBytes: () => [reduceScratchBytes],
    inPlace: () => [0],
    emit: (node, placement) => [callReduce(stem, node, placement)],
  };
}

/** Reductions but for means, each by the kernel that walks groups of axes. */
export const reductions = [
  lowering("sum", "reduceSum", sumTypes),
  lowering("prod", "reduceProd", prodTypes),
  lowering("reduceMax", "reduceMax", extremeTypes),
  lowering("reduceMin", "reduceMin", extremeTypes),
  lowering("reduceAny", "reduceMax", ["bool"]),
  lowering("reduceAll", "reduceMin", ["bool"]),
] as const;
