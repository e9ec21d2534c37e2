import { NotRunnable } from "../../graph/not-runnable.js";
import type { TensorType } from "../../graph/tensor.js";
import type { Operator } from "../operator.js";
import {
  inferReduced,
  type ReduceAttributes,
  reducedAxes,
  reduceValues,
  reorderedReduction,
  requireSummable,
} from "./reduce.js";

/** Mean over constant axes. */
export const mean: Operator<ReduceAttributes> = {
  name: "mean",
  quantization: { output: "calibrated" },
  infer(node): TensorType[] {
    const types = inferReduced(node, ["float32", "int8", "int16"]);
    requireSummable(node, true);
    return types;
  },
  macs: () => 0,
  reordered(node, order) {
    const { attributes, ...other } = reorderedReduction(node, order);
    return { ...other, attributes: { ...node.attributes, ...attributes } };
  },
  reference(node, [data]) {
    if (data === undefined) throw new NotRunnable("the input is missing");
    const { elements } = reducedAxes(node);
    const sums = reduceValues(node, Float64Array.from(data), 0, (a, b) => a + b);
    return [Float32Array.from(sums, (value) => value / elements)];
  },
};
