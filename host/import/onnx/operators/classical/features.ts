import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../../graph/tensor.js";
import { cast } from "../../../../ops/conversion/cast.js";
import { equal, notEqual } from "../../../../ops/elementwise/comparisons.js";
import { abs, sqrt, square } from "../../../../ops/elementwise/functions.js";
import { gather } from "../../../../ops/movement/gather.js";
import { reduceMax, sum } from "../../../../ops/reduction/reduce.js";
import { differenceOf, productOf, quotientOf } from "../../../compose/arithmetic.js";
import { joined, reshaped, sliced } from "../../../compose/movement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";
import { asFloat, chosen, isAbove } from "./scores.js";

/** Numbers for each feature, or one for all. Throws `NotRunnable`. */
function perFeature(write: GraphWriter, values: readonly number[], input: Tensor, name: string): Tensor {
  const features = input.shape.at(-1) ?? 1;
  requireThat(
    values.length === 1 || values.length === features,
    `${name} has ${values.length} numbers; 1 or ${features} are expected`,
  );
  return write.list(values, input.dtype);
}

function readScaler(node: OnnxNode, write: GraphWriter): Tensor {
  const input = asFloat(write, node.input(0));
  const offset = perFeature(write, node.floats("offset") ?? [], input, "offset");
  const scale = perFeature(write, node.floats("scale") ?? [], input, "scale");
  return productOf(write, differenceOf(write, input, offset), scale);
}

/** What rows are divided by. */
function rowNorm(write: GraphWriter, input: Tensor, norm: string): Tensor {
  const over = { axes: [-1], keepDims: true };
  switch (norm) {
    case "MAX":
      return write.node(reduceMax, over, [input]);
    case "L1":
      return write.node(sum, over, [write.node(abs, {}, [input])]);
    case "L2":
      return write.node(sqrt, {}, [write.node(sum, over, [write.node(square, {}, [input])])]);
    default:
      throw new NotRunnable(`norm ${norm} does not exist`);
  }
}

/** Rows divided by their norm; those whose norm is 0 stay as they are. */
function readNormalizer(node: OnnxNode, write: GraphWriter): Tensor {
  const input = asFloat(write, node.input(0));
  requireThat(input.shape.length <= 2, `the input has ${input.shape.length} axes; up to 2 are expected`);
  const norm = rowNorm(write, input, node.text("norm", "MAX"));
  const isZero = write.node(equal, {}, [norm, write.scalar(0)]);
  return quotientOf(write, input, chosen(write, isZero, write.scalar(1), norm));
}

/** Values that stand for gaps, replaced. */
function readImputer(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const isFloat = input.dtype === "float32";
  const values =
    (isFloat ? node.floats("imputed_value_floats") : node.integers("imputed_value_int64s")) ?? [];
  const imputed = perFeature(write, values, input, isFloat ? "imputed_value_floats" : "imputed_value_int64s");
  const gap = isFloat ? node.float("replaced_value_float", 0) : node.integer("replaced_value_int64", 0);
  const isGap = Number.isNaN(gap)
    ? write.node(notEqual, {}, [input, input])
    : write.node(equal, {}, [input, write.scalar(gap, input.dtype)]);
  return chosen(write, isGap, imputed, input);
}

function readBinarizer(node: OnnxNode, write: GraphWriter): Tensor {
  const input = asFloat(write, node.input(0));
  return asFloat(write, isAbove(write, input, node.float("threshold", 0)));
}

/** Columns by their numbers: [rows, numbers]. */
function readArrayFeatureExtractor(node: OnnxNode, write: GraphWriter): Tensor {
  const [input, indices] = [node.input(0), node.input(1)];
  const numbers = reshaped(write, indices, [elementCount(indices.shape)]);
  const rows = input.shape.length === 1 ? reshaped(write, input, [1, ...input.shape]) : input;
  return write.node(gather, { axis: rows.shape.length - 1, batchDims: 0, axes: 1 }, [rows, numbers]);
}

/** For each element whether it is each of the categories, as 0 and 1 along a new last axis; other elements are all 0. */
function readOneHotEncoder(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const categories = node.integers("cats_int64s") ?? [];
  requireThat(categories.length > 0, "it has no cats_int64s");
  // Numbers that are no integers are cut to one.
  const numbers = input.dtype === "float32" ? write.node(cast, { to: "int64" }, [input]) : input;
  const column = reshaped(write, numbers, [...numbers.shape, 1]);
  return asFloat(write, write.node(equal, {}, [column, write.list(categories, column.dtype)]));
}

/** Columns that an input is filled to, at most. */
const maxWidth = 65_536;

/** Inputs side by side, each cut or filled with 0 to as many columns as are stated. */
function readFeatureVectorizer(node: OnnxNode, write: GraphWriter): Tensor {
  const widths = node.integers("inputdimensions") ?? [];
  requireThat(
    widths.length === node.inputs.length,
    `inputdimensions has ${widths.length} numbers for ${node.inputs.length} inputs`,
  );
  const parts = widths.flatMap((width, i): Tensor[] => {
    requireThat(
      width >= 0 && width <= maxWidth,
      `input ${i} is to have ${width} columns; 0 to ${maxWidth} are supported`,
    );
    const given = asFloat(write, node.input(i));
    const rows = given.shape[0] as number;
    const input = reshaped(write, given, [rows, elementCount(given.shape) / rows]);
    const columns = input.shape[1] as number;
    if (columns >= width) return width === 0 ? [] : [sliced(write, input, 1, 0, width)];
    const missing = write.constant(
      new Float32Array(rows * (width - columns)),
      [rows, width - columns],
      "float32",
    );
    return [input, missing];
  });
  requireThat(parts.length > 0, "the vector has no features");
  return joined(write, parts, 1);
}

const domain = "ai.onnx.ml";

/** What comes before a model: features scaled, filled, chosen and joined. */
export const features: readonly OnnxMapping[] = [
  { operator: "Scaler", domain, becomes: ["sub", "mul"], read: readScaler },
  { operator: "Normalizer", domain, becomes: ["reduceMax", "sum", "div"], read: readNormalizer },
  { operator: "Imputer", domain, becomes: ["equal", "select"], read: readImputer },
  { operator: "Binarizer", domain, becomes: ["greater", "cast"], read: readBinarizer },
  { operator: "ArrayFeatureExtractor", domain, becomes: ["gather"], read: readArrayFeatureExtractor },
  { operator: "OneHotEncoder", domain, becomes: ["equal", "cast"], read: readOneHotEncoder },
  { operator: "FeatureVectorizer", domain, becomes: ["concatenation"], read: readFeatureVectorizer },
];
