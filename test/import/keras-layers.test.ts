import { test } from "uvu";
import * as assert from "uvu/assert";
import { UnsupportedModelError, type WasmoteError } from "../../host/errors.js";
import { type Graph, tensorAt } from "../../host/graph/graph.js";
import { validateGraph } from "../../host/graph/validate.js";
import { requireGraph } from "../../host/import/imported.js";
import { buildGraph } from "../../host/import/keras/build-graph.js";
import type { KerasWeight } from "../../host/import/keras/container.js";
import { foldScales } from "../../host/passes/fold-scales.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { fixtureFolder, openFolder } from "./tfjs-fixtures.js";

type Config = Record<string, unknown>;
type Weights = Record<string, [shape: number[], values: number[]]>;

const layer = (class_name: string, config: Config) => ({ class_name, config });

function weightMap(weights: Weights): Map<string, KerasWeight> {
  return new Map(
    Object.entries(weights).map(([name, [shape, values]]) => [
      name,
      { shape, values: Float32Array.from(values) },
    ]),
  );
}

/** A Sequential model on one input of `shape`, without its batch. */
function sequential(shape: number[], layers: unknown[], weights: Weights = {}): Graph {
  const input = layer("InputLayer", { name: "in", batch_input_shape: [null, ...shape], dtype: "float32" });
  const topology = { class_name: "Sequential", config: { name: "m", layers: [input, ...layers] } };
  const graph = requireGraph(buildGraph({ topology, weights: weightMap(weights) }, "otherwise"));
  validateGraph(graph);
  return graph;
}

function run(graph: Graph, ...inputs: number[][]): number[] {
  const values = runFloat(
    graph,
    inputs.map((input) => Float32Array.from(input)),
  );
  return Array.from(values[graph.outputs[0] as number] as Float32Array);
}

const operators = (graph: Graph): string[] => foldScales(graph).nodes.map(({ operator }) => operator);

function refusals(action: () => unknown): string[] {
  try {
    action();
  } catch (error) {
    if (error instanceof UnsupportedModelError) return error.refusals.map(({ reason }) => reason);
    throw error;
  }
  throw new Error("nothing was refused");
}

test("ReLU: limit, slope and threshold in all combinations", () => {
  const relu = (config: Config) => sequential([4], [layer("ReLU", { name: "r", ...config })]);
  assert.equal(run(relu({}), [-2, 1, 6, 9]), [0, 1, 6, 9]);
  assert.equal(run(relu({ max_value: null, threshold: 0 }), [-2, 1, 6, 9]), [0, 1, 6, 9]);
  assert.equal(run(relu({ max_value: 6 }), [-2, 1, 6, 9]), [0, 1, 6, 6]);
  assert.equal(run(relu({ negative_slope: 0.5 }), [-2, 1, 6, 9]), [-1, 1, 6, 9]);
  assert.equal(run(relu({ max_value: 4 }), [-2, 1, 6, 9]), [0, 1, 4, 4]);
  assert.equal(run(relu({ threshold: 2 }), [-2, 1, 2, 9]), [0, 0, 0, 9]);
  assert.equal(
    run(relu({ max_value: 6, threshold: 2, negative_slope: 0.5 }), [-2, 1, 2, 9]),
    [-2, -0.5, 0, 6],
  );
});

test("dropout and its kin leave no trace", () => {
  const graph = sequential(
    [2],
    [
      layer("Dropout", { name: "d", rate: 0.5 }),
      layer("GaussianNoise", { name: "g", stddev: 1 }),
      layer("Activation", { name: "a", activation: "relu" }),
      layer("SpatialDropout2D", { name: "s", rate: 0.5 }),
    ],
  );
  assert.equal(operators(graph), ["relu"]);
  assert.equal(run(graph, [-1, 3]), [0, 3]);
});

test("batch normalization is folded into the layer before it where that has no other reader", () => {
  const weights: Weights = {
    "d/kernel": [
      [2, 2],
      [1, 2, 3, 4],
    ],
    "n/gamma": [[2], [2, -1]],
    "n/beta": [[2], [10, 20]],
    "n/moving_mean": [[2], [1, 2]],
    "n/moving_variance": [[2], [4, 0.25]],
  };
  const dense = layer("Dense", { name: "d", units: 2, use_bias: false });
  const norm = layer("BatchNormalization", { name: "n", epsilon: 0 });
  const folded = sequential([2], [dense, norm], weights);
  assert.equal(operators(folded), ["fullyConnected"]);
  assert.equal(run(folded, [1, 1]), [13, 12]);
  const after = sequential([2], [dense, layer("ReLU", { name: "r" }), norm], weights);
  assert.equal(operators(after), ["fullyConnected", "relu", "mul", "add"]);
  assert.equal(run(after, [1, 1]), [13, 12]);
  assert.equal(operators(openFolder(fixtureFolder("depthwise-batchnorm"))), [
    "conv2d",
    "relu6",
    "depthwiseConv2d",
    "conv2d",
    "depthwiseConv2d",
    "conv2d",
  ]);
  const apart = operators(openFolder(fixtureFolder("normalization-apart")));
  assert.equal(apart.slice(0, 4), ["mul", "add", "conv2d", "mul"]);
  assert.equal(
    refusals(() => sequential([2], [dense, layer("BatchNormalization", { name: "n", axis: 0 })], weights)),
    ["normalization along axis 0 is not supported; one axis but the batch's is"],
  );
});

test("a shared layer has its constants once", () => {
  const graph = openFolder(fixtureFolder("shared-layer"));
  assert.is(graph.tensors.filter(({ data }) => data !== undefined).length, 4);
  const towers = graph.nodes.filter(({ name }) => name.startsWith("tower"));
  assert.equal(
    towers.map(({ name }) => name),
    ["tower", "tower.1"],
  );
  assert.equal(towers[0]?.inputs.slice(1), towers[1]?.inputs.slice(1));
});

test("weights are laid out as the operators want them", () => {
  const kernel = Array.from({ length: 2 * 3 * 2 * 2 }, (_, i) => i);
  const conv = sequential(
    [4, 4, 2],
    [layer("Conv2D", { name: "c", filters: 2, kernel_size: [2, 3], use_bias: false })],
    { "c/kernel": [[2, 3, 2, 2], kernel] },
  );
  const weights = tensorAt(conv, conv.nodes[0]?.inputs[1] as number);
  assert.equal([...weights.shape], [2, 2, 3, 2]);
  assert.equal(Array.from(weights.data as Float32Array).slice(0, 4), [0, 2, 4, 6]);
  assert.is(conv.nodes[0]?.inputs[2], -1);
});

test("weights are found by position, with a suffix, and below a scope", () => {
  const dense = [layer("Dense", { name: "d", units: 1 })];
  const shapes: [number[], number[]][] = [
    [
      [2, 1],
      [1, 2],
    ],
    [[1], [5]],
  ];
  for (const names of [
    ["d/0", "d/1"],
    ["d/kernel:0", "d/bias:0"],
    ["scope/d/kernel", "scope/d/bias"],
  ]) {
    const weights = Object.fromEntries(names.map((name, i) => [name, shapes[i] as [number[], number[]]]));
    assert.equal(run(sequential([2], dense, weights), [10, 100]), [215]);
  }
});

test("the functional form of Keras 3", () => {
  const tensor = (name: string, call = 0) => ({
    class_name: "__keras_tensor__",
    config: { shape: [null, 2], dtype: "float32", keras_history: [name, call, 0] },
  });
  const dtype = { module: "keras", class_name: "DTypePolicy", config: { name: "float32" } };
  const entry = (class_name: string, name: string, config: Config, inbound_nodes: unknown[]) => ({
    module: "keras.layers",
    class_name,
    name,
    config: { name, dtype, ...config },
    inbound_nodes,
  });
  const config = {
    name: "k3",
    layers: [
      entry("InputLayer", "a", { batch_shape: [null, 2] }, []),
      entry("InputLayer", "b", { batch_shape: [null, 2] }, []),
      entry("Subtract", "s", {}, [{ args: [[tensor("a"), tensor("b")]], kwargs: { training: null } }]),
      entry("LeakyReLU", "l", { negative_slope: 0.25 }, [{ args: [tensor("s")], kwargs: {} }]),
    ],
    input_layers: [
      ["b", 0, 0],
      ["a", 0, 0],
    ],
    output_layers: ["l", 0, 0],
  };
  const graph = requireGraph(
    buildGraph({ topology: { class_name: "Functional", config }, weights: new Map() }, ""),
  );
  assert.equal(run(graph, [1, 8], [3, 4]), [2, -1]);
  config.layers[3] = entry("LeakyReLU", "l", {}, [{ args: [tensor("s", 1)], kwargs: {} }]);
  try {
    requireGraph(buildGraph({ topology: { class_name: "Functional", config }, weights: new Map() }, ""));
    assert.unreachable();
  } catch (error) {
    assert.is((error as WasmoteError).code, "model-invalid");
    assert.match((error as WasmoteError).message, '"l"');
  }
});

test("a class of the name of a layer is that layer in Keras's modules alone", () => {
  const tensor = (name: string) => ({
    class_name: "__keras_tensor__",
    config: { shape: [null, 2], dtype: "float32", keras_history: [name, 0, 0] },
  });
  const open = (module: string | undefined, class_name: string) => {
    const input = (name: string) => ({ ...layer("InputLayer", { name, batch_shape: [null, 2] }), name });
    const inbound_nodes = [{ args: [tensor("a"), tensor("b")], kwargs: {} }];
    const config = {
      layers: [input("a"), input("b"), { module, ...layer(class_name, { name: "l" }), inbound_nodes }],
      input_layers: [
        ["a", 0, 0],
        ["b", 0, 0],
      ],
      output_layers: ["l", 0, 0],
    };
    const topology = { class_name: "Functional", config };
    return buildGraph({ topology, version: 3, weights: new Map() }, "m");
  };
  const values = (...given: Parameters<typeof open>) => run(requireGraph(open(...given)), [2, 3], [4, -1]);
  for (const module of [undefined, "keras.layers", "tf_keras.layers", "keras.src.layers.merging.average"])
    assert.equal(values(module, "Average"), [3, 1], module);
  assert.equal(values("keras.src.ops.numpy", "Add"), [6, 2]);
  assert.equal(values("keras.src.ops.numpy", "Minimum"), [2, -1]);
  for (const [module, name] of [
    ["keras.src.ops.numpy", "ops.Average"],
    ["keras.ops", "ops.Average"],
    ["keras_hub.src.layers", "keras_hub.src.layers.Average"],
    ["layers", "layers.Average"],
  ] as const) {
    const [refusal] = open(module, "Average").refusals;
    assert.is(refusal?.operator, name);
    assert.match(refusal?.reason ?? "", "not supported");
  }
});

test("merges of more than two inputs, and Reshape with a length left open", () => {
  const entry = (class_name: string, name: string, config: Config, from: string[]) => ({
    class_name,
    name,
    config: { name, ...config },
    inbound_nodes: from.length === 0 ? [] : [from.map((source) => [source, 0, 0, {}])],
  });
  const model = (merge: string) => ({
    class_name: "Model",
    config: {
      layers: [
        ...["a", "b", "c"].map((name) => entry("InputLayer", name, { batch_input_shape: [null, 4] }, [])),
        entry(merge, "m", {}, ["a", "b", "c"]),
        entry("Reshape", "r", { target_shape: [2, -1] }, ["m"]),
      ],
      input_layers: ["a", "b", "c"].map((name) => [name, 0, 0]),
      output_layers: [["r", 0, 0]],
    },
  });
  const inputs = [
    [1, -2, 3, 4],
    [5, 6, -7, 8],
    [0, 1, 2, -3],
  ];
  const expected: Record<string, number[]> = {
    Add: [6, 5, -2, 9],
    Multiply: [0, -12, -42, -96],
    Maximum: [5, 6, 3, 8],
    Minimum: [0, -2, -7, -3],
    Average: [2, 5 / 3, -2 / 3, 3],
  };
  for (const [merge, values] of Object.entries(expected)) {
    const graph = requireGraph(buildGraph({ topology: model(merge), weights: new Map() }, "named"));
    assert.is(graph.name, "named");
    assert.equal([...tensorAt(graph, graph.outputs[0] as number).shape], [1, 2, 2]);
    run(graph, ...inputs).forEach((value, i) => {
      assert.ok(Math.abs(value - (values[i] as number)) < 1e-5, `${merge}: ${value}`);
    });
  }
});

test("padding, global maximum and a fixed batch", () => {
  const graph = sequential(
    [2, 2, 1],
    [layer("ZeroPadding2D", { name: "p", padding: [1, 0] }), layer("GlobalMaxPooling2D", { name: "g" })],
  );
  assert.equal(run(graph, [-1, -2, -3, -4]), [0]);
  assert.match(
    refusals(() => sequential([4], [layer("Reshape", { name: "r", target_shape: [3, -1] })]))[0] as string,
    "target_shape",
  );
});

test.run();
