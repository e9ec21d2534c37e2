import { type Block, blockBytes } from "../../abi/block.js";
import { walkParameters } from "../../abi/parameters.js";
import { elementBytes, type Tensor } from "../../graph/tensor.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { overwritable, walkValues } from "./pairs.js";

/** A choice between elements, of which only the size matters. */
export const select: Lowering = {
  operator: "select",
  scratchBytes: () => [blockBytes(walkParameters)],
  inPlace: (node) => overwritable(node).filter((position) => position > 0),
  emit(node, placement) {
    const bits = 8 * elementBytes[(node.outputs[0] as Tensor).dtype];
    const walk = walkValues(node, placement.inputs, placement.outputs[0] as number);
    return [
      callKernel(
        { name: `select${bits}`, parameters: walkParameters as Block },
        walk,
        placement.scratch,
        placement,
      ),
    ];
  },
};
