import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { printGraph } from "../../host/graph/print.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { validateGraph } from "../../host/graph/validate.js";
import { checkOperators } from "../../host/ops/check.js";
import { foldConstants } from "../../host/passes/fold-constants.js";
import { removeDeadNodes } from "../../host/passes/remove-dead-nodes.js";
import { removeIdentities } from "../../host/passes/remove-identities.js";
import { assertGolden } from "../golden.js";

const int8 = (name: string, shape: number[], zeroPoint = -128): Tensor => ({
  name,
  dtype: "int8",
  shape,
  quantization: { scale: [0.5], zeroPoint: [zeroPoint], axis: 0 },
});

const float = (name: string, data?: number[]): Tensor => ({
  name,
  dtype: "float32",
  shape: [2],
  ...(data === undefined ? {} : { data: Float32Array.from(data) }),
});

test("float nodes of constants are computed, others stay", () => {
  const graph: Graph = {
    name: "constants",
    tensors: [
      float("input"),
      float("a", [1, -2]),
      float("b", [3, 5]),
      float("sum"),
      float("rectified"),
      float("out"),
    ],
    nodes: [
      { name: "sum", operator: "add", attributes: { activation: "none" }, inputs: [1, 2], outputs: [3] },
      { name: "relu", operator: "relu", attributes: {}, inputs: [3], outputs: [4] },
      { name: "out", operator: "add", attributes: { activation: "none" }, inputs: [0, 4], outputs: [5] },
    ],
    inputs: [0],
    outputs: [5],
  };
  const folded = foldConstants(graph);
  validateGraph(folded);
  checkOperators(folded);
  assert.equal(
    folded.nodes.map(({ name }) => name),
    ["out"],
  );
  assert.equal(folded.tensors[4]?.data, Float32Array.of(4, 3));
  assert.is(graph.tensors[4]?.data, undefined);
});

test("integers that doubles do not hold are left to kernels, but for ends of the range that are only moved or compared", () => {
  const most = 2n ** 63n - 1n;
  const folded = (operator: string, values: readonly bigint[], attributes: object = {}): unknown => {
    const wide = (name: string): Tensor => ({ name, dtype: "int64", shape: [values.length] });
    const graph: Graph = {
      name: "wide",
      tensors: [{ ...wide("a"), data: BigInt64Array.from(values) }, wide("b")],
      nodes: [{ name: "n", operator, attributes, inputs: operator === "add" ? [0, 0] : [0], outputs: [1] }],
      inputs: [],
      outputs: [1],
    };
    return foldConstants(graph).tensors[1]?.data;
  };
  const moved = (values: readonly bigint[]) => folded("reshape", values, { shape: [values.length] });
  assert.equal(moved([most, -most - 1n, 5n]), BigInt64Array.of(most, -most - 1n, 5n));
  assert.is(moved([most - 1n]), undefined);
  assert.is(folded("neg", [most]), undefined);
  assert.equal(folded("add", [2n ** 51n], { activation: "none" }), BigInt64Array.of(2n ** 52n));
  assert.is(folded("add", [2n ** 53n - 1n], { activation: "none" }), undefined);
});

test("a reshape into other parameters stays: its bytes mean something else", () => {
  const int16 = (name: string, scale: number): Tensor => ({
    name,
    dtype: "int16",
    shape: [2],
    quantization: { scale: [scale], zeroPoint: [0], axis: 0 },
  });
  for (const [scale, nodes] of [
    [0.5, ["after"]],
    [0.25, ["reshape", "after"]],
  ] as const) {
    const graph: Graph = {
      name: "parameters",
      tensors: [int16("in", 0.5), int16("between", scale), int16("out", scale)],
      nodes: [
        { name: "reshape", operator: "reshape", attributes: { shape: [2] }, inputs: [0], outputs: [1] },
        { name: "after", operator: "reshape", attributes: { shape: [2] }, inputs: [1], outputs: [2] },
      ],
      inputs: [0],
      outputs: [2],
    };
    assert.equal(
      removeIdentities(graph).nodes.map(({ name }) => name),
      [...nodes],
    );
  }
});

test("nodes that change no byte go, and their readers read on", () => {
  const graph: Graph = {
    name: "identities",
    tensors: [
      int8("input", [1, 4]),
      int8("same shape", [1, 4]),
      int8("rectified", [1, 4]),
      int8("other zero point", [1, 4], 3),
      int8("rectified at 3", [1, 4], 3),
      int8("reshaped", [4], 3),
    ],
    nodes: [
      { name: "reshape", operator: "reshape", attributes: { shape: [1, 4] }, inputs: [0], outputs: [1] },
      { name: "relu", operator: "relu", attributes: {}, inputs: [1], outputs: [2] },
      { name: "requantize", operator: "quantize", attributes: {}, inputs: [2], outputs: [3] },
      { name: "relu at 3", operator: "relu", attributes: {}, inputs: [3], outputs: [4] },
      { name: "flatten", operator: "reshape", attributes: { shape: [4] }, inputs: [4], outputs: [5] },
    ],
    inputs: [0],
    outputs: [5],
  };
  checkOperators(graph);
  const result = removeDeadNodes(removeIdentities(graph));
  validateGraph(result);
  checkOperators(result);
  assertGolden("remove-identities.txt", `before\n${printGraph(graph)}\nafter\n${printGraph(result)}`);
  assert.equal(
    result.nodes.map(({ name }) => name),
    ["requantize", "relu at 3", "flatten"],
  );
});

test.run();
