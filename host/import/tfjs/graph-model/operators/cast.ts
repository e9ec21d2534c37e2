import { NotRunnable } from "../../../../graph/not-runnable.js";
import { castTo } from "../../../compose/whole-numbers.js";
import type { TensorflowMapping } from "./mapping.js";

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
