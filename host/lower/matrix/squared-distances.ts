import { blockBytes } from "../../abi/block.js";
import { squaredDistancesParameters } from "../../abi/parameters.js";
import { distanceGeometry } from "../../ops/matrix/squared-distances.js";
import { bytesOf } from "../bytes.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Squared distances to vectors that are read one at a time. */
export const squaredDistances: Lowering = {
  operator: "squaredDistances",
  dtypes: ["float32"],
  constantInputs: () => [1],
  scratchBytes: (node) => [blockBytes(squaredDistancesParameters) + 4 * distanceGeometry(node).features],
  emit(node, placement) {
    const { vectors, rows, features, count } = distanceGeometry(node);
    const values = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      rows,
      features,
      vectors: placement.weights(bytesOf(vectors)),
      count,
    };
    const kernel = { name: "squaredDistancesFloat32", parameters: squaredDistancesParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
