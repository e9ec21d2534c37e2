import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Graph } from "../../host/graph/graph.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { openModule } from "../../host/package/open.js";
import { runPasses } from "../../host/passes/index.js";
import { integerThresholds } from "../../host/passes/integer-thresholds.js";
import { buildModel } from "../../host/pipeline.js";
import { quantizeGraph } from "../../host/quantize/quantize-graph.js";
import { openRunner } from "../../host/run/index.js";
import { type Drawn, draw, inputsOf } from "../ops/matrix/forests.js";
import { plain } from "../ops/quantized-tensors.js";

/** Features of int8 (input 0), dequantized (1), and trees that read those. */
function dequantized(drawn: Drawn): Graph {
  const [input, ...tables] = inputsOf(drawn) as [Tensor, ...Tensor[]];
  const targets = drawn.base.length;
  const output = { ...plain([...input.shape.slice(0, -1), targets]), name: "output" };
  return {
    name: "trees",
    tensors: [input, { ...plain(input.shape), name: "features" }, output, ...tables],
    nodes: [
      { name: "features", operator: "dequantize", attributes: {}, inputs: [0], outputs: [1] },
      {
        name: "output",
        operator: "treeEnsemble",
        attributes: { aggregate: drawn.aggregate },
        inputs: [1, ...tables.map((_, i) => 3 + i)],
        outputs: [2],
      },
    ],
    inputs: [0],
    outputs: [2],
  };
}

async function outputOf(graph: Graph, values: Int8Array, integers: boolean): Promise<Uint8Array> {
  const passes = integers ? [{ name: "integer-thresholds", apply: integerThresholds }] : [];
  const { wasm } = await buildModel(graph, { passes });
  const runner = await openRunner("node", wasm, openModule(wasm));
  await runner.writeInput(0, new Uint8Array(values.buffer));
  await runner.run();
  const output = await runner.readOutput(0);
  await runner.close();
  return output;
}

test("trees give the bits of the dequantized features from the int8 features themselves", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const drawn = draw(seed, { dtype: "int8", features: 6 });
    const graph = dequantized(drawn);
    const changed = runPasses(graph);
    assert.equal(
      changed.nodes.map(({ operator, inputs }) => [operator, inputs[0]]),
      [["treeEnsemble", changed.inputs[0]]],
    );
    const values = drawn.values as Int8Array;
    assert.equal(await outputOf(graph, values, true), await outputOf(graph, values, false), `seed ${seed}`);
  }
});

test("trees read floats where those come from integers of another width, or from none", () => {
  const drawn = draw(1, { dtype: "int8", features: 6 });
  const graph = dequantized(drawn);
  const int16 = { ...(graph.tensors[0] as Tensor), dtype: "int16" } as const;
  const wide = { ...graph, tensors: [int16, ...graph.tensors.slice(1)] };
  assert.is(integerThresholds(wide), wide);
  const float = { ...graph, nodes: graph.nodes.slice(1), inputs: [1] };
  assert.is(integerThresholds(float), float);
});

test("a model of trees is quantized with samples: int8 features, compared as integers", () => {
  const drawn = draw(2, { dtype: "float32", features: 6 });
  const values = Float32Array.from(drawn.values, (value) => (Number.isNaN(value) ? 0 : value));
  const graph = dequantized({
    ...drawn,
    aggregate: "sum",
    leaves: drawn.leaves.map((leaf) => leaf.map(() => 0.5)),
  });
  const float = { ...graph, nodes: graph.nodes.slice(1), inputs: [1] };
  const int8 = runPasses(quantizeGraph(float, [[values]]));
  assert.equal(
    int8.nodes.map(({ operator }) => operator),
    ["treeEnsemble", "quantize"],
  );
  assert.is(int8.tensors[int8.inputs[0] as number]?.dtype, "int8");
});

test("a classifier's labels stay integers where its scores are quantized", async () => {
  const drawn = draw(6, { dtype: "float32", features: 6 });
  const threshold = (feature: number, value: number) => ({ feature, threshold: value, missing: false });
  const root = { ...threshold(0, 0), first: 0, second: { ...threshold(1, 1), first: 1, second: 2 } };
  const leaves = [
    [0.7, 0.2, 0.1],
    [0.1, 0.8, 0.1],
    [0, 0.3, 0.7],
  ];
  const trees = [{ root, target: 0 }];
  const input = plain([4, 2]);
  const own: Drawn = { ...drawn, input, aggregate: "sum", trees, leaves, base: [0, 0, 0] };
  const { tensors, nodes } = dequantized(own);
  const labels: Tensor = {
    name: "labels",
    dtype: "int64",
    shape: [3],
    data: BigInt64Array.of(10n, 20n, 30n),
  };
  const first = tensors.length;
  const graph: Graph = {
    name: "classifier",
    tensors: [
      ...tensors,
      labels,
      { ...plain([4], "int64"), name: "best" },
      { ...plain([4], "int64"), name: "label" },
    ],
    nodes: [
      ...nodes.slice(1),
      {
        name: "best",
        operator: "argMax",
        attributes: { axis: 1, index: "int64" },
        inputs: [2],
        outputs: [first + 1],
      },
      {
        name: "label",
        operator: "gather",
        attributes: { axis: 0, batchDims: 0, axes: 1 },
        inputs: [first, first + 1],
        outputs: [first + 2],
      },
    ],
    inputs: [1],
    outputs: [first + 2, 2],
  };
  const rows = Float32Array.of(-1, 0, 1, 0, 1, 1.5, -0.5, 2);
  const { wasm, manifest } = await buildModel(graph, { calibration: [[rows]] });
  assert.is(manifest.inputs[0]?.dtype, "int8");
  const runner = await openRunner("node", wasm, openModule(wasm));
  const { scale = 1, zeroPoint = 0 } = manifest.inputs[0] ?? {};
  const codes = Int8Array.from(rows, (value) => Math.round(value / scale) + zeroPoint);
  await runner.writeInput(0, new Uint8Array(codes.buffer));
  await runner.run();
  const label = new BigInt64Array(Uint8Array.from(await runner.readOutput(0)).buffer);
  await runner.close();
  assert.equal([...label], [10n, 20n, 30n, 10n]);
});

test.run();
