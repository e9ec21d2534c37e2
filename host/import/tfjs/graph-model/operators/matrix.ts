import { requireThat } from "../../../../graph/not-runnable.js";
import type { Tensor } from "../../../../graph/tensor.js";
import { batchMatmul } from "../../../../ops/matrix/batch-matmul.js";
import { fullyConnected } from "../../../../ops/matrix/fully-connected.js";
import { sumOf } from "../../../compose/arithmetic.js";
import { einsum } from "../../../compose/einsum.js";
import { transposed } from "../../../compose/movement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import { activated, type FusedWork, finishing, noFusedWork, readFusedWork } from "./fused.js";
import { alike, type TensorflowMapping, type TensorflowNode } from "./mapping.js";

/** A matrix with its two last axes exchanged. */
function exchanged(write: GraphWriter, matrix: Tensor): Tensor {
  const axes = [...matrix.shape.keys()];
  const rank = axes.length;
  requireThat(rank >= 2, `an operand has ${rank} axes; at least 2 are expected`);
  return transposed(write, matrix, [...axes.slice(0, -2), rank - 1, rank - 2]);
}

/** A product of matrices; by constant weights it is a fully connected layer. */
function product(
  node: TensorflowNode,
  write: GraphWriter,
  transposes: { first: boolean; second: boolean },
  work: FusedWork,
): Tensor {
  const [first, second] = [node.input(0), node.input(1)];
  const isLayer = second.data !== undefined && second.shape.length === 2 && first.dtype === "float32";
  if (!isLayer || first.data !== undefined) {
    const attributes = { transposeFirst: transposes.first, transposeSecond: transposes.second };
    const output = write.node(batchMatmul, attributes, [first, second]);
    const biased = work.bias === undefined ? output : sumOf(write, output, work.bias);
    return work.finish(activated(write, biased, work.activation));
  }
  const rows = transposes.first ? exchanged(write, first) : first;
  const weights = transposes.second ? second : exchanged(write, second);
  const attributes = { activation: work.activation, keepAxes: true };
  return work.finish(write.node(fullyConnected, attributes, [rows, weights, work.bias]));
}

/** Products of matrices. */
export const matrix: readonly TensorflowMapping[] = [
  {
    operator: "MatMul",
    becomes: ["fullyConnected", "batchMatmul"],
    read: (node, write) =>
      product(node, write, transposesOf(node, "transpose_a", "transpose_b"), noFusedWork),
  },
  {
    operator: "_FusedMatMul",
    becomes: ["fullyConnected", "batchMatmul", ...finishing],
    read: (node, write) =>
      product(node, write, transposesOf(node, "transpose_a", "transpose_b"), readFusedWork(node, write, 2)),
  },
  ...alike(["BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"], {
    becomes: ["fullyConnected", "batchMatmul"],
    read: (node, write) => product(node, write, transposesOf(node, "adj_x", "adj_y"), noFusedWork),
  }),
  {
    operator: "Einsum",
    becomes: ["batchMatmul", "view", "reshape", "sum"],
    read: (node, write) => einsum(write, node.attributes.text("equation", ""), node.inputs),
  },
];

function transposesOf({ attributes }: TensorflowNode, first: string, second: string) {
  return { first: attributes.flag(first), second: attributes.flag(second) };
}
