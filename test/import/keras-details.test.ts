import { test } from "uvu";
import * as assert from "uvu/assert";
import { UnsupportedModelError, WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import { requireGraph } from "../../host/import/imported.js";
import { buildGraph } from "../../host/import/keras/build-graph.js";
import { requireNumbers } from "../../host/import/require-numbers.js";
import { openTfjs } from "../../host/import/tfjs/import.js";
import { decodeWeights, readWeightEntry, type StoredWeight } from "../../host/import/tfjs/weights.js";
import { runFloat } from "../../host/quantize/float-executor.js";

type Config = Record<string, unknown>;
type Weights = Record<string, [shape: number[], values: number[]]>;

/** A Sequential model of one layer on an input of `shape`, without its batch, as Keras of this version writes it. */
function single(
  class_name: string,
  config: Config,
  shape: number[],
  weights: Weights = {},
  version = 2,
): Graph {
  const input = {
    class_name: "InputLayer",
    config: { name: "in", batch_input_shape: [null, ...shape], dtype: "float32" },
  };
  const layers = [input, { class_name, config: { name: "l", ...config } }];
  const topology = { class_name: "Sequential", config: { name: "m", layers } };
  const read = Object.entries(weights).map(
    ([name, [of, values]]) => [name, { shape: of, values: Float32Array.from(values) }] as const,
  );
  return requireGraph(buildGraph({ topology, version, weights: new Map(read) }, "m"));
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
  const values = decodeWeights([entry], data).get("w")?.data;
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
    const [, { data: odd }] = [...decodeWeights([entry], data)][0] as [string, StoredWeight];
    assert.throws(
      () => requireNumbers("w", odd as Float32Array, "refused"),
      new RegExp(`has ${name} at element 0`),
    );
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

test("activations that are named have Keras's own slopes and factors, which hard_sigmoid changed in Keras 3", () => {
  const cases: [string, number[], inKeras3?: number[]][] = [
    ["relu", [0, 0, 2.8]],
    ["leaky_relu", [-0.4, 0, 2.8]],
    ["relu6", [0, 0, 2.8]],
    ["hard_sigmoid", [0.1, 0.5, 1], [1 / 6, 0.5, 5.8 / 6]],
    ["softmax", [0.0077, 0.0569, 0.9354]],
    ["sigmoid", [0.1192, 0.5, 0.9427]],
    ["tanh", [-0.964, 0, 0.9926]],
    ["swish", [-0.2384, 0, 2.6395]],
    ["silu", [-0.2384, 0, 2.6395]],
  ];
  for (const [activation, inKeras2, inKeras3 = inKeras2] of cases) {
    for (const [version, expected] of [
      [1, inKeras2],
      [2, inKeras2],
      [3, inKeras3],
    ] as const) {
      run(single("Activation", { activation }, [3], {}, version), [-2, 0, 2.8]).forEach((value, i) => {
        const error = Math.abs(value - (expected[i] as number));
        assert.ok(error < 1e-4, `${activation} in Keras ${version}: ${value}`);
      });
    }
  }
  assert.equal(run(single("LeakyReLU", {}, [2]), [-10, 10]), [-3, 10]);
  assert.equal(run(single("LeakyReLU", { alpha: 0.5 }, [2]), [-10, 10]), [-5, 10]);
});

test("a file's Keras is that of the topology, before what converted it", () => {
  const layers = [{ class_name: "Activation", config: { name: "a", activation: "hard_sigmoid" } }];
  const config = { name: "m", layers, build_input_shape: [null, 1] };
  const model = { class_name: "Sequential", config, keras_version: "tfjs-layers 4.22.0" };
  const hardSigmoid = (modelTopology: unknown) =>
    run(
      requireGraph(
        openTfjs(
          new TextEncoder().encode(JSON.stringify({ modelTopology, weightsManifest: [] })),
          "model.json",
          () => new Uint8Array(0),
        ),
      ),
      [-2],
    )[0] as number;
  for (const [topology, expected] of [
    [model, 0.1],
    [{ model_config: model }, 0.1],
    [{ keras_version: "2.15.0", model_config: model }, 0.1],
    [{ keras_version: 3, model_config: model }, 0.1],
    [{ keras_version: "3.5.0", model_config: model }, 1 / 6],
    [{ keras_version: "10.0.1-dev", model_config: JSON.stringify(model) }, 1 / 6],
  ] as const) {
    const found = hardSigmoid(topology);
    assert.ok(Math.abs(found - expected) < 1e-6, `${JSON.stringify(topology)}: ${found}`);
  }
});

test("a depthwise convolution's weight has either name, and its multiplier where the config tells none", () => {
  const convolve = (config: Config, kernel: string, multiplier: number) => {
    const values = Array.from({ length: multiplier }, (_, i) => i + 1);
    const weights: Weights = {
      [`l/${kernel}`]: [[1, 1, 1, multiplier], values],
      "l/bias": [[multiplier], values.map(() => 10)],
    };
    return run(single("DepthwiseConv2D", { kernel_size: 1, ...config }, [1, 2, 1], weights), [1, 2]);
  };
  for (const kernel of ["kernel", "depthwise_kernel", "0"]) {
    assert.equal(convolve({}, kernel, 2), [11, 12, 12, 14]);
    assert.equal(convolve({ depth_multiplier: 2 }, kernel, 2), [11, 12, 12, 14]);
    assert.throws(() => convolve({ depth_multiplier: 1 }, kernel, 2), /\[1, 1, 1, 2\]; \[1, 1, 1, 1\]/);
    assert.throws(() => convolve({}, kernel, 0), /\[1, 1, 1, 0\]; \[1, 1, 1, any\]/);
  }
  assert.throws(() => convolve({}, "pointwise_kernel", 1), /"depthwise_kernel" is missing/);
});

test("kernels that are sums of weights are refused", () => {
  const weights = (shape: number[]): Weights => ({ "l/kernel": [shape, [1]], "l/bias": [[1], [0]] });
  const dense = (config: Config) => single("Dense", { units: 1, ...config }, [1], weights([1, 1]));
  assert.equal(run(dense({ lora_rank: null }), [3]), [3]);
  assert.match(
    refusal(() => dense({ lora_rank: 4 })),
    "lora_rank 4",
  );
  const convolution = { filters: 1, kernel_size: 1, dora_rank: 2 };
  assert.match(
    refusal(() => single("Conv1D", convolution, [1, 1], weights([1, 1, 1]))),
    "dora_rank 2",
  );
});

test("layers of several models do not take each other's weights", () => {
  const dense = { class_name: "Dense", config: { name: "d", units: 1, use_bias: false } };
  const inner = (name: string) => ({ class_name: "Sequential", config: { name, layers: [dense] } });
  const input = { class_name: "InputLayer", config: { name: "in", batch_input_shape: [null, 1] } };
  const topology = { class_name: "Sequential", config: { layers: [input, inner("a"), inner("b")] } };
  const open = (...names: string[]) => {
    const weights = names.map(
      (name, i) => [name, { shape: [1, 1], values: Float32Array.of(i + 2) }] as const,
    );
    return requireGraph(buildGraph({ topology, weights: new Map(weights) }, "m"));
  };
  assert.equal(run(open("a/d/kernel", "b/d/kernel"), [1]), [6]);
  assert.equal(run(open("d/kernel", "b/d/kernel"), [1]), [6]);
  assert.throws(() => open("d/kernel", "d_1/kernel"), /"kernel" is missing.*of layer "a\/d".*"b\/d"/);
});

test("a Reshape's open length is -1 or null, once", () => {
  const reshape = (...target_shape: unknown[]) => {
    const graph = single("Reshape", { target_shape }, [4, 3]);
    return [...(graph.tensors[graph.outputs[0] as number]?.shape ?? [])];
  };
  assert.equal(reshape(null, 6), [1, 2, 6]);
  assert.equal(reshape(2, null), [1, 2, 6]);
  assert.equal(reshape(-1), [1, 12]);
  assert.match(
    refusal(() => reshape(null, -1)),
    "more than one -1",
  );
  assert.throws(() => reshape("6", 2), /target_shape is "6"/);
});

test("arguments of a call that change nothing are passed over, others are told", () => {
  const entry = (class_name: string, name: string, config: Config, inbound_nodes: unknown[]) => ({
    class_name,
    name,
    config: { name, ...config },
    inbound_nodes,
  });
  const told = (given: Config) => {
    const layers = [
      entry("InputLayer", "a", { batch_input_shape: [null, 1] }, []),
      entry("ReLU", "r", {}, [[["a", 0, 0, given]]]),
    ];
    const config = { layers, input_layers: [["a", 0, 0]], output_layers: [["r", 0, 0]] };
    const { refusals } = buildGraph({ topology: { class_name: "Model", config }, weights: new Map() }, "m");
    return refusals.map(({ reason }) => reason);
  };
  assert.equal(told({}), []);
  assert.equal(told({ training: true }), []);
  assert.equal(told({ mask: null, initial_state: null }), []);
  assert.equal(told({ mask: ["a", 0, 0] }), ["the call's mask is not supported"]);
  assert.equal(told({ training: false, scale: 2, mask: null }), ["the call's scale is not supported"]);
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
