import type { Graph } from "../../host/graph/graph.js";
import type { Tensor } from "../../host/graph/tensor.js";
import { explicitPadding, slide } from "../../host/numerics/window.js";
import { random } from "../ops/harness.js";
import { quantized } from "../ops/quantized-tensors.js";

/** Operators that are swept; `pool` averages, `mean` is over height and width, "mul by channel" by one factor for each. */
export const kinds = [
  "conv",
  "depthwise",
  "fully connected",
  "pool",
  "max pool",
  "mean",
  "add",
  "mul",
  "mul by channel",
  "hard swish",
] as const;
export type Kind = (typeof kinds)[number];

/** A layer of one operator. What does not apply to its kind is 1. */
export interface Shape {
  kind: Kind;
  /** Height, width, channels. */
  input: [number, number, number];
  filter: [number, number];
  stride: [number, number];
  dilation: [number, number];
  /** Output channels; of a depthwise convolution as many an input channel. */
  outputs: number;
  padding: "same" | "valid";
}

/** Whether each output is made of a window of the input. */
const isWindowed = (kind: Kind): boolean => ["conv", "depthwise", "pool", "max pool"].includes(kind);

/** A shape in one line, which names it in results. */
export function nameOf({ kind, input, filter, stride, dilation, outputs, padding }: Shape): string {
  const pair = (what: string, [a, b]: readonly [number, number]): string =>
    a === 1 && b === 1 ? "" : ` ${what} ${a}x${b}`;
  const window = isWindowed(kind);
  const to =
    kind === "depthwise"
      ? outputs > 1
        ? ` times ${outputs}`
        : ""
      : kind === "conv" || kind === "fully connected"
        ? ` to ${outputs}`
        : "";
  const where = window ? ` ${filter.join("x")} on` : "";
  const rest = `${pair("stride", stride)}${pair("dilation", dilation)}${window && padding === "valid" ? " valid" : ""}`;
  return `${kind}${where} ${kind === "fully connected" ? input[2] : input.join("x")}${to}${rest}`;
}

function shape(
  kind: Kind,
  input: Shape["input"],
  filter: Shape["filter"] = [1, 1],
  outputs = 1,
  more: Partial<Shape> = {},
): Shape {
  return { kind, input, filter, outputs, stride: [1, 1], dilation: [1, 1], padding: "same", ...more };
}

const square = (n: number): [number, number] => [n, n];

function depthwiseShapes(): Shape[] {
  const at = (
    h: number,
    w: number,
    c: number,
    filter: [number, number],
    more: Partial<Shape> = {},
    times = 1,
  ): Shape => shape("depthwise", [h, w, c], filter, times, more);
  const along = [1, 2, 3, 4, 5, 7, 8, 10, 13, 15];
  return [
    ...along.flatMap((taps) => [
      at(24, 1, 128, [taps, 1]),
      at(1, 24, 128, [1, taps]),
      at(24, 12, 16, [taps, 1]),
      at(12, 24, 16, [1, taps]),
    ]),
    at(15, 1, 128, [10, 1]),
    at(15, 1, 128, [10, 1], { padding: "valid" }),
    at(15, 1, 128, [15, 1], { padding: "valid" }),
    at(1, 15, 128, [1, 15], { padding: "valid" }),
    ...[2, 3, 4, 5, 7, 9, 11].map((n) => at(16, 16, 32, square(n))),
    ...[3, 5, 7].flatMap((n) => [
      at(n, n, 128, square(n), { padding: "valid" }),
      at(n + 1, n + 1, 128, square(n), { padding: "valid" }),
      at(2, 2, 128, square(n)),
      at(1, 64, 16, square(n)),
      at(64, 1, 16, square(n)),
    ]),
    ...[1, 2, 3, 4, 5, 6, 8, 12, 24, 48, 96].flatMap((w) => [
      at(w, w, w > 24 ? 4 : 16, [3, 3]),
      at(w, 4, 16, [3, 1]),
    ]),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 13, 30, 64, 130, 256, 512].flatMap((c) => [
      at(8, 8, c, [3, 3]),
      at(12, 1, c, [5, 1]),
    ]),
    ...[2, 3, 4].flatMap((s) => [
      at(16, 16, 16, [3, 3], { stride: square(s) }),
      at(48, 1, 32, [7, 1], { stride: [s, 1] }),
    ]),
    ...[2, 4].flatMap((d) => [
      at(16, 16, 16, [3, 3], { dilation: square(d) }),
      at(48, 1, 32, [3, 1], { dilation: [d, 1] }),
      at(48, 1, 32, [7, 1], { dilation: [d, 1] }),
    ]),
    ...[2, 3, 4, 8].flatMap((m) => [
      at(16, 16, 8, [3, 3], {}, m),
      at(24, 1, 16, [5, 1], {}, m),
      at(20, 10, 1, [5, 5], {}, m),
    ]),
  ];
}

function convShapes(): Shape[] {
  const at = (
    h: number,
    w: number,
    c: number,
    filter: [number, number],
    n: number,
    more: Partial<Shape> = {},
  ): Shape => shape("conv", [h, w, c], filter, n, more);
  return [
    ...[1, 2, 3, 4, 5, 8, 10, 15].flatMap((taps) => [
      at(24, 1, 32, [taps, 1], 32),
      at(1, 24, 32, [1, taps], 32),
      at(12, 6, 16, [taps, 1], 16),
      at(6, 12, 16, [1, taps], 16),
    ]),
    at(15, 1, 64, [15, 1], 32, { padding: "valid" }),
    at(1, 15, 64, [1, 15], 32, { padding: "valid" }),
    ...[1, 2, 3, 5, 7].flatMap((n) => [
      at(n, n, 32, square(n), 16, { padding: "valid" }),
      at(10, 10, 8, square(n), 16),
      at(12, 12, 1, square(n), 16),
      at(12, 12, 3, square(n), 8),
    ]),
    ...[1, 2, 3, 4, 5, 6, 8, 12, 24, 48, 96].map((w) => at(w, w, w > 24 ? 3 : 16, [3, 3], w > 24 ? 4 : 16)),
    ...[1, 2, 3, 4, 5, 6, 7, 8, 13, 30, 64, 130, 256, 512].flatMap((c) => [
      at(5, 5, c, [1, 1], 16),
      at(1, 1, c, [1, 1], 32),
      at(5, 5, 16, [1, 1], c),
    ]),
    ...[1, 2, 3, 5, 7, 17].map((n) => at(6, 6, 16, [3, 3], n)),
    ...[2, 3, 4].flatMap((s) => [
      at(16, 16, 8, [3, 3], 16, { stride: square(s) }),
      at(48, 1, 16, [7, 1], 16, { stride: [s, 1] }),
    ]),
    ...[2, 4].flatMap((d) => [
      at(12, 12, 8, [3, 3], 16, { dilation: square(d) }),
      at(48, 1, 16, [3, 1], 16, { dilation: [d, 1] }),
    ]),
  ];
}

function otherShapes(): Shape[] {
  const sizes = [1, 2, 3, 4, 5, 7, 8, 10, 16, 33, 64, 100, 256, 640];
  return [
    ...sizes.flatMap((n) => [
      shape("fully connected", [1, 1, n], [1, 1], 64),
      shape("fully connected", [1, 1, 64], [1, 1], n),
    ]),
    ...(["pool", "max pool"] as const).flatMap((kind) => [
      ...[2, 3].map((n) => shape(kind, [16, 16, 16], square(n), 1, { stride: square(n), padding: "valid" })),
      ...[2, 5].map((n) => shape(kind, [24, 1, 64], [n, 1], 1, { stride: [n, 1], padding: "valid" })),
      ...[3, 8].map((n) => shape(kind, [n, n, 64], square(n), 1, { padding: "valid" })),
      ...[1, 3, 30].map((c) => shape(kind, [8, 8, c], [2, 2], 1, { stride: [2, 2], padding: "valid" })),
    ]),
    ...[
      [25, 5, 64],
      [5, 5, 3],
      [24, 1, 128],
      [1, 24, 128],
      [8, 8, 1],
    ].map((input) => shape("mean", input as Shape["input"])),
    ...(["add", "mul", "mul by channel", "hard swish"] as const).flatMap((kind) =>
      [
        [25, 5, 64],
        [5, 5, 3],
        [1, 1, 7],
        [24, 1, 128],
      ].map((input) => shape(kind, input as Shape["input"])),
    ),
  ];
}

/** All shapes, each once. */
export const shapes: readonly Shape[] = [
  ...new Map(
    [...depthwiseShapes(), ...convShapes(), ...otherShapes()].map((one) => [nameOf(one), one]),
  ).values(),
];

/**
 * What a shape's work is counted in: multiply-accumulates, or of operators without products the elements that they read.
 */
export function workOf(shape: Shape): number {
  const { kind, input, filter, outputs } = shape;
  const [height, width, channels] = input;
  if (kind === "fully connected") return channels * outputs;
  if (!isWindowed(kind)) return height * width * channels;
  const out = outputSize(shape);
  const taps = out.height * out.width * filter[0] * filter[1] * channels;
  return kind === "conv" || kind === "depthwise" ? taps * outputs : taps;
}

function windowOf({ filter, stride, dilation }: Shape) {
  return {
    filterHeight: filter[0],
    filterWidth: filter[1],
    strideHeight: stride[0],
    strideWidth: stride[1],
    dilationHeight: dilation[0],
    dilationWidth: dilation[1],
  };
}

function outputSize(shape: Shape): { height: number; width: number } {
  const [height, width] = shape.input;
  return slide(
    height,
    width,
    windowOf(shape),
    explicitPadding(shape.padding, height, width, windowOf(shape)),
  );
}

/** A graph of one node with seeded random weights; channels have scales of their own. */
export function graphOf(shape: Shape): Graph {
  const { kind, filter, outputs, padding } = shape;
  const [height, width, channels] = shape.input;
  const { int8s, integer, real } = random(workOf(shape));
  const input = quantized(kind === "fully connected" ? [1, channels] : [1, height, width, channels], 0.05, 3);
  const activation = "none";
  const attributes = {
    ...windowOf(shape),
    padding: explicitPadding(padding, height, width, windowOf(shape)),
    activation,
  };
  const weighted = (weightShape: number[], axis: number, count: number, taps: number): Tensor[] => {
    const scale = Array.from({ length: count }, () => 0.002 + 0.008 * real());
    const zeroPoint = scale.map(() => 0);
    const data = int8s(weightShape.reduce((a, b) => a * b)).map((w) => Math.max(-127, w));
    const biasScale = { scale: scale.map((s) => s * 0.05), zeroPoint, axis: 0 };
    const bias = Int32Array.from({ length: count }, () => integer(-1000, 1000) * Math.ceil(Math.sqrt(taps)));
    return [
      { name: "weights", dtype: "int8", shape: weightShape, data, quantization: { scale, zeroPoint, axis } },
      { name: "bias", dtype: "int32", shape: [count], data: bias, quantization: biasScale },
    ];
  };
  const node = (
    operator: string,
    more: object,
    constants: Tensor[],
    shapeOut: number[],
    scale = 0.2,
  ): Graph => {
    const tensors = [input, ...constants, { ...quantized(shapeOut, scale, -5), name: "output" }];
    const ofTwo = ["add", "mul", "mul by channel"].includes(kind);
    const inputs = ofTwo ? [0, 1] : [0, ...constants.map((_, i) => i + 1)];
    const out = tensors.length - 1;
    return {
      name: "shape",
      tensors,
      nodes: [{ name: "layer", operator, attributes: more, inputs, outputs: [out] }],
      inputs: ofTwo ? [0, 1] : [0],
      outputs: [out],
    };
  };
  if (kind === "fully connected")
    return node("fullyConnected", { activation }, weighted([outputs, channels], 0, outputs, channels), [
      1,
      outputs,
    ]);
  if (kind === "mean") return node("mean", { axes: [1, 2], keepDims: true }, [], [1, 1, 1, channels], 0.05);
  if (kind === "add")
    return node("add", { activation }, [{ ...input, name: "other" }], [1, height, width, channels], 0.08);
  const whole = [1, height, width, channels];
  if (kind === "mul") return node("mul", { activation }, [{ ...input, name: "other" }], whole, 0.02);
  if (kind === "mul by channel")
    return node(
      "mul",
      { activation },
      [{ ...input, name: "other", shape: [1, 1, 1, channels] }],
      whole,
      0.02,
    );
  if (kind === "hard swish") return node("hardSwish", {}, [], whole, 0.05);
  const out = outputSize(shape);
  const taps = filter[0] * filter[1];
  if (kind === "conv")
    return node("conv2d", attributes, weighted([outputs, ...filter, channels], 0, outputs, taps * channels), [
      1,
      out.height,
      out.width,
      outputs,
    ]);
  const n = channels * outputs;
  if (kind === "depthwise")
    return node("depthwiseConv2d", attributes, weighted([1, ...filter, n], 3, n, taps), [
      1,
      out.height,
      out.width,
      n,
    ]);
  const pooled = node(
    kind === "pool" ? "averagePool2d" : "maxPool2d",
    attributes,
    [],
    [1, out.height, out.width, n],
  );
  return { ...pooled, tensors: [input, { ...input, name: "output", shape: [1, out.height, out.width, n] }] };
}
