import { requireThat } from "../../../../graph/not-runnable.js";
import { describeType, type Tensor } from "../../../../graph/tensor.js";
import { sqrt, square } from "../../../../ops/elementwise/functions.js";
import { squaredDistances } from "../../../../ops/matrix/squared-distances.js";
import { sum } from "../../../../ops/reduction/reduce.js";
import { differenceOf } from "../../../compose/arithmetic.js";
import { reshaped } from "../../../compose/movement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";

/** Squared distances of each row of one matrix to each row of another. */
function squaredDistancesOf(write: GraphWriter, rows: Tensor, others: Tensor): Tensor {
  if (others.data !== undefined && rows.data === undefined)
    return write.node(squaredDistances, {}, [rows, others]);
  const [count, features] = rows.shape as [number, number];
  const each = reshaped(write, rows, [count, 1, features]);
  const squares = write.node(square, {}, [differenceOf(write, each, others)]);
  return write.node(sum, { axes: [2], keepDims: false }, [squares]);
}

/** Distances of rows: what nearest neighbours are found by, where skl2onnx is told to write it so. */
function readDistances(node: OnnxNode, write: GraphWriter): Tensor {
  const [rows, others] = [node.input(0), node.input(1)];
  requireThat(
    rows.shape.length === 2 && others.shape.length === 2 && rows.shape[1] === others.shape[1],
    `distances of rows of ${describeType(rows)} and ${describeType(others)}; two matrices of as many columns are expected`,
  );
  const metric = node.text("metric", "sqeuclidean");
  requireThat(
    metric === "sqeuclidean" || metric === "euclidean",
    `metric ${metric} is not supported; euclidean and sqeuclidean are`,
  );
  const squares = squaredDistancesOf(write, rows, others);
  return metric === "euclidean" ? write.node(sqrt, {}, [squares]) : squares;
}

/** Distances, as nearest neighbours take them. */
export const neighbors: readonly OnnxMapping[] = [
  { operator: "CDist", domain: "com.microsoft", becomes: ["squaredDistances", "sqrt"], read: readDistances },
];
