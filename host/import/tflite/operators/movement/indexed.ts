import { requireThat } from "../../../../graph/not-runnable.js";
import { describeType, type Tensor } from "../../../../graph/tensor.js";
import { inputAt, positiveAxis } from "../../../../ops/movement/moved.js";
import type { TfliteMapping, TfliteNode, Translation } from "../mapping.js";
import { constant, numberAt, outputOf } from "../numbers.js";
import { between } from "./views.js";

function gather(node: TfliteNode): Translation {
  const [input, indices] = [inputAt(node.inputs), inputAt(node.inputs, 1)];
  const batchDims = node.options.int32(1, 0);
  return {
    operator: "gather",
    attributes: {
      axis: positiveAxis(node.options.int32(0, 0), input.shape.length),
      batchDims: batchDims < 0 ? batchDims + indices.shape.length : batchDims,
      axes: 1,
    },
  };
}

/** A gather by indices of several numbers; those of one lose their last axis. */
function gatherNd(node: TfliteNode): Translation[] {
  const [input, indices] = [inputAt(node.inputs), inputAt(node.inputs, 1)];
  const axes = indices.shape.at(-1) ?? 0;
  requireThat(axes >= 1, `indices ${describeType(indices)} name no axis`);
  const attributes = { axis: 0, batchDims: 0, axes };
  if (axes > 1) return [{ operator: "gather", attributes }];
  const shape = indices.shape.slice(0, -1);
  if (indices.data !== undefined)
    return [{ operator: "gather", attributes, inputs: [input, { ...indices, shape }] }];
  const flat = between(indices, shape);
  return [
    { operator: "reshape", attributes: { shape }, inputs: [indices], outputs: [flat] },
    { operator: "gather", attributes, inputs: [input, flat] },
  ];
}

/** One value where an axis' number is the index, and another elsewhere: a comparison, and a choice. */
function oneHot(node: TfliteNode): Translation[] {
  const indices = inputAt(node.inputs);
  const { quantization } = outputOf(node);
  // The numbers themselves are copied, whatever they stand for.
  const [on, off] = [2, 3].map((position) => {
    const value = inputAt(node.inputs, position);
    return value.data === undefined || quantization === undefined ? value : { ...value, quantization };
  });
  const depth = numberAt(node, 1, "depth");
  requireThat(depth >= 1, `the depth is ${depth}; a positive number is expected`);
  const rank = indices.shape.length;
  const axis = positiveAxis(node.options.int32(0, 0), rank + 1);
  const expanded = between(indices, indices.shape.toSpliced(axis, 0, 1));
  const numbers = Array.from({ length: depth }, (_, number) => number);
  const { dtype } = indices;
  const data = dtype === "int64" ? BigInt64Array.from(numbers, BigInt) : Int32Array.from(numbers);
  const axisNumbers = constant(
    `${indices.name} numbers`,
    dtype,
    [depth, ...Array(rank - axis).fill(1)],
    data,
  );
  const shape = indices.shape.toSpliced(axis, 0, depth);
  const isHot: Tensor = { name: `${indices.name} hot`, dtype: "bool", shape };
  return [
    {
      operator: "reshape",
      attributes: { shape: expanded.shape },
      inputs: [indices],
      outputs: [expanded],
    },
    { operator: "equal", attributes: {}, inputs: [expanded, axisNumbers], outputs: [isHot] },
    { operator: "select", attributes: {}, inputs: [isHot, on, off] },
  ];
}

/** What reads or writes where indices say. */
export const indexed: readonly TfliteMapping[] = [
  { builtin: "GATHER", optionsType: 23, maxVersion: 7, becomes: ["gather"], read: gather },
  { builtin: "GATHER_ND", optionsType: 83, maxVersion: 5, becomes: ["gather", "reshape"], read: gatherNd },
  {
    builtin: "ONE_HOT",
    optionsType: 61,
    maxVersion: 1,
    becomes: ["reshape", "equal", "select"],
    read: oneHot,
  },
  {
    builtin: "EMBEDDING_LOOKUP",
    optionsType: 0,
    maxVersion: 4,
    becomes: ["gather"],
    read: ({ inputs: [ids, table] }) => ({
      operator: "gather",
      attributes: { axis: 0, batchDims: 0, axes: 1 },
      inputs: [table, ids],
    }),
  },
  {
    builtin: "DYNAMIC_UPDATE_SLICE",
    optionsType: 0,
    maxVersion: 4,
    becomes: ["updateSlice"],
    read: () => ({ operator: "updateSlice", attributes: {} }),
  },
];
