import { requireThat } from "../../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../graph/tensor.js";
import { explicitPadding } from "../../../numerics/window.js";
import { averagePool2d } from "../../../ops/convolution/average-pool-2d.js";
import { maxPool2d } from "../../../ops/convolution/max-pool-2d.js";
import type { Pool2dAttributes } from "../../../ops/convolution/pool-2d.js";
import type { Operator } from "../../../ops/operator.js";
import { scaled } from "../../compose/arithmetic.js";
import { joined, sliced, transposed } from "../../compose/movement.js";
import { affine, rootMeanSquareNormalized, standardized } from "../../compose/normalization.js";
import { dataOf } from "../../graph-writer.js";
import { isTensor } from "../layer-builder.js";
import { masked } from "../layers/activation.js";
import { attended, dotScores } from "../layers/attention.js";
import { resized } from "../layers/preprocessing.js";
import type { FunctionCall, FunctionMapping } from "./call.js";

/** A constant of a tensor's shape and type, whatever the tensor holds. */
function filled(keras: string, tensorflow: string, value: (call: FunctionCall) => number): FunctionMapping {
  return {
    keras: [keras],
    tensorflow: [tensorflow],
    parameters: ["x", "fill_value"],
    tensorflowParameters: ["input"],
    build: (call) => {
      const { dtype, shape } = call.tensor("x");
      const values = new Array<number>(elementCount(shape)).fill(value(call));
      return call.write.constant(dataOf(dtype, values), shape, dtype);
    },
  };
}

function pool(keras: string, operator: Operator<Pool2dAttributes>): FunctionMapping {
  return {
    keras: [keras],
    parameters: ["inputs", "pool_size", "strides", "padding", "data_format"],
    build: (call) => {
      const input = call.tensor("inputs");
      requireThat(input.shape.length === 4, `the input has ${input.shape.length} axes; 4 are expected`);
      const format = call.text("data_format", "channels_last");
      requireThat(format === "channels_last", `data_format ${format} is not supported; channels_last is`);
      const pair = (name: string, otherwise?: readonly number[]): readonly [number, number] => {
        const [height, width = height] = call.integers(name, otherwise);
        return [height as number, width as number];
      };
      const [filterHeight, filterWidth] = pair("pool_size");
      const [strideHeight, strideWidth] = pair("strides", [filterHeight, filterWidth]);
      const size = { filterHeight, filterWidth, strideHeight, strideWidth };
      const kind = call.text("padding", "valid") === "same" ? "same" : "valid";
      const [, height, width] = input.shape as [number, number, number];
      const padding = explicitPadding(kind, height, width, { ...size, dilationHeight: 1, dilationWidth: 1 });
      return call.write.node(operator, { ...size, padding, activation: "none" }, [input]);
    },
  };
}

/** A tensor whose indices along an axis are moved on, the last ones to the front. */
function rolled(call: FunctionCall): Tensor {
  const input = call.tensor("x");
  const axis = call.axis("axis", input.shape.length);
  const length = input.shape[axis] as number;
  const shift = ((call.number("shift") % length) + length) % length;
  if (shift === 0) return input;
  const parts = [
    sliced(call.write, input, axis, length - shift, shift),
    sliced(call.write, input, axis, 0, length - shift),
  ];
  return joined(call.write, parts, axis);
}

/** An image resized: NHWC. */
function resizing(call: FunctionCall): Tensor {
  const [height, width] = call.integers("size") as [number, number];
  const format = call.text("data_format", "channels_last");
  requireThat(format === "channels_last", `data_format ${format} is not supported; channels_last is`);
  for (const name of ["antialias", "crop_to_aspect_ratio", "pad_to_aspect_ratio", "preserve_aspect_ratio"])
    requireThat(!call.flag(name), `${name} is not supported`);
  const kind = call.text(call.isKeras ? "interpolation" : "method", "bilinear");
  return resized(call.write, call.tensor("images"), kind, [height, width]);
}

/** A normalization over axes with a factor and an offset, each where it is given. */
function normalization(
  keras: readonly string[],
  parameters: readonly string[],
  normalize: (call: FunctionCall, input: Tensor, axes: readonly number[], epsilon: number) => Tensor,
): FunctionMapping {
  return {
    keras,
    parameters,
    build: (call) => {
      const input = call.tensor("x");
      const axes = call.value("axis") === undefined ? [input.shape.length - 1] : call.axes("axis", input);
      const given = (name: string) => (call.value(name) === undefined ? undefined : call.tensor(name));
      const [scale, offset] = [given(parameters[1] as string), given("beta")];
      return affine(call.write, normalize(call, input, axes, call.number("epsilon", 1e-7)), scale, offset);
    },
  };
}

/** Attention of heads, [batch, positions, heads, length]. */
function dotProductAttention(call: FunctionCall): Tensor {
  const { write } = call;
  const rows = (name: string) => transposed(write, call.tensor(name), [0, 2, 1, 3]);
  const [queries, keys, values] = [rows("query"), rows("key"), rows("value")];
  requireThat(
    call.value("bias") === undefined && !call.flag("is_causal"),
    "a bias, or is_causal, is not supported",
  );
  const scale = call.number("scale", 1 / Math.sqrt(queries.shape.at(-1) as number));
  const scores = dotScores(write, scaled(write, queries, scale), keys);
  const mask = call.value("mask");
  const { output } = attended(write, isTensor(mask) ? masked(write, scores, mask) : scores, values);
  return transposed(write, output, [0, 2, 1, 3]);
}

/** Functions that are compositions of some size. */
export const composedFunctions: readonly FunctionMapping[] = [
  filled("OnesLike", "ones_like", () => 1),
  filled("ZerosLike", "zeros_like", () => 0),
  filled("FullLike", "full_like", (call) => call.number("fill_value")),
  pool("AveragePool", averagePool2d),
  pool("MaxPool", maxPool2d),
  {
    keras: ["Roll"],
    tensorflow: ["roll"],
    parameters: ["x", "shift", "axis"],
    tensorflowParameters: ["input", "shift", "axis"],
    build: rolled,
  },
  {
    keras: ["Resize"],
    tensorflow: ["image.resize"],
    parameters: ["images", "size", "interpolation", "antialias", "data_format"],
    tensorflowParameters: ["images", "size", "method", "preserve_aspect_ratio", "antialias"],
    build: resizing,
  },
  normalization(["RMSNorm", "RMSNormalization"], ["x", "scale"], ({ write }, input, axes, epsilon) =>
    rootMeanSquareNormalized(write, input, axes, epsilon),
  ),
  normalization(
    ["LayerNorm", "LayerNormalization"],
    ["x", "gamma", "beta"],
    ({ write }, input, axes, epsilon) => standardized(write, input, axes, epsilon).output,
  ),
  {
    keras: ["DotProductAttention"],
    parameters: ["query", "key", "value", "bias", "mask", "scale", "is_causal"],
    build: dotProductAttention,
  },
];
