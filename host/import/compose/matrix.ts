import type { Tensor } from "../../graph/tensor.js";
import { batchMatmul } from "../../ops/matrix/batch-matmul.js";
import { fullyConnected } from "../../ops/matrix/fully-connected.js";
import type { GraphWriter } from "../graph-writer.js";
import { reshaped, transposed } from "./movement.js";

/** Rows of a tensor's last axis times constant weights [outputs, inputs], plus a constant bias. */
export function connected(write: GraphWriter, input: Tensor, weights: Tensor, bias?: Tensor): Tensor {
  return write.node(fullyConnected, { activation: "none", keepAxes: true }, [input, weights, bias]);
}

/**
 * A product of matrices by NumPy's rules: the last two axes, over broadcast batches; an operand of one axis is a row before
 * the product, or a column behind it. By constant weights it is a fully connected layer. Throws `NotRunnable`.
 */
export function matrixProduct(write: GraphWriter, first: Tensor, second: Tensor): Tensor {
  const [a, b] = [first, second].map(({ shape }) => shape.length);
  const left = a === 1 ? reshaped(write, first, [1, ...first.shape]) : first;
  const right = b === 1 ? reshaped(write, second, [...second.shape, 1]) : second;
  const product =
    right.data !== undefined &&
    right.shape.length === 2 &&
    first.dtype === "float32" &&
    left.data === undefined
      ? connected(write, left, transposed(write, right, [1, 0]))
      : write.node(batchMatmul, { transposeFirst: false, transposeSecond: false }, [left, right]);
  const shape = product.shape.filter(
    (_, axis) =>
      !(a === 1 && axis === product.shape.length - 2) && !(b === 1 && axis === product.shape.length - 1),
  );
  return reshaped(write, product, shape);
}
