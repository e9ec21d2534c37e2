import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { describeType, elementCount, type Tensor } from "../../graph/tensor.js";
import type { Operator, Values } from "../operator.js";
import { constantOf, inputsOf, requireDtype, rowsOf } from "../signal/tensors.js";

/** Looks up and checks rows and vectors. Throws `NotRunnable`. */
export function distanceGeometry(node: BoundNode): {
  input: Tensor;
  vectors: Float32Array;
  rows: number;
  features: number;
  count: number;
} {
  const [input, vectors] = inputsOf(node, "input", "vectors") as [Tensor, Tensor];
  requireDtype(input, "input", "float32");
  requireDtype(vectors, "vectors", "float32");
  const data = constantOf(vectors, "vectors") as Float32Array;
  const { rows, length: features } = rowsOf(input, "input");
  requireThat(
    vectors.shape.length === 2 && vectors.shape[1] === features,
    `the vectors are ${describeType(vectors)}; rows of ${features} are expected`,
  );
  return { input, vectors: data, rows, features, count: elementCount(vectors.shape) / features };
}

/** Squares of the distances of each row to constant vectors: what radial kernels and nearest neighbours are made of. */
export const squaredDistances: Operator = {
  name: "squaredDistances",
  quantization: { output: "float" },
  infer(node) {
    const { input, count } = distanceGeometry(node);
    return [{ dtype: "float32", shape: [...input.shape.slice(0, -1), count] }];
  },
  macs(node) {
    const { rows, features, count } = distanceGeometry(node);
    return rows * features * count;
  },
  reference(node, [values]) {
    const { vectors, rows, features, count } = distanceGeometry(node);
    const output = new Float32Array(rows * count);
    for (let i = 0; i < output.length; i++) {
      const [row, vector] = [Math.floor(i / count) * features, (i % count) * features];
      for (let k = 0; k < features; k++) {
        const difference = Math.fround(
          ((values as Values)[row + k] as number) - (vectors[vector + k] as number),
        );
        output[i] = (output[i] as number) + Math.fround(difference * difference);
      }
    }
    return [output];
  },
};
