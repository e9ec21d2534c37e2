import { NotRunnable } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import type { GraphWriter } from "../../graph-writer.js";
import type { OnnxNode } from "./mapping.js";
import { integersOf } from "./quantization.js";

/** Whether operators of float32 read such integers as weights: int8 with one zero point. */
function areWeights({ dtype, quantization }: Tensor): boolean {
  const zeros = new Set(quantization?.zeroPoint);
  return dtype === "int8" && zeros.size === 1;
}

/**
 * Reads a node whose second input is weights: by the integers themselves where they came as such and the node takes them, so
 * that they take a quarter of the memory; else by their real values.
 */
export function withIntegerWeights(
  read: (node: OnnxNode, write: GraphWriter) => Tensor,
): (node: OnnxNode, write: GraphWriter) => Tensor {
  return (node, write) => {
    const integers = node.inputs[1] && integersOf(node.inputs[1]);
    if (integers === undefined || !areWeights(integers)) return read(node, write);
    try {
      return read(node.withInputs(node.inputs.toSpliced(1, 1, integers)), write);
    } catch (error) {
      if (!(error instanceof NotRunnable)) throw error;
      return read(node, write);
    }
  };
}
