import { NotRunnable } from "../../../../graph/not-runnable.js";
import type { DType, Tensor } from "../../../../graph/tensor.js";
import { cast } from "../../../../ops/conversion/cast.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { TensorflowMapping } from "./mapping.js";

/** Elements by value in another type; the tensor itself where it has it. */
export function castTo(write: GraphWriter, input: Tensor, to: DType): Tensor {
  return input.dtype === to ? input : write.node(cast, { to }, [input], { output: { dtype: to } });
}

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
