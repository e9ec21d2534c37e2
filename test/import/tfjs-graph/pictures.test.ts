import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  flag,
  float,
  int,
  ints,
  list,
  runWritten,
  text,
  texts,
  type WrittenNode,
  type WrittenWeight,
} from "./graph-model-writer.js";

const [height, width, channels, filters] = [5, 6, 2, 3];
const wave = (count: number, seed: number) => Array.from({ length: count }, (_, i) => Math.sin(seed + 7 * i));

const picture = Float32Array.from(wave(height * width * channels, 1));
/** The same picture with its channels first. */
const channelsFirst = picture.map(
  (_, i) => picture[(i % (height * width)) * channels + Math.floor(i / (height * width))] as number,
);
const kernel = wave(3 * 3 * channels * filters, 2);
const depthwise = wave(3 * 2 * channels * 2, 3);
const bias = wave(filters, 4);
const weights: Record<string, WrittenWeight> = {
  kernel: { shape: [3, 3, channels, filters], values: kernel },
  depthwise: { shape: [3, 2, channels, 2], values: depthwise },
  bias: { shape: [filters], values: bias },
  slope: { shape: [1, 1, filters], values: [0.5, -1, 2] },
  scale: { shape: [filters], values: [1, 2, 3] },
  mean: { shape: [filters], values: [0.1, 0.2, 0.3] },
  variance: { shape: [filters], values: [1, 2, 4] },
  size: list(1, 10, 12, 3),
  up: list(10, 9),
};

/** Pixel of the picture; 0 outside. */
const at = (y: number, x: number, c: number) =>
  y < 0 || x < 0 || y >= height || x >= width ? 0 : (picture[(y * width + x) * channels + c] as number);

/** A convolution by its definition, with padding before of so much. */
function convolution(
  stride: number,
  [top, left]: readonly [number, number],
  [rows, columns]: readonly [number, number],
) {
  const result: number[] = [];
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++)
      for (let n = 0; n < filters; n++) {
        let sum = 0;
        for (let fy = 0; fy < 3; fy++)
          for (let fx = 0; fx < 3; fx++)
            for (let c = 0; c < channels; c++)
              sum +=
                at(y * stride - top + fy, x * stride - left + fx, c) *
                (kernel[((fy * 3 + fx) * channels + c) * filters + n] as number);
        result.push(sum);
      }
  return result;
}

function assertNear(found: readonly number[] | undefined, expected: readonly number[], what: string): void {
  assert.is(found?.length, expected.length, what);
  for (const [i, value] of expected.entries()) {
    const other = found?.[i] as number;
    assert.ok(
      Math.abs(other - value) <= 1e-5 * Math.max(1, Math.abs(value)),
      `${what}, ${i}: ${other}, ${value}`,
    );
  }
}

const strides = (n: number) => ints(1, n, n, 1);
const run = (nodes: WrittenNode[], outputs: Record<string, string>) =>
  runWritten({ nodes, weights, inputs: { x: { shape: [1, height, width, channels] } }, outputs }, [picture]);

test("fused convolutions do what is listed: bias, normalization, activation, in this order", async () => {
  const fused = (name: string, ops: string[], input: string[], attr = {}): WrittenNode => ({
    name,
    op: "_FusedConv2D",
    input: ["x", "kernel", ...input],
    attr: { strides: strides(1), padding: text("SAME"), fused_ops: texts(...ops), ...attr },
  });
  const found = await run(
    [
      fused("relu", ["BiasAdd", "Relu"], ["bias"]),
      fused("prelu", ["BiasAdd", "Prelu"], ["bias", "slope"]),
      fused("leaky", ["BiasAdd", "LeakyRelu"], ["bias"], { leakyrelu_alpha: float(0.25) }),
      fused("elu", ["BiasAdd", "Elu"], ["bias"]),
      fused("normal", ["FusedBatchNorm", "Relu6"], ["scale", "bias", "mean", "variance"], {
        epsilon: float(0.5),
      }),
    ],
    { relu: "relu", prelu: "prelu", leaky: "leaky", elu: "elu", normal: "normal" },
  );
  const plain = convolution(1, [1, 1], [height, width]);
  const each = (of: (value: number, channel: number) => number) =>
    plain.map((value, i) => of(value, i % filters));
  const biased = (value: number, n: number) => value + (bias[n] as number);
  const values = (name: string) => found.get(name)?.values;
  assertNear(
    values("relu"),
    each((v, n) => Math.max(0, biased(v, n))),
    "relu",
  );
  const slopes = [0.5, -1, 2];
  assertNear(
    values("prelu"),
    each((v, n) => (biased(v, n) >= 0 ? 1 : (slopes[n] as number)) * biased(v, n)),
    "prelu",
  );
  assertNear(
    values("leaky"),
    each((v, n) => (biased(v, n) >= 0 ? 1 : 0.25) * biased(v, n)),
    "leaky",
  );
  assertNear(
    values("elu"),
    each((v, n) => (biased(v, n) >= 0 ? biased(v, n) : Math.expm1(biased(v, n)))),
    "elu",
  );
  const normal = each((v, n) => {
    const [mean, variance] = [[0.1, 0.2, 0.3][n] as number, [1, 2, 4][n] as number];
    return Math.min(6, Math.max(0, ((v - mean) / Math.sqrt(variance + 0.5)) * (n + 1) + (bias[n] as number)));
  });
  assertNear(values("normal"), normal, "normal");
});

test("strides, explicit paddings, and channels that come first", async () => {
  const conv = (name: string, attr: WrittenNode["attr"] = {}, input = "x"): WrittenNode => ({
    name,
    op: "Conv2D",
    input: [input, "kernel"],
    attr: { strides: strides(2), padding: text("SAME"), ...attr },
  });
  const found = await run(
    [
      conv("same"),
      conv("explicit", { padding: text("EXPLICIT"), explicit_paddings: ints(0, 0, 2, 0, 1, 2, 0, 0) }),
    ],
    { same: "same", explicit: "explicit" },
  );
  assert.equal(found.get("same")?.shape, [1, 3, 3, filters]);
  assertNear(found.get("same")?.values, convolution(2, [1, 0], [3, 3]), "same");
  assertNear(found.get("explicit")?.values, convolution(2, [2, 1], [3, 4]), "explicit");

  const first = await runWritten(
    {
      nodes: [
        conv("conv", { data_format: text("NCHW"), strides: ints(1, 1, 2, 2) }),
        { name: "biased", op: "BiasAdd", input: ["conv", "bias"], attr: { data_format: text("NCHW") } },
      ],
      weights,
      inputs: { x: { shape: [1, channels, height, width] } },
      outputs: { biased: "biased" },
    },
    [channelsFirst],
  );
  const last = convolution(2, [1, 0], [3, 3]);
  const expected = last.map(
    (_, i) => (last[(i % 9) * filters + Math.floor(i / 9)] as number) + (bias[Math.floor(i / 9)] as number),
  );
  assert.equal(first.get("biased")?.shape, [1, filters, 3, 3]);
  assertNear(first.get("biased")?.values, expected, "channels first");
});

test("a normalization as in training takes the mean and the variance of the batch itself", async () => {
  const found = await runWritten(
    {
      nodes: [
        {
          name: "normal",
          op: "FusedBatchNormV3",
          input: ["x", "gain", "shift", "none", "none"],
          attr: { is_training: flag(true), epsilon: float(0.25) },
        },
      ],
      weights: {
        gain: { shape: [channels], values: [1, 2] },
        shift: { shape: [channels], values: [0.5, -1] },
        none: { shape: [0], values: [] },
      },
      inputs: { x: { shape: [1, height, width, channels] } },
      outputs: { normal: "normal" },
    },
    [picture],
  );
  const count = height * width;
  const ofChannel = (c: number) => [...picture].filter((_, i) => i % channels === c);
  const statistics = [0, 1].map((c) => {
    const mean = ofChannel(c).reduce((a, b) => a + b, 0) / count;
    return { mean, variance: ofChannel(c).reduce((sum, value) => sum + (value - mean) ** 2, 0) / count };
  });
  const expected = [...picture].map((value, i) => {
    const { mean, variance } = statistics[i % channels] as { mean: number; variance: number };
    return ((value - mean) / Math.sqrt(variance + 0.25)) * [1, 2][i % channels]! + [0.5, -1][i % channels]!;
  });
  assertNear(found.get("normal")?.values, expected, "normal");
});

test("depthwise and transposed convolutions, pools, sizes, blocks", async () => {
  const found = await run(
    [
      {
        name: "depthwise_out",
        op: "DepthwiseConv2dNative",
        input: ["x", "depthwise"],
        attr: { strides: strides(1), padding: text("VALID") },
      },
      {
        name: "transposed",
        op: "Conv2DBackpropInput",
        input: ["size", "turned", "x"],
        attr: { strides: strides(2), padding: text("SAME") },
      },
      { name: "turned", op: "Transpose", input: ["kernel", "axes"] },
      {
        name: "largest",
        op: "MaxPool",
        input: ["x"],
        attr: { ksize: strides(2), strides: strides(2), padding: text("SAME") },
      },
      {
        name: "mean_out",
        op: "AvgPool",
        input: ["x"],
        attr: { ksize: ints(1, 5, 6, 1), strides: strides(1), padding: text("VALID") },
      },
      { name: "near", op: "ResizeNearestNeighbor", input: ["x", "up"] },
      { name: "deep", op: "SpaceToDepth", input: ["whole"], attr: { block_size: int(2) } },
      { name: "flat", op: "DepthToSpace", input: ["deep"], attr: { block_size: int(2) } },
      { name: "whole", op: "Slice", input: ["x", "zeros", "even"] },
      { name: "batched", op: "SpaceToBatchND", input: ["x", "blocks", "one_more"] },
      { name: "back", op: "BatchToSpaceND", input: ["batched", "blocks", "one_more"] },
    ],
    {
      depthwise: "depthwise_out",
      transposed: "transposed",
      largest: "largest",
      mean: "mean_out",
      near: "near",
      flat: "flat",
      whole: "whole",
      back: "back",
      batched: "batched",
    },
  );
  const values = (name: string) => found.get(name)?.values;
  const expectedDepthwise: number[] = [];
  for (let y = 0; y < height - 2; y++)
    for (let x = 0; x < width - 1; x++)
      for (let n = 0; n < 4; n++) {
        let sum = 0;
        for (let fy = 0; fy < 3; fy++)
          for (let fx = 0; fx < 2; fx++)
            sum += at(y + fy, x + fx, n >> 1) * (depthwise[(fy * 2 + fx) * 4 + n] as number);
        expectedDepthwise.push(sum);
      }
  assertNear(values("depthwise"), expectedDepthwise, "depthwise");

  // What a convolution of stride 2 reads of the output, each pixel of the input gives back.
  const spread = Array<number>(10 * 12 * filters).fill(0);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let fy = 0; fy < 3; fy++)
        for (let fx = 0; fx < 3; fx++)
          for (let n = 0; n < filters; n++)
            for (let c = 0; c < channels; c++) {
              const [row, column] = [2 * y + fy, 2 * x + fx];
              if (row >= 10 || column >= 12) continue;
              const to = (row * 12 + column) * filters + n;
              const weight = kernel[((fy * 3 + fx) * channels + c) * filters + n] as number;
              spread[to] = (spread[to] as number) + at(y, x, c) * weight;
            }
  assertNear(values("transposed"), spread, "transposed");
  assert.equal(found.get("largest")?.shape, [1, 3, 3, channels]);
  const mean = [0, 1].map((c) => [...picture].filter((_, i) => i % 2 === c).reduce((a, b) => a + b, 0) / 30);
  assertNear(values("mean"), mean, "mean");
  assert.equal(found.get("near")?.shape, [1, 10, 9, channels]);
  assert.equal(values("flat"), values("whole"));
  assert.equal(values("back"), [...picture]);
  assert.equal(found.get("batched")?.shape, [4, 3, 3, channels]);
});

Object.assign(weights, {
  axes: list(0, 1, 3, 2),
  zeros: list(0, 0, 0, 0),
  even: list(1, 4, 6, 2),
  blocks: list(2, 2),
  one_more: { shape: [2, 2], dtype: "int32", values: [0, 1, 0, 0] },
});

test.run();
