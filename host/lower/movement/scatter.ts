import { blockBytes } from "../../abi/block.js";
import { scatterParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { tensorBytes } from "../../graph/tensor.js";
import {
  type Reduction,
  reducedDtypes,
  type ScatterAttributes,
  type ScatterReduceAttributes,
  scattered,
} from "../../ops/movement/scatter.js";
import { callKernel, type KernelCall, kernelName, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { indexedValues, requireLoops } from "./indexed.js";

/** Numbers of reductions, as the kernels tell them apart. */
const reductionNumbers: Readonly<Record<Reduction, number>> = { add: 0, mul: 1, min: 2, max: 3 };

function scatterCall(
  name: string,
  node: BoundNode<ScatterAttributes>,
  reduction: number,
  placement: Placement,
): KernelCall {
  const { input, indices, places } = scattered(node);
  const [address, indexAddress, updates] = placement.inputs as readonly number[];
  const values = {
    ...{ input: address, indices: indexAddress, updates },
    output: placement.outputs[0] as number,
    outputBytes: tensorBytes(input),
    reduction,
    ...indexedValues(places, input, indices),
  };
  const kernel = { name, parameters: scatterParameters };
  return callKernel(kernel, values as never, placement.scratch, placement);
}

/** What both kinds of scatters have. The input is copied, unless the output has its memory. */
const common = {
  check: (node: BoundNode<ScatterAttributes>) => requireLoops(scattered(node).places),
  scratchBytes: () => [blockBytes(scatterParameters)],
  inPlace: () => [0],
};

/** A scatter that replaces. */
export const scatter: Lowering<ScatterAttributes> = {
  operator: "scatter",
  ...common,
  emit: (node, placement) => [scatterCall("scatter", node, 0, placement)],
};

/** A scatter that reduces. */
export const scatterReduce: Lowering<ScatterReduceAttributes> = {
  operator: "scatterReduce",
  ...common,
  dtypes: reducedDtypes,
  emit(node, placement) {
    const name = kernelName("scatterReduce", scattered(node).input.dtype);
    return [scatterCall(name, node, reductionNumbers[node.attributes.reduction], placement)];
  },
};
