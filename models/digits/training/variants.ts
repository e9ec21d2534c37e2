import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { type Layout, loadLayers, saveLayers, weightBytes } from "./layers-format.ts";
import { npy } from "./npy.ts";
import { type Random, seeded } from "./random.ts";

/** A tiny model with random weights, for tests of the importer of TF.js Layers models. */
interface Fixture {
  name: string;
  build(): tf.LayersModel;
  layout?: Layout;
  /** Set for models that the importer is to refuse: no golden output is written. */
  refused?: boolean;
}

const { layers } = tf;

const fixtures: Fixture[] = [
  {
    name: "sequential-conv",
    build: () =>
      tf.sequential({
        name: "sequential_conv",
        layers: [
          layers.conv2d({ name: "conv", inputShape: [9, 8, 3], filters: 6, kernelSize: 3, strides: 2 }),
          layers.activation({ name: "conv_relu6", activation: "relu6" }),
          layers.maxPooling2d({ name: "pool", poolSize: 2, strides: 2, padding: "same" }),
          layers.flatten({ name: "flatten" }),
          layers.dense({ name: "classes", units: 5, activation: "softmax" }),
        ],
      }),
  },
  {
    name: "functional-branches",
    build: () => {
      const input = tf.input({ name: "image", shape: [6, 6, 2] });
      const padded = layers
        .zeroPadding2d({
          name: "pad",
          padding: [
            [1, 0],
            [0, 2],
          ],
        })
        .apply(input);
      const conv = (name: string, filters: number) => layers.conv2d({ name, filters, kernelSize: [2, 3] });
      const left = layers.leakyReLU({ name: "leaky", alpha: 0.2 }).apply(conv("left", 3).apply(padded));
      const right = layers
        .activation({ name: "tanh", activation: "tanh" })
        .apply(conv("right", 3).apply(padded));
      const pair = [left, right] as tf.SymbolicTensor[];
      const sum = layers.add({ name: "sum" }).apply(pair) as tf.SymbolicTensor;
      const product = layers.multiply({ name: "product" }).apply(pair) as tf.SymbolicTensor;
      const joined = layers
        .concatenate({ name: "joined", axis: -1 })
        .apply([sum, product, left as tf.SymbolicTensor]);
      const pooled = layers
        .averagePooling2d({ name: "pool", poolSize: [2, 2], strides: [2, 2], padding: "same" })
        .apply(joined);
      const gated = layers.activation({ name: "gate", activation: "sigmoid" }).apply(pooled);
      const output = layers.globalAveragePooling2d({ name: "mean" }).apply(gated);
      return tf.model({ name: "functional_branches", inputs: input, outputs: output as tf.SymbolicTensor });
    },
  },
  {
    name: "merge-layers",
    build: () => {
      const a = tf.input({ name: "a", shape: [4, 3] });
      const b = tf.input({ name: "b", shape: [4, 3] });
      const outputs = [
        layers.maximum({ name: "maximum" }).apply([a, b]),
        layers.minimum({ name: "minimum" }).apply([a, b]),
        layers.average({ name: "average" }).apply([a, b]),
      ] as tf.SymbolicTensor[];
      return tf.model({ name: "merge_layers", inputs: [a, b], outputs });
    },
  },
  {
    name: "shared-layer",
    build: () => {
      const a = tf.input({ name: "a", shape: [6] });
      const b = tf.input({ name: "b", shape: [6] });
      const tower = layers.dense({ name: "tower", units: 4, activation: "relu" });
      const both = [tower.apply(a), tower.apply(b)] as tf.SymbolicTensor[];
      const joined = layers.concatenate({ name: "joined" }).apply(both);
      const output = layers.dense({ name: "score", units: 1, activation: "sigmoid" }).apply(joined);
      return tf.model({ name: "shared_layer", inputs: [a, b], outputs: output as tf.SymbolicTensor });
    },
  },
  {
    name: "depthwise-batchnorm",
    build: () =>
      tf.sequential({
        name: "depthwise_batchnorm",
        layers: [
          layers.conv2d({
            name: "conv",
            inputShape: [8, 8, 2],
            filters: 4,
            kernelSize: 3,
            padding: "same",
            useBias: false,
          }),
          layers.batchNormalization({ name: "conv_norm" }),
          layers.reLU({ name: "conv_relu6", maxValue: 6 }),
          layers.depthwiseConv2d({ name: "depthwise", kernelSize: 3, depthMultiplier: 2, useBias: false }),
          layers.batchNormalization({ name: "depthwise_norm", scale: false, epsilon: 0.01 }),
          layers.conv2d({
            name: "dilated",
            filters: 5,
            kernelSize: 3,
            dilationRate: 2,
            padding: "same",
            activation: "relu",
          }),
          layers.separableConv2d({
            name: "separable",
            filters: 3,
            kernelSize: 3,
            strides: 2,
            padding: "same",
          }),
        ],
      }),
  },
  {
    name: "dense-activations",
    build: () =>
      tf.sequential({
        name: "dense_activations",
        layers: [
          layers.dense({ name: "elu", inputShape: [12], units: 8, activation: "elu" }),
          layers.dropout({ name: "dropout", rate: 0.5 }),
          layers.dense({ name: "hard", units: 8, activation: "hardSigmoid", useBias: false }),
          layers.reshape({ name: "reshape", targetShape: [2, 2, 2] }),
          layers.globalMaxPooling2d({ name: "max" }),
          layers.dense({ name: "linear", units: 6 }),
          layers.softmax({ name: "softmax" }),
        ],
      }),
  },
  { name: "several-shards", build: twoDense, layout: { shardBytes: 100 } },
  {
    name: "converter-json",
    build: twoDense,
    layout: { rewriteJson: asConverterWrites },
  },
  { name: "quantized-uint8", build: twoDense, layout: { rewrite: (saved) => quantized(saved, "uint8") } },
  { name: "quantized-uint16", build: twoDense, layout: { rewrite: (saved) => quantized(saved, "uint16") } },
  { name: "quantized-float16", build: twoDense, layout: { rewrite: (saved) => quantized(saved, "float16") } },
  {
    name: "lstm",
    build: () =>
      tf.sequential({
        name: "lstm",
        layers: [
          layers.lstm({ name: "memory", inputShape: [4, 3], units: 2 }),
          layers.dense({ name: "out", units: 1 }),
        ],
      }),
  },
  {
    name: "refused-conv3d",
    refused: true,
    build: () =>
      tf.sequential({
        name: "refused_conv3d",
        layers: [layers.conv3d({ name: "volume", inputShape: [3, 3, 3, 1], filters: 2, kernelSize: 2 })],
      }),
  },
  {
    name: "one-dimension",
    build: () =>
      tf.sequential({
        name: "one_dimension",
        layers: [
          layers.conv1d({
            name: "dilated",
            inputShape: [12, 3],
            filters: 4,
            kernelSize: 3,
            dilationRate: 2,
            padding: "same",
            activation: "relu",
          }),
          layers.maxPooling1d({ name: "max", poolSize: 2, strides: 2, padding: "same" }),
          layers.conv1d({ name: "strided", filters: 6, kernelSize: 2, strides: 2, activation: "tanh" }),
          layers.averagePooling1d({ name: "average", poolSize: 2, strides: 1 }),
          layers.dense({ name: "every_step", units: 5, activation: "softmax" }),
          layers.globalAveragePooling1d({ name: "mean" }),
        ],
      }),
  },
  {
    name: "nested-models",
    build: () => {
      const inner = tf.input({ name: "inner_input", shape: [5] });
      const branches = [
        layers.dense({ name: "wide", units: 4, activation: "sigmoid" }).apply(inner),
        layers.dense({ name: "narrow", units: 4 }).apply(inner),
      ] as tf.SymbolicTensor[];
      const product = layers.multiply({ name: "product" }).apply(branches) as tf.SymbolicTensor;
      const gate = tf.model({ name: "gate", inputs: inner, outputs: product });
      const head = tf.sequential({
        name: "head",
        layers: [
          layers.dense({ name: "hidden", inputShape: [4], units: 6, activation: "relu6" }),
          layers.dense({ name: "logits", units: 3 }),
        ],
      });
      const a = tf.input({ name: "a", shape: [5] });
      const b = tf.input({ name: "b", shape: [5] });
      const pair = [gate.apply(a), gate.apply(b)] as tf.SymbolicTensor[];
      const both = layers.add({ name: "both" }).apply(pair);
      const output = head.apply(both) as tf.SymbolicTensor;
      return tf.model({ name: "nested_models", inputs: [b, a], outputs: [output, pair[1]!] });
    },
  },
  {
    name: "normalization-apart",
    build: () => {
      const input = tf.input({ name: "image", shape: [5, 5, 3] });
      const scaled = layers.batchNormalization({ name: "first_norm", center: false }).apply(input);
      const conv = layers.conv2d({ name: "conv", filters: 4, kernelSize: 3 }).apply(scaled);
      const normed = layers.batchNormalization({ name: "second_norm" }).apply(conv);
      const rectified = layers.reLU({ name: "relu" }).apply(normed);
      const both = layers.add({ name: "both" }).apply([rectified, conv] as tf.SymbolicTensor[]);
      const flat = layers.flatten({ name: "flatten" }).apply(both);
      const hidden = layers.dense({ name: "hidden", units: 6, useBias: false }).apply(flat);
      const output = layers.batchNormalization({ name: "third_norm" }).apply(hidden);
      const rest = layers.activation({ name: "hard", activation: "hardSigmoid" }).apply(output);
      return tf.model({ name: "normalization_apart", inputs: input, outputs: rest as tf.SymbolicTensor });
    },
  },
];

function twoDense(): tf.LayersModel {
  return tf.sequential({
    name: "two_dense",
    layers: [
      layers.dense({ name: "hidden", inputShape: [7], units: 6, activation: "relu" }),
      layers.dense({ name: "out", units: 4, activation: "softmax" }),
    ],
  });
}

/** The topology nested under `model_config`, as the tensorflowjs converter writes a Keras file. */
function asConverterWrites(json: Record<string, unknown>): Record<string, unknown> {
  const { keras_version, backend, ...model } = json.modelTopology as Record<string, unknown>;
  return {
    format: "layers-model",
    generatedBy: "keras v2.15.0",
    convertedBy: "TensorFlow.js Converter v4.22.0",
    modelTopology: { keras_version: "2.15.0", backend: "tensorflow", model_config: model },
    weightsManifest: json.weightsManifest,
  };
}

/** Nearest half-precision bits, ties to even; finite values of ordinary size only. */
function halfBits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent <= 0) return sign;
  const mantissa = bits & 0x7fffff;
  const rest = mantissa & 0x1fff;
  const half = (exponent << 10) | (mantissa >>> 13);
  return sign | (half + (rest > 0x1000 || (rest === 0x1000 && (half & 1) === 1) ? 1 : 0));
}

/** Weights as the converter's `--quantize_*` options store them: affine uint8 / uint16, or float16. */
function quantized(saved: tf.io.ModelArtifacts, dtype: "uint8" | "uint16" | "float16"): tf.io.ModelArtifacts {
  const bytes = weightBytes(saved);
  let at = 0;
  const parts: Buffer[] = [];
  const weightSpecs = saved.weightSpecs!.map((spec) => {
    const size = spec.shape.reduce((product, d) => product * d, 1);
    const values = new Float32Array(new Uint8Array(bytes.subarray(at, at + size * 4)).buffer);
    at += size * 4;
    const entry = { name: spec.name, shape: spec.shape, dtype: spec.dtype };
    if (dtype === "float16") {
      parts.push(Buffer.from(Uint16Array.from(values, halfBits).buffer));
      return { ...entry, quantization: { dtype, original_dtype: "float32" } };
    }
    const min = values.reduce((least, v) => Math.min(least, v), 0);
    const max = values.reduce((most, v) => Math.max(most, v), 0);
    const levels = dtype === "uint8" ? 255 : 65535;
    const scale = (max - min) / levels || 1;
    const codes = Array.from(values, (v) => Math.round((v - min) / scale));
    parts.push(
      Buffer.from(dtype === "uint8" ? Uint8Array.from(codes) : (Uint16Array.from(codes).buffer as never)),
    );
    return { ...entry, quantization: { dtype, min, scale, original_dtype: "float32" } };
  });
  const data = new Uint8Array(Buffer.concat(parts)).buffer;
  return { ...saved, weightSpecs: weightSpecs as tf.io.WeightsManifestEntry[], weightData: data };
}

function randomValues(size: number, low: number, high: number, random: Random): Float32Array {
  return Float32Array.from({ length: size }, () => random.between(low, high));
}

/** Fills every weight from the generator; variances and BatchNorm scales stay positive. */
function randomWeights(model: tf.LayersModel, random: Random): void {
  for (const layer of model.layers) {
    const filled = layer.weights.map((weight) => {
      const shape = weight.shape as number[];
      const size = shape.reduce((product, d) => product * d, 1);
      const positive = /variance|gamma/.test(weight.originalName);
      return tf.tensor(
        positive ? randomValues(size, 0.5, 1.5, random) : randomValues(size, -0.6, 0.6, random),
        shape,
      );
    });
    layer.setWeights(filled);
  }
}

async function write(fixture: Fixture, folder: string, random: Random): Promise<void> {
  const built = fixture.build();
  randomWeights(built, random);
  await saveLayers(built, folder, fixture.layout);
  if (fixture.refused) return;
  const model = await loadLayers(folder);
  const inputs = model.inputs.map((input) => {
    const shape = [1, ...(input.shape.slice(1) as number[])];
    const size = shape.reduce((product, d) => product * d, 1);
    return tf.tensor(randomValues(size, -2, 2, random), shape);
  });
  const answer = model.predict(inputs.length === 1 ? inputs[0]! : inputs);
  const outputs = Array.isArray(answer) ? answer : [answer];
  const save = (kind: string, tensors: tf.Tensor[]) => {
    tensors.forEach((tensor, i) => {
      writeFileSync(join(folder, `${kind}_${i}.npy`), npy(tensor.shape, tensor.dataSync<"float32">()));
    });
  };
  save("input", inputs);
  save("output", outputs);
}

/** Writes every fixture to `test/fixtures/tfjs`, or to the folder named on the command line. */
async function main(): Promise<void> {
  await tf.setBackend("cpu");
  const root = process.argv[2] ?? new URL("../../../test/fixtures/tfjs", import.meta.url).pathname;
  let seed = 1;
  for (const fixture of fixtures) {
    tf.disposeVariables();
    const folder = join(root, fixture.name);
    mkdirSync(folder, { recursive: true });
    await write(fixture, folder, seeded(seed++));
  }
}

await main();
