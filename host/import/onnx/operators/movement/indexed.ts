import { requireThat } from "../../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../../graph/tensor.js";
import { cast } from "../../../../ops/conversion/cast.js";
import { gather as gatherParts } from "../../../../ops/movement/gather.js";
import { gatherElements } from "../../../../ops/movement/gather-elements.js";
import { limitedShape, positiveAxis } from "../../../../ops/movement/moved.js";
import { type Reduction, scatter, scatterReduce } from "../../../../ops/movement/scatter.js";
import { hotAt, readAt } from "../../../compose/indices.js";
import { quantizedAs, reshaped, sliced } from "../../../compose/movement.js";
import type { GraphWriter } from "../../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "../mapping.js";

/** Parts of an axis, by indices of any shape. Constant ones that follow a rule are a view. */
function gather(node: OnnxNode, write: GraphWriter): Tensor {
  const [input, indices] = [node.input(0), node.input(1)];
  const axis = positiveAxis(node.integer("axis", 0), input.shape.length);
  if (indices.data === undefined) {
    const attributes = { axis, batchDims: 0, axes: 1, fromEnd: true };
    return write.node(gatherParts, attributes, [input, indices], quantizedAs(input));
  }
  const length = input.shape[axis] as number;
  const numbers = Array.from(indices.data, Number);
  for (const index of numbers)
    requireThat(
      index >= -length && index < length,
      `index ${index} is not in axis ${axis} of length ${length}`,
    );
  const read = readAt(write, input, [
    { axis, indices: numbers.map((index) => (index < 0 ? index + length : index)) },
  ]);
  return reshaped(write, read, input.shape.toSpliced(axis, 1, ...indices.shape));
}

/** Parts by indices of several numbers; those of one number lose their last axis. */
function gatherNd(node: OnnxNode, write: GraphWriter): Tensor {
  const [input, indices] = [node.input(0), node.input(1)];
  const axes = indices.shape.at(-1) ?? 0;
  const batchDims = node.integer("batch_dims", 0);
  const own = axes === 1 ? reshaped(write, indices, indices.shape.slice(0, -1)) : indices;
  const attributes = { axis: batchDims, batchDims, axes, fromEnd: true };
  return write.node(gatherParts, attributes, [input, own], quantizedAs(input));
}

const reductions: Readonly<Record<string, Reduction>> = { add: "add", mul: "mul", min: "min", max: "max" };

function scattered(node: OnnxNode, write: GraphWriter, axis: { axis?: number }): Tensor {
  const inputs = [node.input(0), node.input(1), node.input(2)] as const;
  const name = node.text("reduction", "none");
  if (name === "none") return write.node(scatter, axis, inputs, quantizedAs(inputs[0]));
  const reduction = reductions[name];
  requireThat(reduction !== undefined, `reduction ${name} does not exist`);
  return write.node(scatterReduce, { ...axis, reduction }, inputs);
}

/** Indices as whole numbers that can be compared. */
function asIndices(write: GraphWriter, indices: Tensor): Tensor {
  if (indices.dtype === "int32" || indices.dtype === "int64") return indices;
  return write.node(cast, { to: "int32" }, [indices], { output: { dtype: "int32" } });
}

/** One value where an axis' number is the index, counted from either end, and another elsewhere. */
function oneHot(node: OnnxNode, write: GraphWriter): Tensor {
  const indices = asIndices(write, node.input(0));
  const [depth = 0] = node.numbers(1, "depth") ?? [];
  const values = node.input(2);
  const axis = positiveAxis(node.integer("axis", -1), indices.shape.length + 1);
  const [off, on] = [sliced(write, values, 0, 0, 1), sliced(write, values, 0, 1, 1)];
  return hotAt(write, indices, { depth, axis, on, off, fromEnd: true });
}

/** The beginning of each sequence of a batch backwards; constant lengths say how much of it. */
function reverseSequence(node: OnnxNode, write: GraphWriter): Tensor {
  const input = node.input(0);
  const [time, batch] = [node.integer("time_axis", 0), node.integer("batch_axis", 1)];
  requireThat(
    input.shape.length >= 2 && time + batch === 1 && time * batch === 0,
    `time is axis ${time} and the batch axis ${batch}; 0 and 1 are expected`,
  );
  limitedShape(input.shape);
  const lengths = node.numbers(1, "lengths") ?? [];
  const [rows, columns, ...rest] = input.shape as [number, number, ...number[]];
  const [steps, sequences] = time === 0 ? [rows, columns] : [columns, rows];
  requireThat(
    lengths.length === sequences && lengths.every((length) => length >= 0 && length <= steps),
    `lengths [${lengths.join(", ")}] are not those of ${sequences} sequences of ${steps} steps`,
  );
  const indices = Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    const [step, length] = time === 0 ? [row, lengths[column] ?? 0] : [column, lengths[row] ?? 0];
    const from = step < length ? length - 1 - step : step;
    return time === 0 ? from * columns + column : row * columns + from;
  });
  const flat = reshaped(write, input, [rows * columns, ...rest]);
  return reshaped(write, readAt(write, flat, [{ axis: 0, indices }]), input.shape);
}

/** The places of a constant's elements that are not 0: for each axis a row of indices. */
function nonZero(node: OnnxNode, write: GraphWriter): Tensor {
  const { shape } = node.input(0);
  const values = node.numbers(0, "elements") ?? [];
  const places = [...values.keys()].filter((at) => values[at] !== 0);
  const rows = shape.flatMap((length, axis) => {
    const inner = elementCount(shape.slice(axis + 1));
    return places.map((at) => Math.floor(at / inner) % length);
  });
  return reshaped(write, write.list(rows, "int64"), [shape.length, places.length]);
}

/** What reads or writes where indices say. */
export const indexed: readonly OnnxMapping[] = [
  { operator: "Gather", becomes: ["gather", "view", "reshape"], read: gather },
  { operator: "GatherND", becomes: ["gather", "reshape"], read: gatherNd },
  {
    operator: "GatherElements",
    becomes: ["gatherElements"],
    read(node, write) {
      const input = node.input(0);
      const attributes = { axis: node.integer("axis", 0) };
      return write.node(gatherElements, attributes, [input, node.input(1)], quantizedAs(input));
    },
  },
  ...["Scatter", "ScatterElements"].map(
    (operator): OnnxMapping => ({
      operator,
      becomes: ["scatter", "scatterReduce"],
      read: (node, write) => scattered(node, write, { axis: node.integer("axis", 0) }),
    }),
  ),
  {
    operator: "ScatterND",
    becomes: ["scatter", "scatterReduce"],
    read: (node, write) => scattered(node, write, {}),
  },
  { operator: "OneHot", becomes: ["reshape", "equal", "logicalOr", "select"], read: oneHot },
  { operator: "ReverseSequence", becomes: ["gather", "reshape"], read: reverseSequence },
  { operator: "NonZero", becomes: [], read: nonZero },
];
