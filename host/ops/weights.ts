import type { BoundNode } from "../graph/node.js";
import { NotRunnable, requireThat } from "../graph/not-runnable.js";
import { elementCount, type Tensor } from "../graph/tensor.js";
import { int8Parameters } from "../numerics/requantization.js";

/**
 * Checks dtypes and quantization of a node with an input, weights and an optional bias: all float32, or int8 with
 * symmetric int8 weights and an int32 bias. Throws `NotRunnable`.
 */
export function checkWeightedDtypes(node: BoundNode, outputAxis: number, channels: number): void {
  const [input, weights, bias] = node.inputs as readonly [Tensor, Tensor, Tensor | undefined];
  if (input.dtype === "int8") {
    checkInt8Weights(weights, outputAxis, channels, bias);
    for (const tensor of [input, ...node.outputs]) int8Parameters(tensor);
  } else if (input.dtype === "float32") {
    requireThat(weights.dtype === "float32", `weights are ${weights.dtype}; float32 is expected`);
    checkBias(bias, channels, "float32");
  } else {
    throw new NotRunnable(`input is ${input.dtype}; int8 or float32 is expected`);
  }
}

/**
 * Checks constant int8 weights, symmetric, with one scale or one per output channel along `axis`, and an
 * optional int32 bias of `channels` elements. Throws `NotRunnable`.
 */
export function checkInt8Weights(
  weights: Tensor,
  axis: number,
  channels: number,
  bias: Tensor | undefined,
): void {
  requireThat(
    weights.dtype === "int8",
    `weights are ${weights.dtype}; int8 is expected with int8 activations`,
  );
  if (weights.data === undefined) throw new NotRunnable("weights must be constant");
  const {
    scale,
    zeroPoint,
    axis: quantizedAxis,
  } = weights.quantization ?? { scale: [], zeroPoint: [], axis: 0 };
  requireThat(
    scale.length === 1 || scale.length === channels,
    `weights have ${scale.length} scales; 1 or ${channels} are expected`,
  );
  requireThat(
    scale.length === 1 || quantizedAxis === axis,
    `weights are quantized along axis ${quantizedAxis}; ${axis} is expected`,
  );
  requireThat(
    scale.every((value) => Number.isFinite(value) && value >= 0),
    "weights have a scale that is not a finite positive number",
  );
  requireThat(
    zeroPoint.every((value) => value === 0),
    "weights have a zero point other than 0; symmetric weights are expected",
  );
  checkBias(bias, channels, "int32");
}

/** Checks an optional constant bias. Throws `NotRunnable`. */
export function checkBias(bias: Tensor | undefined, channels: number, dtype: "int32" | "float32"): void {
  if (bias === undefined) return;
  requireThat(bias.data !== undefined, "bias must be constant");
  requireThat(bias.dtype === dtype, `bias is ${bias.dtype}; ${dtype} is expected`);
  requireThat(
    elementCount(bias.shape) === channels,
    `bias has ${elementCount(bias.shape)} elements; ${channels} are expected`,
  );
}
