import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import { elementCount } from "../../host/graph/tensor.js";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { runPasses } from "../../host/passes/index.js";
import { moveTransposes } from "../../host/passes/move-transposes.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { constant, type WrittenNode, writeOnnx } from "../import/onnx/onnx-writer.js";
import { type Choices, choices } from "../link/random-numbers.js";

const wave = (name: string, shape: readonly number[]) =>
  constant(
    name,
    "float32",
    shape,
    Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(3 * i + name.length)),
  );

const constants = [
  wave("w1", [4, 3, 3, 3]),
  wave("w2", [4, 4, 3, 3]),
  wave("line1", [4, 3, 3]),
  wave("line2", [4, 4, 3]),
  wave("gain", [4, 1]),
  wave("dw", [4, 1, 3, 3]),
  wave("scale", [4, 1, 1]),
  wave("slope", [4, 1, 1]),
  wave("dense", [4 * 6 * 5, 7]),
  wave("half", [90, 7]),
  wave("shift", []),
  constant("rows", "int64", [2], [2, 90]),
  constant("zero", "int64", [1], [0]),
  constant("one", "int64", [1], [1]),
  constant("border", "int64", [8], [0, 0, 1, 0, 0, 0, 0, 1]),
];

const import_ = (nodes: WrittenNode[], output: string, shape = [2, 3, 6, 5]): Promise<Graph> =>
  importModel(
    "model.onnx",
    writeOnnx({
      graph: {
        nodes,
        constants,
        inputs: [{ name: "x", dtype: "float32", shape }],
        outputs: [{ name: output, dtype: "float32" }],
      },
    }),
    () => new Uint8Array(0),
  );

const node = (operator: string, inputs: string[], output: string, attributes = {}): WrittenNode => ({
  operator,
  inputs,
  outputs: [output],
  attributes,
});

const views = ({ nodes, tensors }: Graph) =>
  nodes.flatMap(({ operator, outputs }) =>
    operator === "view" ? [tensors[outputs[0] as number]?.shape.join("x")] : [],
  );

const pads = { pads: [1, 1, 1, 1] };

/** What the graph answers to waves. */
async function answer(graph: Graph, passes?: []): Promise<Float32Array> {
  const { wasm } = await buildModel(graph, passes === undefined ? {} : { passes });
  const runner = await openRunner("node", wasm, openModule(wasm));
  const input = Float32Array.from({ length: 180 }, (_, i) => Math.cos(i));
  runner.writeInput(0, new Uint8Array(input.buffer));
  runner.run();
  const output = new Float32Array(runner.readOutput(0).slice().buffer);
  runner.close();
  return output;
}

async function assertSame(graph: Graph): Promise<void> {
  const [moved, plain] = [await answer(graph), await answer(graph, [])];
  assert.is(moved.length, plain.length);
  for (const [i, value] of plain.entries())
    assert.ok(Math.abs(value - (moved[i] as number)) <= 1e-4 * Math.max(1, Math.abs(value)), `element ${i}`);
}

test("a network with channels first has one transposition left, that of its input", async () => {
  const graph = await import_(
    [
      node("Conv", ["x", "w1"], "a", pads),
      node("Relu", ["a"], "b"),
      node("Conv", ["b", "dw"], "c", { ...pads, group: 4 }),
      node("Mul", ["c", "scale"], "d"),
      node("Add", ["d", "b"], "e"),
      node("PRelu", ["e", "slope"], "f"),
      node("GlobalAveragePool", ["f"], "h"),
      node("Mul", ["f", "h"], "i"),
      node("Flatten", ["i"], "j"),
      node("MatMul", ["j", "dense"], "y"),
    ],
    "y",
  );
  assert.ok(views(graph).length >= 5, views(graph).join());
  assert.equal(views(runPasses(graph)), ["2x6x5x3"]);
  await assertSame(graph);
});

test("a fully connected layer of a part of a tensor reads that part alone", async () => {
  const graph = await import_(
    [
      node("Transpose", ["x"], "last", { perm: [0, 2, 3, 1] }),
      node("Reshape", ["last", "rows"], "flat"),
      node("Slice", ["flat", "zero", "one"], "row"),
      node("MatMul", ["row", "half"], "y"),
    ],
    "y",
  );
  await assertSame(graph);
});

test("signals are pictures of height 1: they have one transposition left, too", async () => {
  const pads = { pads: [1, 1] };
  const graph = await import_(
    [
      node("Conv", ["x", "line1"], "a", pads),
      node("Tanh", ["a"], "b"),
      node("Mul", ["b", "gain"], "c"),
      node("Conv", ["c", "line2"], "d", pads),
      node("Add", ["d", "b"], "e"),
      node("MaxPool", ["e"], "f", { kernel_shape: [2], strides: [2] }),
      node("ReduceMean", ["f"], "y", { axes: [2], keepdims: 0 }),
    ],
    "y",
    [2, 3, 30],
  );
  assert.equal(views(runPasses(graph)), ["2x1x30x3"]);
  await assertSame(graph);
});

test("where an output has its channels first, it is put in order once, at the end", async () => {
  const graph = await import_(
    [node("Conv", ["x", "w1"], "a", pads), node("Sigmoid", ["a"], "b"), node("Add", ["b", "shift"], "y")],
    "y",
  );
  assert.equal(views(runPasses(graph)), ["2x6x5x3", "2x4x6x5"]);
  await assertSame(graph);
});

test("a graph in which moving makes nothing less is left as it is", async () => {
  const graph = await import_(
    [node("Transpose", ["x"], "a", { perm: [0, 2, 3, 1] }), node("Relu", ["a"], "y")],
    "y",
  );
  assert.is(moveTransposes(graph), graph);
});

/** Nodes that keep [2, 4, 6, 5], and some that do not care. */
function randomNetwork({ pick, below, chance }: Choices): { nodes: WrittenNode[]; output: string } {
  const nodes = [node("Conv", ["x", "w1"], "t0", pads)];
  const names = ["t0"];
  const step = [
    (a: string, to: string) => node("Conv", [a, "w2"], to, pads),
    (a: string, to: string) => node("Conv", [a, "dw"], to, { ...pads, group: 4 }),
    (a: string, to: string) => node("Relu", [a], to),
    (a: string, to: string) => node("Tanh", [a], to),
    (a: string, to: string) => node("Mul", [a, "scale"], to),
    (a: string, to: string) => node("Add", [a, "shift"], to),
    (a: string, to: string) => node("Add", [a, pick(names)], to),
    (a: string, to: string) => node("Max", [a, pick(names)], to),
    (a: string, to: string) => node("MaxPool", [a], to, { ...pads, kernel_shape: [3, 3] }),
  ];
  for (let count = 2 + below(6); count > 0; count--) {
    const to = `t${names.length}`;
    nodes.push(pick(step)(chance(0.7) ? (names.at(-1) as string) : pick(names), to));
    names.push(to);
  }
  const last = names.at(-1) as string;
  const ends = [
    node("ReduceMean", [last], "y", { axes: [2, 3], keepdims: below(2) }),
    node("Concat", [last, pick(names)], "y", { axis: below(4) }),
    node("Flatten", [last], "y", { axis: below(3) }),
    node("Transpose", [last], "y", {
      perm: pick([
        [0, 2, 3, 1],
        [3, 2, 1, 0],
        [1, 0, 2, 3],
      ]),
    }),
    node("Pad", [last, "border"], "y"),
    node("Softmax", [last], "y", { axis: 1 }),
    node("ReduceSum", [last], "y", { keepdims: 0 }),
  ];
  return { nodes: [...nodes, pick(ends)], output: "y" };
}

test("random networks answer the same with and without passes, and move no more", async () => {
  const source = choices(11);
  for (let i = 0; i < 25; i++) {
    const { nodes, output } = randomNetwork(source);
    const graph = await import_(nodes, output);
    const moved = (graph: Graph) =>
      graph.nodes.reduce((sum, { operator, outputs }) => {
        const shape = graph.tensors[outputs[0] as number]?.shape ?? [];
        return sum + (operator === "view" ? elementCount(shape) : 0);
      }, 0);
    assert.ok(moved(runPasses(graph)) <= moved(graph));
    await assertSame(graph);
  }
});

test.run();
