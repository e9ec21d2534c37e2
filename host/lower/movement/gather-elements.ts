import { blockBytes } from "../../abi/block.js";
import { gatherElementsParameters } from "../../abi/parameters.js";
import { type GatherElementsAttributes, gatheredElements } from "../../ops/movement/gather-elements.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { indexedValues, requireLoops } from "./indexed.js";

/** A gather of single elements, from places that indices name. */
export const gatherElements: Lowering<GatherElementsAttributes> = {
  operator: "gatherElements",
  check: (node) => requireLoops(gatheredElements(node).places),
  scratchBytes: () => [blockBytes(gatherElementsParameters)],
  emit(node, placement) {
    const { input, indices, places } = gatheredElements(node);
    const values = {
      input: placement.inputs[0] as number,
      indices: placement.inputs[1] as number,
      output: placement.outputs[0] as number,
      ...indexedValues(places, input, indices),
    };
    const kernel = { name: "gatherElements", parameters: gatherElementsParameters };
    return [callKernel(kernel, values as never, placement.scratch, placement)];
  },
};
