import { test } from "uvu";
import * as assert from "uvu/assert";
import { placeFields } from "../../host/abi/block.js";
import {
  fullyConnectedParameters,
  storedFullyConnectedParameters,
  storedWindowParameters,
  windowParameters,
} from "../../host/abi/parameters.js";
import { Execution } from "../../host/evaluate/execution.js";
import { bind, type Graph } from "../../host/graph/graph.js";
import {
  type DType,
  elementCount,
  type NarrowStorage,
  narrowStorages,
  type Tensor,
} from "../../host/graph/tensor.js";
import { packageKernels } from "../../host/kernels/library.js";
import { loweringOf } from "../../host/lower/index.js";
import { lowerGraph, type Program } from "../../host/lower/lower.js";
import { fitsStorage, groupMultiplier } from "../../host/numerics/narrow-weights.js";
import { rowMatrix } from "../../host/ops/weight-matrix.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { planMemory } from "../../host/plan/plan.js";
import { openRunner } from "../../host/run/index.js";
import { drawNarrow } from "../ops/convolution/product-cases.js";
import { random } from "../ops/harness.js";

const window = {
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  padding: { top: 1, bottom: 1, left: 1, right: 1 },
  activation: "none",
};

/** Nodes of each operator that takes weights in tiles: attributes, shapes of input, weights and output. */
const nodes: readonly [string, object, number[], number[], number[]][] = [
  ["conv2d", window, [1, 4, 4, 20], [10, 3, 3, 20], [1, 4, 4, 10]],
  ["conv2d", window, [1, 4, 4, 24], [10, 3, 3, 12], [1, 4, 4, 10]],
  ["fullyConnected", { activation: "none", keepAxes: false }, [2, 75], [9, 75], [2, 9]],
  ["depthwiseConv2d", window, [1, 4, 4, 9], [1, 3, 3, 9], [1, 4, 4, 9]],
  ["depthwiseConv2d", window, [1, 4, 4, 1], [1, 3, 3, 24], [1, 4, 4, 24]],
  [
    "transposeConv2d",
    {
      strideHeight: 2,
      strideWidth: 2,
      padding: window.padding,
      outputHeight: 6,
      outputWidth: 6,
      activation: "none",
    },
    [1, 3, 3, 12],
    [7, 3, 3, 12],
    [1, 6, 6, 7],
  ],
];

const quantized = (dtype: DType): Pick<Tensor, "quantization"> =>
  dtype === "float32"
    ? {}
    : { quantization: { scale: [0.05], zeroPoint: [dtype === "int8" ? 3 : 0], axis: 0 } };

/** A graph of one node whose weights have, or are said to have, the form of a storage. */
function graphOf(
  [operator, attributes, input, weights, output]: (typeof nodes)[number],
  dtype: DType,
  stored: NarrowStorage | undefined,
  draw: (storage: NarrowStorage | undefined) => Int8Array,
): Graph {
  const axis = operator === "depthwiseConv2d" ? 3 : 0;
  const scale = Array.from({ length: weights[axis] as number }, (_, n) => 0.01 + n / 1000);
  return {
    name: operator,
    tensors: [
      { name: "input", dtype, shape: input, ...quantized(dtype) },
      {
        name: "weights",
        dtype: "int8",
        shape: weights,
        data: draw(stored),
        quantization: { scale, zeroPoint: scale.map(() => 0), axis },
        ...(stored === undefined ? {} : { stored }),
      },
      { name: "output", dtype, shape: output, ...quantized(dtype) },
    ],
    nodes: [{ name: operator, operator, attributes, inputs: [0, 1, -1], outputs: [2] }],
    inputs: [0],
    outputs: [2],
  };
}

const lowered = (graph: Graph): Program => lowerGraph(graph, planMemory(graph, loweringOf));

/** Draws weights of a node that have the form of a storage, or any. */
const drawer =
  ([operator, , input, weights]: (typeof nodes)[number], seed: number) =>
  (storage: NarrowStorage | undefined): Int8Array => {
    const { integer, int8s } = random(seed);
    return storage === undefined
      ? int8s(elementCount(weights))
      : drawNarrow(integer, { operator, input, weights }, storage);
  };

test("the bytes of weights in every storage are known without building", () => {
  for (const [i, node] of nodes.entries()) {
    for (const dtype of ["int8", "int16", "float32"] as const) {
      for (const stored of [undefined, ...narrowStorages]) {
        const graph = graphOf(node, dtype, stored, drawer(node, i));
        const bound = bind(graph, graph.nodes[0] as (typeof graph.nodes)[number]);
        const told = loweringOf(node[0]).sectionBytes?.(bound, stored);
        assert.is(told, lowered(graph).weights.length, `${node[0]} ${i}, ${dtype}, ${stored}`);
      }
    }
  }
});

test("a layer of 64 by 640 takes 4, 4.25, 4 and 2 bits a weight, with what comes once", () => {
  const node: (typeof nodes)[number] = [
    "fullyConnected",
    { activation: "none", keepAxes: false },
    [1, 640],
    [64, 640],
    [1, 64],
  ];
  const [tiles, block, weights] = [16, 64, 64 * 640];
  const tables = { int4: 0, "int4-groups": 0, table16: 16, table4: 32 };
  const bits = { int4: 4, "int4-groups": 4.25, table16: 4, table4: 2 };
  for (const stored of narrowStorages) {
    const { length } = lowered(graphOf(node, "int8", stored, drawer(node, 1))).weights;
    assert.is(length, block + tables[stored] + tiles * 48 + (weights * bits[stored]) / 8, stored);
  }
});

test("weights that have not the form that is said, or would not get smaller, are stored in 8 bits", () => {
  for (const [i, node] of nodes.entries()) {
    const whole = drawer(node, i)(undefined);
    const plain = lowered(graphOf(node, "int8", undefined, () => whole));
    for (const stored of narrowStorages)
      assert.equal(lowered(graphOf(node, "int8", stored, () => whole)), plain, `${node[0]}, ${stored}`);
  }
  const tiny: (typeof nodes)[number] = ["fullyConnected", nodes[2]?.[1] as object, [1, 4], [4, 4], [1, 4]];
  const four = Int8Array.from({ length: 16 }, (_, i) => 30 * (i & 3));
  const [kernel] = lowered(graphOf(tiny, "int8", "table4", () => four)).steps[0]?.calls ?? [];
  assert.is(kernel?.kernel, "fullyConnectedInt8");
});

test("one kernel runs the convolutions of both kinds of a model, with the bytes that it gives without", async () => {
  const conv = nodes[0] as (typeof nodes)[number];
  const narrow = drawer(conv, 5)("int4-groups");
  const [stored, plain] = ["int4-groups" as const, undefined].map((form): Graph => {
    const first = graphOf(conv, "int8", form, () => narrow);
    const second = graphOf(
      ["conv2d", window, [1, 4, 4, 10], [6, 3, 3, 10], [1, 4, 4, 6]],
      "int8",
      undefined,
      () => random(6).int8s(6 * 90),
    );
    const [, weights, output] = second.tensors as [Tensor, Tensor, Tensor];
    return {
      ...first,
      tensors: [...first.tensors, { ...weights, name: "w2" }, { ...output, name: "output2" }],
      nodes: [
        ...first.nodes,
        { name: "second", operator: "conv2d", attributes: window, inputs: [2, 3, -1], outputs: [4] },
      ],
      outputs: [4],
    };
  }) as [Graph, Graph];
  const input = random(7).int8s(320);
  const outputs: (readonly number[])[] = [];
  for (const graph of [stored, plain]) {
    const built = await buildModel(graph);
    const kernels = new Set(built.program.steps.flatMap(({ calls }) => calls.map(({ kernel }) => kernel)));
    assert.equal([...kernels], [graph === stored ? "conv2dStoredInt8" : "conv2dInt8"]);
    for (const [name, tier] of [
      ["node", "portable"],
      ["wasm3", "portable"],
      ["wasm3", "accelerated"],
    ] as const) {
      const runner = await openRunner(name, built.wasm, openModule(built.wasm), { tier });
      runner.writeInput(0, new Uint8Array(input.buffer));
      runner.run();
      outputs.push([...runner.readOutput(0)]);
      runner.close();
    }
  }
  for (const output of outputs) assert.equal(output, outputs[0]);
});

test("however sums are shifted, weights in few bits give the bytes that they give in 8", async () => {
  const open = (graph: Graph) => Execution.open(graph, [packageKernels()]);
  const seen = new Set<number>();
  for (const [i, node] of nodes.entries())
    for (const stored of narrowStorages)
      for (const scale of [1e-4, 4e-4, 0.05, 1]) {
        const outputs: number[][] = [];
        for (const form of [stored, undefined]) {
          const given = graphOf(node, "int8", form, () => drawer(node, i)(stored));
          const [input, weights, output] = given.tensors as [Tensor, Tensor, Tensor];
          const quantization = { scale: [scale], zeroPoint: [0], axis: 0 };
          const running = await open({ ...given, tensors: [input, weights, { ...output, quantization }] });
          const codes = random(i)
            .int8s(elementCount(input.shape))
            .map((value) => 3 + (value >> 6));
          (running.elements(0) as Int8Array).set(codes);
          running.run();
          outputs.push(Array.from(running.elements(2) as Int8Array));
        }
        assert.equal(outputs[0], outputs[1], `${node[0]} ${i}, ${stored}, ${scale}`);
        for (const value of outputs[0] ?? []) seen.add(value);
      }
  assert.ok(seen.size > 50);
});

test("blocks of kernels for narrow weights begin as those of the others", () => {
  const offsets = (of: Parameters<typeof placeFields>[0]): string[] =>
    placeFields(of).map(({ name, offset }) => `${name} ${offset}`);
  assert.equal(offsets(storedWindowParameters), offsets(windowParameters));
  const plain = offsets(fullyConnectedParameters);
  assert.equal(offsets(storedFullyConnectedParameters).slice(0, plain.length), plain);
});

test("a group's multiplier is the least of which all of its values are multiples by -8..7", () => {
  assert.is(groupMultiplier([0, 0, 0, 0]), 1);
  assert.is(groupMultiplier([-8, 7]), 1);
  assert.is(groupMultiplier([-16, 14]), 2);
  assert.is(groupMultiplier([8, 0]), 2);
  assert.is(groupMultiplier([-120, 105]), 15);
  for (const none of [[8, 1], [106], [-121], [127, -128]]) assert.is(groupMultiplier(none), undefined);
  const matrix = rowMatrix(4, 8);
  const data = Int8Array.from({ length: 32 }, (_, i) => (i % 8 < 4 ? 1 : 15) * 7);
  assert.ok(fitsStorage(data, "int4-groups", matrix));
  data[0] = 8;
  assert.not.ok(fitsStorage(data, "int4-groups", matrix));
});

test.run();
