import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { broadcastShape, forEachBroadcast, operands } from "../../numerics/broadcast.js";
import { quantizedParameters } from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";

/** Attributes of a product of matrices: whether the last two axes of an operand change places first. */
export interface BatchMatmulAttributes {
  transposeFirst: boolean;
  transposeSecond: boolean;
}

/** Looks up and checks the operands and their lengths. Throws `NotRunnable`. */
export function batchMatmulGeometry({ inputs, attributes }: BoundNode<BatchMatmulAttributes>) {
  const [first, second] = operands<Tensor>(inputs);
  for (const { shape } of [first, second])
    requireThat(shape.length >= 2, `an operand has rank ${shape.length}; at least 2 is expected`);
  const matrix = ({ shape }: Tensor, transposed: boolean): [number, number] => {
    const [rows, columns] = shape.slice(-2) as [number, number];
    return transposed ? [columns, rows] : [rows, columns];
  };
  const [rows, depth] = matrix(first, attributes.transposeFirst);
  const [depthOfSecond, columns] = matrix(second, attributes.transposeSecond);
  requireThat(
    depth === depthOfSecond,
    `rows of the first operand have ${depth} elements, columns of the second ${depthOfSecond}`,
  );
  const firstBatches = first.shape.slice(0, -2);
  const secondBatches = second.shape.slice(0, -2);
  const batches = broadcastShape(firstBatches, secondBatches);
  return { first, second, rows, depth, columns, firstBatches, secondBatches, batches };
}

/** Products of matrices, the last two axes, over broadcast batches, all axes before. */
export const batchMatmul: Operator<BatchMatmulAttributes> = {
  name: "batchMatmul",
  quantization: { output: "calibrated" },
  infer(node) {
    const { first, second, rows, columns, batches, depth } = batchMatmulGeometry(node);
    const { dtype } = first;
    requireThat(
      dtype === "int8" || dtype === "int16" || dtype === "float32",
      `the first operand is ${dtype}; int8, int16 or float32 is expected`,
    );
    requireThat(second.dtype === dtype, `the second operand is ${second.dtype}; ${dtype} is expected`);
    if (dtype !== "float32")
      for (const tensor of [first, second, ...node.outputs]) quantizedParameters(tensor);
    requireThat(depth <= 2 ** 15, `${depth} products a sum; at most 32768 are supported`);
    return [{ dtype, shape: [...batches, rows, columns] }];
  },
  macs(node) {
    const { rows, depth, columns, batches } = batchMatmulGeometry(node);
    return elementCount(batches) * rows * depth * columns;
  },
  reference(node, [a, b]) {
    const { rows, depth, columns, firstBatches, secondBatches, batches } = batchMatmulGeometry(node);
    const { transposeFirst, transposeSecond } = node.attributes;
    const output = new Float32Array(elementCount(batches) * rows * columns);
    forEachBroadcast([firstBatches, secondBatches], (batch, i, j) => {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++) {
          let sum = 0;
          for (let k = 0; k < depth; k++) {
            const from = i * rows * depth + (transposeFirst ? k * rows + row : row * depth + k);
            const by = j * depth * columns + (transposeSecond ? column * depth + k : k * columns + column);
            sum += (a?.[from] ?? 0) * (b?.[by] ?? 0);
          }
          output[(batch * rows + row) * columns + column] = sum;
        }
      }
    });
    return [output];
  },
};
