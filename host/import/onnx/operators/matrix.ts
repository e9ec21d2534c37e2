import { requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import { broadcastView, wholeView } from "../../../numerics/strided-view.js";
import { batchMatmul } from "../../../ops/matrix/batch-matmul.js";
import { scaled, sumOf } from "../../compose/arithmetic.js";
import { einsum } from "../../compose/einsum.js";
import { connected, matrixProduct } from "../../compose/matrix.js";
import { reshaped, transposed, viewed } from "../../compose/movement.js";
import type { GraphWriter } from "../../graph-writer.js";
import { withIntegerWeights } from "./integer-weights.js";
import type { OnnxMapping, OnnxNode } from "./mapping.js";

/** A constant of [N], [1, N] or one element as a bias of so many outputs; undefined where it is another. */
function asBias(write: GraphWriter, tensor: Tensor, outputs: number): Tensor | undefined {
  const elements = elementCount(tensor.shape);
  const isRow = elements === 1 || tensor.shape.at(-1) === elements;
  if (tensor.data === undefined || !isRow || (elements !== 1 && elements !== outputs)) return undefined;
  const row = reshaped(write, tensor, [elements]);
  return viewed(write, row, broadcastView(wholeView([elements]), [outputs]));
}

/** alpha * A * B + beta * C, where C broadcasts. */
function readGemm(node: OnnxNode, write: GraphWriter): Tensor {
  const [first, second, third] = [node.input(0), node.input(1), node.inputs[2]];
  for (const { shape } of [first, second])
    requireThat(shape.length === 2, `an operand has ${shape.length} axes; 2 are expected`);
  const [transposeFirst, transposeSecond] = [node.flag("transA"), node.flag("transB")];
  const [alpha, beta] = [node.float("alpha", 1), node.float("beta", 1)];
  const addend = third === undefined || beta === 0 ? undefined : scaled(write, third, beta);
  if (second.data === undefined || first.dtype !== "float32") {
    const product = write.node(batchMatmul, { transposeFirst, transposeSecond }, [first, second]);
    const whole = scaled(write, product, alpha);
    return addend === undefined ? whole : sumOf(write, whole, addend);
  }
  const rows = transposeFirst ? transposed(write, first, [1, 0]) : first;
  const weights = scaled(write, transposeSecond ? second : transposed(write, second, [1, 0]), alpha);
  const bias = addend && asBias(write, addend, weights.shape[0] as number);
  const product = connected(write, rows, weights, bias);
  return addend === undefined || bias !== undefined ? product : sumOf(write, product, addend);
}

/** Products of matrices. */
export const matrix: readonly OnnxMapping[] = [
  {
    operator: "Gemm",
    becomes: ["fullyConnected", "batchMatmul", "mul", "add"],
    read: withIntegerWeights(readGemm),
  },
  {
    operator: "MatMul",
    becomes: ["fullyConnected", "batchMatmul"],
    read: withIntegerWeights((node, write) => matrixProduct(write, node.input(0), node.input(1))),
  },
  {
    operator: "Einsum",
    becomes: ["batchMatmul", "sum", "view"],
    read: (node, write) =>
      einsum(
        write,
        node.text("equation", ""),
        node.inputs.map((_, i) => node.input(i)),
      ),
  },
];
