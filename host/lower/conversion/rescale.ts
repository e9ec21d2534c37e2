import { rescaleParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import type { LineConstants } from "../../numerics/lines.js";
import { callKernel, type KernelCall, kernelName, type Placement } from "../kernel.js";

/** The call of the kernel that rescales integers, by one line above the zero point and one below. */
export function emitLines(node: BoundNode, lines: LineConstants, placement: Placement): KernelCall[] {
  const [from, to] = [node.inputs[0] as Tensor, node.outputs[0] as Tensor];
  const name = kernelName(`${kernelName("rescale", from.dtype)}To`, to.dtype);
  const values = {
    input: placement.inputs[0] as number,
    output: placement.outputs[0] as number,
    elements: elementCount(to.shape),
    ...lines,
  };
  return [callKernel({ name, parameters: rescaleParameters }, values, placement.scratch, placement)];
}
