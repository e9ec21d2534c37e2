import { test } from "uvu";
import * as assert from "uvu/assert";
import { tensorflowMapping } from "../../../host/import/tfjs/graph-model/operators/index.js";
import {
  flag,
  float,
  importWritten,
  int,
  ints,
  list,
  runWritten,
  scalar,
  text,
  type WrittenAttribute,
  type WrittenNode,
  type WrittenWeight,
} from "./graph-model-writer.js";

/** A node of an operator, and what its first outputs hold. */
interface Case {
  op: string;
  /** Names of inputs and weights of the model. */
  input: string[];
  attr?: Record<string, WrittenAttribute>;
  expected: (readonly number[])[];
  shape?: number[];
}

const x = Float32Array.of(-2, -0.5, 0.5, 1, 3, 7); // [2, 3]
const n = Int32Array.of(-7, 5, 9); // [3]
const weights: Record<string, WrittenWeight> = {
  zero: scalar(0),
  one: scalar(1),
  two: scalar(2),
  three: scalar(3),
  last: list(-1),
  both: list(0, 1),
  half: scalar(0.5, "float32"),
  four: scalar(4, "float32"),
  row: { shape: [3], values: [1, 0, 2] },
  three_: { shape: [3], dtype: "int32", values: [2, -3, 4] },
  ends: list(0, 0),
  sizes: list(2, 2),
  begin: list(0, 3),
  stop: list(2, 0),
  back: list(1, -2),
  grown: { shape: [2, 2], dtype: "int32", values: [1, 0, 0, 2] },
  around: { shape: [2, 2], dtype: "int32", values: [0, 1, 1, 1] },
  swap: list(1, 0),
  shape32: list(3, -1),
  twice: list(1, 2),
  places: { shape: [2, 2], dtype: "int32", values: [1, 2, 0, 0] },
  rows: { shape: [2, 1], dtype: "int32", values: [3, 0] },
  big: list(4, 3),
  order: list(2, 0),
  wide: list(2, 2, 3),
  left: { shape: [1], dtype: "int32", values: [1] },
  parts: list(1, -1),
  isOn: { shape: [2], dtype: "bool", values: [1, 0] },
};

const bool = (...values: number[]) => values;
const cases: Case[] = [
  { op: "AddV2", input: ["x", "row"], expected: [[-1, -0.5, 2.5, 2, 3, 9]] },
  { op: "Sub", input: ["x", "half"], expected: [[-2.5, -1, 0, 0.5, 2.5, 6.5]] },
  { op: "RealDiv", input: ["x", "four"], expected: [[-0.5, -0.125, 0.125, 0.25, 0.75, 1.75]] },
  { op: "DivNoNan", input: ["x", "row"], expected: [[-2, 0, 0.25, 1, 0, 3.5]] },
  { op: "FloorDiv", input: ["n", "three_"], expected: [[-4, -2, 2]] },
  { op: "FloorMod", input: ["n", "three_"], expected: [[1, -1, 1]] },
  { op: "AddN", input: ["x", "x", "x"], expected: [[-6, -1.5, 1.5, 3, 9, 21]] },
  { op: "BiasAdd", input: ["x", "row"], expected: [[-1, -0.5, 2.5, 2, 3, 9]] },
  { op: "Less", input: ["x", "half"], expected: [bool(1, 1, 0, 0, 0, 0)] },
  { op: "LessEqual", input: ["x", "half"], expected: [bool(1, 1, 1, 0, 0, 0)] },
  { op: "Greater", input: ["x", "half"], expected: [bool(0, 0, 0, 1, 1, 1)] },
  { op: "Select", input: ["isOn", "x", "y"], expected: [[-2, -0.5, 0.5, 4, 5, 6]] },
  { op: "IsFinite", input: ["x"], expected: [bool(1, 1, 1, 1, 1, 1)] },
  { op: "ClipByValue", input: ["x", "half", "four"], expected: [[0.5, 0.5, 0.5, 1, 3, 4]] },
  { op: "LeakyRelu", input: ["x"], attr: { alpha: float(0.5) }, expected: [[-1, -0.25, 0.5, 1, 3, 7]] },
  { op: "Prelu", input: ["x", "row"], expected: [[-2, 0, 0.5, 1, 3, 7]] },
  { op: "Softsign", input: ["x"], expected: [[-2 / 3, -1 / 3, 1 / 3, 0.5, 0.75, 0.875]] },
  {
    op: "Selu",
    input: ["x"],
    expected: [[...x].map((v) => 1.0507009873554805 * (v < 0 ? 1.6732632423543772 * Math.expm1(v) : v))],
  },
  { op: "Sum", input: ["x", "last"], expected: [[-2, 11]] },
  { op: "Mean", input: ["x", "both"], attr: { keep_dims: flag(true) }, expected: [[1.5]], shape: [1, 1] },
  { op: "Max", input: ["x", "zero"], expected: [[1, 3, 7]] },
  { op: "Prod", input: ["n", "zero"], expected: [[-315]] },
  { op: "EuclideanNorm", input: ["y", "last"], expected: [[Math.sqrt(14), Math.sqrt(77)]] },
  { op: "ArgMax", input: ["x", "one"], expected: [[2, 2]] },
  { op: "ArgMin", input: ["x", "zero"], expected: [[0, 0, 0]] },
  {
    op: "Cumsum",
    input: ["y", "one"],
    attr: { exclusive: flag(true), reverse: flag(true) },
    expected: [[5, 3, 0, 11, 6, 0]],
  },
  {
    op: "TopKV2",
    input: ["x", "two"],
    expected: [
      [0.5, -0.5, 7, 3],
      [2, 1, 2, 1],
    ],
  },
  { op: "Reshape", input: ["x", "shape32"], expected: [[...x]], shape: [3, 2] },
  { op: "ExpandDims", input: ["x", "one"], expected: [[...x]], shape: [2, 1, 3] },
  { op: "Transpose", input: ["x", "swap"], expected: [[-2, 1, -0.5, 3, 0.5, 7]], shape: [3, 2] },
  { op: "Slice", input: ["x", "both", "sizes"], expected: [[-0.5, 0.5, 3, 7]] },
  { op: "StridedSlice", input: ["x", "begin", "stop", "back"], expected: [[0.5, 7]], shape: [2, 1] },
  {
    op: "StridedSlice",
    input: ["x", "both", "sizes", "twice"],
    attr: { shrink_axis_mask: int(1), end_mask: int(2) },
    expected: [[-0.5]],
    shape: [1],
  },
  {
    op: "Split",
    input: ["one", "x"],
    attr: { num_split: int(3) },
    expected: [
      [-2, 1],
      [-0.5, 3],
      [0.5, 7],
    ],
  },
  {
    op: "SplitV",
    input: ["x", "parts", "one"],
    expected: [
      [-2, 1],
      [-0.5, 0.5, 3, 7],
    ],
  },
  {
    op: "Unpack",
    input: ["x"],
    attr: { axis: int(0), num: int(2) },
    expected: [
      [-2, -0.5, 0.5],
      [1, 3, 7],
    ],
    shape: [3],
  },
  {
    op: "Pack",
    input: ["row", "row"],
    attr: { axis: int(1) },
    expected: [[1, 1, 0, 0, 2, 2]],
    shape: [3, 2],
  },
  { op: "ConcatV2", input: ["x", "y", "one"], expected: [[-2, -0.5, 0.5, 1, 2, 3, 1, 3, 7, 4, 5, 6]] },
  { op: "Tile", input: ["x", "twice"], expected: [[-2, -0.5, 0.5, -2, -0.5, 0.5, 1, 3, 7, 1, 3, 7]] },
  {
    op: "BroadcastTo",
    input: ["x", "wide"],
    expected: [[...x, ...x]],
    shape: [2, 2, 3],
  },
  { op: "Pad", input: ["row2", "grown"], expected: [[0, 0, 0, 0, 0, 1, 0, 2, 0, 0]], shape: [2, 5] },
  { op: "PadV2", input: ["row2", "grown", "half"], expected: [[0.5, 0.5, 0.5, 0.5, 0.5, 1, 0, 2, 0.5, 0.5]] },
  {
    op: "MirrorPad",
    input: ["y", "around"],
    attr: { mode: text("REFLECT") },
    expected: [[2, 1, 2, 3, 2, 5, 4, 5, 6, 5, 2, 1, 2, 3, 2]],
    shape: [3, 5],
  },
  {
    op: "MirrorPad",
    input: ["y", "around"],
    attr: { mode: text("SYMMETRIC") },
    expected: [[1, 1, 2, 3, 3, 4, 4, 5, 6, 6, 4, 4, 5, 6, 6]],
  },
  { op: "ReverseV2", input: ["x", "last"], expected: [[0.5, -0.5, -2, 7, 3, 1]] },
  { op: "GatherV2", input: ["x", "order", "one"], expected: [[0.5, -2, 7, 1]] },
  { op: "GatherNd", input: ["x", "places"], expected: [[7, -2]] },
  { op: "ScatterNd", input: ["rows", "y", "big"], expected: [[4, 5, 6, 0, 0, 0, 0, 0, 0, 1, 2, 3]] },
  { op: "OneHot", input: ["order", "three", "four", "half"], expected: [[0.5, 0.5, 4, 4, 0.5, 0.5]] },
  { op: "MatrixBandPart", input: ["x", "zero", "one"], expected: [[-2, -0.5, 0, 0, 3, 7]] },
  { op: "Fill", input: ["sizes", "half"], expected: [[0.5, 0.5, 0.5, 0.5]], shape: [2, 2] },
  { op: "ZerosLike", input: ["x"], expected: [[0, 0, 0, 0, 0, 0]] },
  { op: "Range", input: ["zero", "three", "one"], expected: [[0, 1, 2]] },
  { op: "LinSpace", input: ["half", "four", "three"], expected: [[0.5, 2.25, 4]] },
  { op: "Shape", input: ["x"], expected: [[2, 3]] },
  { op: "Cast", input: ["x"], attr: { DstT: { type: "DT_INT32" } }, expected: [[-2, 0, 0, 1, 3, 7]] },
  { op: "Cast", input: ["x"], attr: { DstT: { type: 10 } }, expected: [[1, 1, 1, 1, 1, 1]] },
  { op: "Cast", input: ["bytes"], attr: { DstT: { type: "DT_FLOAT" } }, expected: [[200, 1, 0]] },
  { op: "Mul", input: ["bytes", "three_"], expected: [[400, -3, 0]] },
  { op: "MatMul", input: ["x", "y"], attr: { transpose_b: flag(true) }, expected: [[-1.5, -7.5, 28, 61]] },
  {
    op: "MatMul",
    input: ["x", "column"],
    attr: { transpose_b: flag(true) },
    expected: [[-1, 15]],
    shape: [2, 1],
  },
  { op: "BatchMatMulV2", input: ["x", "y"], attr: { adj_y: flag(true) }, expected: [[-1.5, -7.5, 28, 61]] },
  {
    op: "Einsum",
    input: ["x", "y"],
    attr: { equation: text("ij,kj->ki") },
    expected: [[-1.5, 28, -7.5, 61]],
  },
];

const nodes = cases.map(
  ({ op, input, attr = {} }, i): WrittenNode => ({ name: `case${i}`, op, input, attr }),
);

test("each operator gives what TensorFlow's definition says", async () => {
  const outputs = Object.fromEntries(
    cases.flatMap(({ expected }, i) => expected.map((_, k) => [`case${i}_${k}`, `case${i}:${k}`])),
  );
  const found = await runWritten(
    {
      nodes,
      weights: {
        ...weights,
        row2: { shape: [1, 3], values: [1, 0, 2] },
        column: { shape: [1, 3], values: [1, 0, 2] },
      },
      inputs: {
        x: { shape: [2, 3] },
        y: { shape: [2, 3] },
        n: { shape: [3], dtype: "DT_INT32" },
        bytes: { shape: [3], dtype: "DT_UINT8" },
      },
      outputs,
    },
    [x, Float32Array.of(1, 2, 3, 4, 5, 6), n, Uint8Array.of(200, 1, 0)],
  );
  for (const [i, { op, expected, shape }] of cases.entries()) {
    for (const [k, values] of expected.entries()) {
      const output = found.get(`case${i}_${k}`);
      const place = `${op}, case ${i}, output ${k}`;
      if (shape !== undefined && k === 0) assert.equal([...(output?.shape ?? [])], shape, place);
      assert.is(output?.values.length, values.length, place);
      for (const [at, value] of values.entries()) {
        const difference = Math.abs((output?.values[at] as number) - value);
        assert.ok(difference <= 1e-5, `${place}: ${output?.values.join()} is not ${values.join()}`);
      }
    }
  }
});

test("each operator becomes what its table says", async () => {
  for (const [i, node] of nodes.entries()) {
    const graph = await importWritten({
      nodes: [node],
      weights: {
        ...weights,
        row2: { shape: [1, 3], values: [1, 0, 2] },
        column: { shape: [1, 3], values: [1, 0, 2] },
      },
      inputs: {
        x: { shape: [2, 3] },
        y: { shape: [2, 3] },
        n: { shape: [3], dtype: "DT_INT32" },
        bytes: { shape: [3], dtype: "DT_UINT8" },
      },
      outputs: { out: `case${i}` },
    });
    const known = ["reshape", ...(tensorflowMapping(node.op)?.becomes ?? [])];
    for (const { operator } of graph.nodes) assert.ok(known.includes(operator), `${node.op}: ${operator}`);
  }
});

test("recurring attributes may be numbers, texts of numbers, or lists of characters", async () => {
  const graph = await importWritten({
    nodes: [
      { name: "a", op: "Squeeze", input: ["x"], attr: { squeeze_dims: { list: { i: [1] } } } },
      { name: "b", op: "Unpack", input: ["a"], attr: { axis: { i: 0 }, num: ints() } },
      {
        name: "c",
        op: "MirrorPad",
        input: ["a", "around"],
        attr: { mode: { s: [...new TextEncoder().encode("REFLECT")] } },
      },
    ],
    weights,
    inputs: { x: { shape: [2, 1, 3] } },
    outputs: { b: "b:1", c: "c" },
  });
  assert.equal(
    graph.outputs.map((index) => graph.tensors[index]?.shape.join("x")),
    ["3", "3x5"],
  );
});

test.run();
