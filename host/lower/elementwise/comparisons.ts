import type { DType } from "../../graph/tensor.js";
import { comparisonConstants } from "../../ops/elementwise/pair-constants.js";
import type { Lowering } from "../lowering.js";
import { pair } from "./pairs.js";

const comparison = (operator: string, more: readonly DType[] = []): Lowering =>
  pair(operator, ["float32", "int32", "int64", ...more], {
    stem: operator,
    dtypes: ["int8", "int16"],
    constants: comparisonConstants,
  });

/** Comparisons of two tensors, and logic of two bools. */
export const comparisons: readonly Lowering[] = [
  comparison("equal", ["bool"]),
  comparison("notEqual", ["bool"]),
  comparison("greater"),
  comparison("greaterEqual"),
  pair("logicalAnd", ["bool"]),
  pair("logicalOr", ["bool"]),
];
