import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../../graph/tensor.js";
import { wholeView } from "../../../../numerics/strided-view.js";
import { emptied } from "../../../compose/movement.js";
import { filled } from "../../../compose/rearrangement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { TensorflowMapping, TensorflowNode } from "./mapping.js";

/** Elements of a range, at most. */
const maxElements = 2 ** 20;

/** Numbers from one on, up to another. */
function range(node: TensorflowNode, write: GraphWriter): Tensor {
  const [start, limit, delta] = ["start", "limit", "delta"].map((what, i) => node.number(i, what)) as [
    number,
    number,
    number,
  ];
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  requireThat(
    Number.isSafeInteger(count) && count <= maxElements,
    `the range from ${start} to ${limit} by ${delta} has more than ${maxElements} elements`,
  );
  const numbers = Array.from({ length: count }, (_, i) => start + i * delta);
  return write.list(numbers, node.input(0).dtype);
}

/** So many numbers from one to another, at equal distances. */
function linSpace(node: TensorflowNode, write: GraphWriter): Tensor {
  const [start, stop, count] = ["start", "stop", "count"].map((what, i) => node.number(i, what)) as [
    number,
    number,
    number,
  ];
  requireThat(
    Number.isInteger(count) && count >= 1 && count <= maxElements,
    `${count} numbers are asked for; 1 to ${maxElements} are expected`,
  );
  const step = count === 1 ? 0 : (stop - start) / (count - 1);
  return write.list(Array.from({ length: count }, (_, i) => start + i * step));
}

/** Indices of the elements of a constant that are not zero, one row each. */
function where(node: TensorflowNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  if (input.data === undefined)
    throw new NotRunnable("the output's shape depends on a condition that is computed while the model runs");
  const { strides } = wholeView(input.shape);
  const rows = Array.from(input.data, Number).flatMap((value, at) =>
    value === 0
      ? []
      : [input.shape.map((length, axis) => Math.floor(at / (strides[axis] as number)) % length)],
  );
  const shape = [rows.length, input.shape.length];
  const numbers = write.list(rows.flat(), "int32");
  return numbers.shape[0] === 0 ? emptied(write, numbers, shape) : { ...numbers, shape };
}

/** One number everywhere, of the type and shape of the input. */
function everywhere(operator: string, value: number): TensorflowMapping {
  return {
    operator,
    becomes: ["view", "reshape"],
    read(node, write) {
      const { dtype, shape } = node.input(0);
      return filled(write, write.scalar(value, dtype), shape);
    },
  };
}

/** What gives shapes, or is given them, and constants. */
export const shapes: readonly TensorflowMapping[] = [
  { operator: "Shape", becomes: [], read: (node, write) => write.list(node.input(0).shape, "int32") },
  {
    operator: "ShapeN",
    becomes: [],
    read: (node, write) => node.inputs.map(({ shape }) => write.list(shape, "int32")),
  },
  {
    operator: "Size",
    becomes: [],
    read: (node, write) => write.scalar(elementCount(node.input(0).shape), "int32"),
  },
  {
    operator: "Rank",
    becomes: [],
    read: (node, write) => write.scalar(node.input(0).shape.length, "int32"),
  },
  {
    operator: "Fill",
    becomes: ["view", "reshape"],
    read: (node, write) => filled(write, node.input(1), node.numbers(0, "shape")),
  },
  everywhere("ZerosLike", 0),
  everywhere("OnesLike", 1),
  { operator: "Range", becomes: [], read: range },
  { operator: "LinSpace", becomes: [], read: linSpace },
  { operator: "Where", becomes: [], read: where },
];
