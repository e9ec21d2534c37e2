import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { loweringOf } from "../../host/lower/index.js";
import { lowerGraph, type Program } from "../../host/lower/lower.js";
import { planMemory } from "../../host/plan/plan.js";

const int8 = (name: string, shape: number[], scale = 1): Tensor => ({
  name,
  dtype: "int8",
  shape,
  quantization: { scale: [scale], zeroPoint: [0], axis: 0 },
});

const constant = (name: string, shape: number[], values: readonly number[], scale = 1): Tensor => ({
  ...int8(name, shape, scale),
  data: Int8Array.from(values),
});

const lower = (graph: Graph): Program => lowerGraph(graph, planMemory(graph, loweringOf));

/** An input followed by constants, put together. */
function joined(...constants: readonly number[][]): Program {
  const [length] = constants.map(({ length }) => length) as [number];
  const outputs = (constants.length + 1) * length;
  return lower({
    name: "joined",
    tensors: [
      int8("input", [length]),
      ...constants.map((values, i) => constant(`constant ${i}`, [length], values)),
      int8("output", [outputs]),
    ],
    nodes: [
      {
        name: "join",
        operator: "concatenation",
        attributes: { axis: 0 },
        inputs: [0, ...constants.map((_, i) => i + 1)],
        outputs: [constants.length + 1],
      },
    ],
    inputs: [0],
    outputs: [constants.length + 1],
  });
}

/** What the calls of `readRows` read, in their order. */
function constantsOf({ steps, weights }: Program, length: number): number[][] {
  return steps
    .flatMap(({ calls }) => calls)
    .filter(({ kernel }) => kernel === "readRows")
    .map(({ values }) => {
      const at = Number(values.weights);
      assert.is(at % 16, 0, "constants lie at multiples of 16");
      return [...new Int8Array(weights.slice(at, at + length).buffer)];
    });
}

test("constants are kept once where they are equal, and apart where only their hashes are", () => {
  const one = [8, -65, -46, 36, 24, -62, 107, -115];
  const other = [99, 77, -1, 111, 44, -36, -62, -73];
  assert.equal(constantsOf(joined(one, other), 8), [one, other]);
  const twice = joined(one, one);
  assert.equal(constantsOf(twice, 8), [one, one]);
  const offsets = twice.steps[0]?.calls.flatMap(({ values }) => values.weights ?? []);
  assert.is(new Set(offsets).size, 1);
});

test("blocks of any length begin at multiples of 16, within the section", () => {
  for (const length of [1, 2, 7, 16, 17]) {
    const values = [3, 4, 5].map((start) => Array.from({ length }, (_, i) => (start * i) % 100));
    const program = joined(...values);
    assert.equal(constantsOf(program, length), values);
    for (const { block } of program.steps.flatMap(({ calls }) => calls)) {
      assert.is(block % 16, 0);
      assert.ok(block < program.weights.length);
    }
  }
});

/** Two layers after each other, each with the scale of its weights. */
function layers(first: number, second: number): string[] {
  const attributes = { activation: "none", keepAxes: false };
  const program = lower({
    name: "layers",
    tensors: [
      int8("input", [1, 1]),
      constant("weights 0", [1, 1], [1], first),
      int8("between", [1, 1]),
      constant("weights 1", [1, 1], [2], second),
      int8("output", [1, 1]),
    ],
    nodes: [
      { name: "first", operator: "fullyConnected", attributes, inputs: [0, 1, -1], outputs: [2] },
      { name: "second", operator: "fullyConnected", attributes, inputs: [2, 3, -1], outputs: [4] },
    ],
    inputs: [0],
    outputs: [4],
  });
  return program.steps.flatMap(({ calls }) => calls.map(({ kernel }) => kernel));
}

test("a kernel that shifts either way is taken where a call needs it, and then for all calls", () => {
  const [right, either] = ["fullyConnectedInt8", "fullyConnectedEitherWayInt8"];
  assert.equal(layers(0.1, 0.1), [right, right]);
  assert.equal(layers(8, 8), [either, either]);
  assert.equal(layers(0.1, 8), [either, either]);
  assert.equal(layers(8, 0.1), [either, either]);
});

test("state beyond any address is refused before addresses are written", () => {
  const attributes = { hop: 8, history: 2 ** 28, frame: 8, every: 1, shape: [1000, 8] };
  const graph: Graph = {
    name: "delay",
    tensors: [int8("input", [1000, 8]), int8("output", [1000, 8])],
    nodes: [{ name: "delay", operator: "frames", attributes, inputs: [0], outputs: [1], variables: [0, 1] }],
    inputs: [0],
    outputs: [1],
    variables: [int8("history", [1000, 2 ** 28]), { name: "countdown", dtype: "int32", shape: [] }],
  };
  assert.throws(
    () => lower(graph),
    (error: unknown) => error instanceof WasmoteError && error.code === "memory-exceeded",
  );
});

test.run();
