import { test } from "uvu";
import * as assert from "uvu/assert";
import { UnsupportedModelError, WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import { requireGraph } from "../../host/import/imported.js";
import { buildGraph } from "../../host/import/keras/build-graph.js";
import { openTfjs } from "../../host/import/keras/import.js";
import { readInboundNodes } from "../../host/import/keras/inbound-nodes.js";
import { decodeWeights, readWeightEntry } from "../../host/import/keras/weight-entries.js";
import { runFloat } from "../../host/quantize/float-executor.js";

type Config = Record<string, unknown>;
type Weights = Record<string, [shape: number[], values: number[]]>;

/** A Sequential model of one layer on an input of `shape`, without its batch. */
function single(class_name: string, config: Config, shape: number[], weights: Weights = {}): Graph {
  const input = {
    class_name: "InputLayer",
    config: { name: "in", batch_input_shape: [null, ...shape], dtype: "float32" },
  };
  const layers = [input, { class_name, config: { name: "l", ...config } }];
  const topology = { class_name: "Sequential", config: { name: "m", layers } };
  const read = Object.entries(weights).map(
    ([name, [of, values]]) => [name, { shape: of, values: Float32Array.from(values) }] as const,
  );
  return requireGraph(buildGraph({ topology, weights: new Map(read) }, "m"));
}

function run(graph: Graph, input: number[]): number[] {
  const values = runFloat(graph, [Float32Array.from(input)]);
  return Array.from(values[graph.outputs[0] as number] as Float32Array);
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof UnsupportedModelError) return error.refusals.map(({ reason }) => reason).join("; ");
    throw error;
  }
  throw new Error("nothing was refused");
}

test("half precision: subnormals, the least normal, the largest, both zeros and signs", () => {
  const halves: [number, number][] = [
    [0x0001, 2 ** -24],
    [0x8001, -(2 ** -24)],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x0000, 0],
    [0x8000, -0],
    [0x3c00, 1],
    [0xc200, -3],
    [0x7bff, 65504],
  ];
  const entry = readWeightEntry({
    name: "w",
    shape: [halves.length],
    dtype: "float32",
    quantization: { dtype: "float16" },
  });
  const data = new Uint8Array(Uint16Array.from(halves, ([bits]) => bits).buffer);
  const values = decodeWeights([entry], data).get("w")?.values;
  assert.equal(
    [...(values ?? [])],
    halves.map(([, value]) => value),
  );
  for (const [bits, name] of [
    [0x7c00, "Infinity"],
    [0xfc00, "-Infinity"],
    [0x7c01, "NaN"],
  ] as const) {
    data.set([bits & 255, bits >> 8]);
    assert.throws(() => decodeWeights([entry], data), new RegExp(`has ${name} at element 0`));
  }
});

test("a causal convolution looks back over its whole dilated filter, and never ahead", () => {
  const weights: Weights = {
    "l/kernel": [
      [3, 1, 1],
      [100, 10, 1],
    ],
  };
  for (const [dilation, expected] of [
    [1, [1, 12, 123, 234, 345]],
    [2, [1, 2, 13, 24, 135]],
  ] as const) {
    const config = {
      filters: 1,
      kernel_size: [3],
      padding: "causal",
      dilation_rate: [dilation],
      use_bias: false,
    };
    assert.equal(run(single("Conv1D", config, [5, 1], weights), [1, 2, 3, 4, 5]), [...expected]);
  }
  const config = { filters: 1, kernel_size: [1, 1], padding: "causal", use_bias: false };
  assert.match(
    refusal(() => single("Conv2D", config, [2, 2, 1], { "l/kernel": [[1, 1, 1, 1], [1]] })),
    "causal",
  );
});

test("activations that are named have Keras's own slopes and factors", () => {
  const cases: [string, number[]][] = [
    ["leaky_relu", [-0.4, 0, 3]],
    ["relu6", [0, 0, 3]],
    ["hard_sigmoid", [0.1, 0.5, 1]],
    ["softmax", [0.0064, 0.0471, 0.9465]],
    ["sigmoid", [0.1192, 0.5, 0.9526]],
    ["swish", [-0.2384, 0, 2.8577]],
  ];
  for (const [activation, expected] of cases) {
    run(single("Activation", { activation }, [3]), [-2, 0, 3]).forEach((value, i) => {
      assert.ok(Math.abs(value - (expected[i] as number)) < 1e-4, `${activation}: ${value}`);
    });
  }
  assert.equal(run(single("LeakyReLU", {}, [2]), [-10, 10]), [-3, 10]);
  assert.equal(run(single("LeakyReLU", { alpha: 0.5 }, [2]), [-10, 10]), [-5, 10]);
});

test("arguments of a call that change nothing are passed over, others are told", () => {
  const extras = (given: Config) => readInboundNodes([[["a", 0, 0, given]]], "l").map((call) => call.extras);
  assert.equal(extras({}), [[]]);
  assert.equal(extras({ training: true }), [[]]);
  assert.equal(extras({ mask: null, initial_state: null }), [[]]);
  assert.equal(extras({ mask: ["m", 0, 0] }), [["mask"]]);
  assert.equal(extras({ training: false, scale: 2, mask: null }), [["scale"]]);
});

test("concatenation: any axis but the batch's, from either end", () => {
  const model = (axis: number, shape: number[]) => {
    const entry = (class_name: string, name: string, config: Config, from: string[]) => ({
      class_name,
      name,
      config: { name, ...config },
      inbound_nodes: from.length === 0 ? [] : [from.map((source) => [source, 0, 0, {}])],
    });
    const input = { batch_input_shape: [null, ...shape] };
    const layers = [
      entry("InputLayer", "a", input, []),
      entry("InputLayer", "b", input, []),
      entry("Concatenate", "c", { axis }, ["a", "b"]),
    ];
    const config = {
      layers,
      input_layers: [
        ["a", 0, 0],
        ["b", 0, 0],
      ],
      output_layers: [["c", 0, 0]],
    };
    const graph = requireGraph(
      buildGraph({ topology: { class_name: "Model", config }, weights: new Map() }, "m"),
    );
    return [...(graph.tensors[graph.outputs[0] as number]?.shape ?? [])];
  };
  assert.equal(model(1, [2, 3]), [1, 4, 3]);
  assert.equal(model(2, [2, 3]), [1, 2, 6]);
  assert.equal(model(-1, [2, 3]), [1, 2, 6]);
  assert.equal(model(-2, [2, 3]), [1, 4, 3]);
  for (const axis of [0, -3])
    assert.match(
      refusal(() => model(axis, [2, 3])),
      `axis ${axis}`,
    );
});

test("a batch normalization that divides by zero or takes the root of a negative number is refused", () => {
  const weights = (variance: number): Weights => ({
    "l/gamma": [[1], [2]],
    "l/beta": [[1], [1]],
    "l/moving_mean": [[1], [3]],
    "l/moving_variance": [[1], [variance]],
  });
  const normalization = (variance: number, epsilon: number) =>
    single("BatchNormalization", { epsilon }, [1], weights(variance));
  assert.equal(run(normalization(4, 0), [5]), [3]);
  assert.equal(run(normalization(0, 0.25), [5]), [9]);
  for (const [variance, epsilon] of [
    [0, 0],
    [-1, 0.5],
  ] as const) {
    assert.match(
      refusal(() => normalization(variance, epsilon)),
      "variance is negative, or zero",
    );
  }
});

test("one name for two weights of different groups is refused", () => {
  const layer = { class_name: "ReLU", config: { name: "r", batch_input_shape: [null, 1] } };
  const group = (path: string, name: string) => ({
    paths: [path],
    weights: [{ name, shape: [1], dtype: "float32" }],
  });
  const open = (second: string) =>
    requireGraph(
      openTfjs(
        new TextEncoder().encode(
          JSON.stringify({
            modelTopology: { class_name: "Sequential", config: { name: "m", layers: [layer] } },
            weightsManifest: [group("1.bin", "w"), group("2.bin", second)],
          }),
        ),
        "model.json",
        () => new Uint8Array(4),
      ),
    );
  assert.is(open("v").nodes.length, 1);
  assert.throws(
    () => open("w"),
    (error: unknown) => error instanceof WasmoteError && /two weights are named "w"/.test(error.message),
  );
});

test.run();
