import { NotRunnable } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import { castTo } from "../../../compose/whole-numbers.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { TensorflowMapping } from "./mapping.js";

/** What arithmetic is done with: bytes of pictures become int32, as they are in TF.js. */
export function numeric(write: GraphWriter, input: Tensor): Tensor {
  return input.dtype === "uint8" ? castTo(write, input, "int32") : input;
}

/** From one element type to another. */
export const conversion: readonly TensorflowMapping[] = [
  {
    operator: "Cast",
    becomes: ["cast"],
    read(node, write) {
      const to = node.attributes.dtype("DstT");
      if (to === undefined)
        throw new NotRunnable(`a cast to ${node.attributes.typeName("DstT")} is not supported`);
      const input = node.input(0);
      // Whole numbers stay what they are in int32, which TF.js computes with: a picture's bytes stay bytes.
      return input.dtype === "uint8" && to === "int32" ? input : castTo(write, input, to);
    },
  },
];
