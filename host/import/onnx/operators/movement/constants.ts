import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import { type DType, elementCount, perTensor, type Tensor } from "../../../../graph/tensor.js";
import { select } from "../../../../ops/elementwise/select.js";
import { limitedShape } from "../../../../ops/movement/moved.js";
import { emptied, expanded, quantizedAs } from "../../../compose/movement.js";
import { dataOf, type GraphWriter } from "../../../graph-writer.js";
import { elementDtype, elementTypeName } from "../../tensors.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";

function constant(node: OnnxNode, write: GraphWriter): Tensor {
  const tensor = node.tensor("value");
  if (tensor !== undefined) return tensor;
  const [floats, integers] = [node.floats("value_floats"), node.integers("value_ints")];
  if (floats !== undefined) return write.list(floats);
  if (integers !== undefined) return write.list(integers, "int64");
  if (node.has("value_float")) return write.scalar(node.float("value_float", 0));
  if (node.has("value_int")) return write.scalar(node.integer("value_int", 0), "int64");
  throw new NotRunnable("the constant is of strings, or most of its elements are left out");
}

/** One value in a shape that is constant; 0 of float32 where none is given. */
function constantOfShape(node: OnnxNode, write: GraphWriter): Tensor {
  const shape = node.numbers(0, "shape") ?? [];
  requireThat(
    shape.every((length) => length >= 0),
    `[${shape.join(", ")}] is no shape`,
  );
  const value = node.tensor("value") ?? write.scalar(0);
  requireThat(
    elementCount(value.shape) === 1,
    `the value has ${elementCount(value.shape)} elements; 1 is expected`,
  );
  if (shape.includes(0)) return emptied(write, value, shape);
  return expanded(write, { ...value, shape: [] }, limitedShape(shape));
}

/** The element type that an attribute names by its number. Throws `NotRunnable`. */
function dtypeOf(node: OnnxNode, otherwise: DType): DType {
  if (!node.has("dtype")) return otherwise;
  const number = node.integer("dtype", 0);
  const dtype = elementDtype(number);
  requireThat(dtype !== undefined, `the output is of ${elementTypeName(number)}, which is not supported`);
  return dtype;
}

/** A matrix of ones on one diagonal, and zeros. */
function eyeLike(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  requireThat(input.shape.length === 2, `the input has ${input.shape.length} axes; 2 are expected`);
  limitedShape(input.shape);
  const [rows, columns] = input.shape as [number, number];
  const diagonal = node.integer("k", 0);
  const dtype = dtypeOf(node, input.dtype);
  const ones = Array.from({ length: rows * columns }, (_, at) =>
    Number((at % columns) - Math.floor(at / columns) === diagonal),
  );
  return write.constant(dataOf(dtype, ones), [rows, columns], dtype);
}

/** Numbers from one on, by steps, to another, which is not among them. All are constant. */
function range(node: OnnxNode, write: GraphWriter): Tensor {
  const numbers = ["start", "limit", "delta"].map((what, i) => node.numbers(i, what)?.[0] ?? 0);
  const [start, limit, delta] = numbers as [number, number, number];
  requireThat(delta !== 0, "the step is 0; another number is expected");
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  limitedShape([count]);
  return write.list(
    Array.from({ length: count }, (_, i) => start + i * delta),
    node.input(0).dtype,
  );
}

/** One element of a tensor's type that stands for 0. */
function zeroOf(write: GraphWriter, input: Tensor): Tensor {
  const zero = write.constant(dataOf(input.dtype, [perTensor(input)?.zeroPoint ?? 0]), [], input.dtype);
  return { ...zero, ...quantizedAs(input).output };
}

/** Matrices without what lies above a diagonal, or below it. */
function trilu(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  requireThat(input.shape.length >= 2, `the input has ${input.shape.length} axes; at least 2 are expected`);
  limitedShape(input.shape);
  const isUpper = node.flag("upper", true);
  const [diagonal = 0] = node.numbers(1, "diagonal") ?? [];
  const [rows, columns] = input.shape.slice(-2) as [number, number];
  const kept = Array.from({ length: rows * columns }, (_, at) => {
    const distance = (at % columns) - Math.floor(at / columns) - diagonal;
    return Number(isUpper ? distance >= 0 : distance <= 0);
  });
  const mask = write.constant(dataOf("bool", kept), [rows, columns], "bool");
  return write.node(select, {}, [mask, input, zeroOf(write, input)], quantizedAs(input));
}

/** What is made of constants and shapes. */
export const constants: readonly OnnxMapping[] = [
  { operator: "Constant", becomes: [], read: constant },
  { operator: "ConstantOfShape", becomes: [], read: constantOfShape },
  { operator: "EyeLike", becomes: [], read: eyeLike },
  { operator: "Range", becomes: [], read: range },
  { operator: "Trilu", becomes: ["select"], read: trilu },
];
