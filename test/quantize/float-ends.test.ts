import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { DType, Tensor } from "../../host/graph/tensor.js";
import { withoutFloatEnds } from "../../host/quantize/float-ends.js";

const tensor = (name: string, dtype: DType): Tensor => ({ name, dtype, shape: [2] });
const node = (operator: string, input: number, output: number) => ({
  name: operator,
  operator,
  attributes: {},
  inputs: [input],
  outputs: [output],
});

/** entry (float32) -> quantize -> inside -> relu -> result -> dequantize -> exit (float32), changed. */
function wrapped(change: (graph: { -readonly [K in keyof Graph]: Graph[K] }) => void = () => {}): Graph {
  const graph = {
    name: "wrapped",
    tensors: [
      tensor("entry", "float32"),
      tensor("inside", "int8"),
      tensor("result", "int8"),
      tensor("exit", "float32"),
      tensor("more", "float32"),
      tensor("also", "int8"),
    ],
    nodes: [node("quantize", 0, 1), node("relu", 1, 2), node("dequantize", 2, 3)],
    inputs: [0],
    outputs: [3],
  };
  change(graph);
  return graph;
}

/** Operators and names of the ends after `withoutFloatEnds`. */
function ends(graph: Graph): string {
  const { nodes, inputs, outputs, tensors } = withoutFloatEnds(graph);
  const names = (indices: readonly number[]): string => indices.map((i) => tensors[i]?.name).join(" ");
  return `${names(inputs)}: ${nodes.map(({ operator }) => operator).join(" ")}: ${names(outputs)}`;
}

test("both ends go where nothing else needs them", () => {
  assert.is(ends(wrapped()), "inside: relu: result");
});

test("an output that a node reads too keeps its dequantize", () => {
  const graph = wrapped((g) => {
    g.nodes = [...g.nodes, node("relu", 3, 4)];
    g.outputs = [3, 4];
  });
  assert.is(ends(graph), "inside: relu dequantize relu: exit more");
});

test("an output whose integers are constant keeps its dequantize", () => {
  const graph = wrapped((g) => {
    g.nodes = [node("quantize", 0, 1), node("relu", 1, 5), node("dequantize", 2, 3)];
    g.tensors = g.tensors.map((t, i) => (i === 2 ? { ...t, data: Int8Array.of(1, 2) } : t));
    g.outputs = [5, 3];
  });
  assert.is(ends(graph), "inside: relu dequantize: also exit");
});

test("an input that two nodes read keeps its quantize", () => {
  const graph = wrapped((g) => {
    g.nodes = [...g.nodes, node("quantize", 0, 5)];
    g.outputs = [3, 5];
  });
  assert.is(ends(graph), "entry: quantize relu quantize: result also");
});

test("an input whose integers are an output too keeps its quantize", () => {
  const graph = wrapped((g) => {
    g.outputs = [3, 1];
  });
  assert.is(ends(graph), "entry: quantize relu: result inside");
});

test("an input that is an output too keeps its quantize", () => {
  const graph = wrapped((g) => {
    g.outputs = [3, 0];
  });
  assert.is(ends(graph), "entry: quantize relu: result entry");
});

test("an input of integers keeps the quantize that rescales it", () => {
  const graph = wrapped((g) => {
    g.tensors = g.tensors.map((t, i) => (i === 0 ? tensor("entry", "uint8") : t));
  });
  assert.is(ends(graph), "entry: quantize relu: result");
});

test("a graph with neither end is returned as it is", () => {
  const graph = wrapped((g) => {
    g.nodes = [node("relu", 1, 2)];
    g.inputs = [1];
    g.outputs = [2];
  });
  assert.is(withoutFloatEnds(graph), graph);
});

test("a float input that something else than a quantize reads stays", () => {
  const graph = wrapped((g) => {
    g.nodes = [node("relu", 0, 4), node("relu6", 4, 3), node("dequantize", 2, 5)];
    g.inputs = [0, 2];
    g.outputs = [3, 5];
  });
  assert.is(ends(graph), "entry result: relu relu6: exit result");
});

test.run();
