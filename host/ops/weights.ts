import type { BoundNode } from "../graph/node.js";
import { requireThat } from "../graph/not-runnable.js";
import { alternatives, type DType, elementCount, perTensor, type Tensor } from "../graph/tensor.js";
import { quantizedParameters, roundsOnce } from "../numerics/requantization.js";

/** Dtypes of biases, by the activations' dtype. */
const biasTypes: Partial<Record<DType, readonly DType[]>> = {
  int8: ["int32"],
  int16: ["int64", "int32", "int16"],
  float32: ["float32"],
};

/**
 * Checks dtypes and quantization of a node with an input, weights and an optional bias: all float32; int8 with int8
 * weights and an int32 bias; int16 with int8 weights and a bias of 64, 32 or 16 bits; or float32 with constant weights
 * in int8, whose real values count. Throws `NotRunnable`.
 */
export function checkWeightedDtypes(node: BoundNode, outputAxis: number, channels: number): void {
  const [input, weights, bias] = node.inputs as readonly [Tensor, Tensor, Tensor | undefined];
  if (input.dtype === "int8" || input.dtype === "int16") {
    requireThat(
      weights.dtype === "int8",
      `weights are ${weights.dtype}; int8 is expected with ${input.dtype} activations`,
    );
    checkInt8Weights(weights, outputAxis, channels);
    for (const tensor of [input, ...node.outputs]) quantizedParameters(tensor);
  } else if (input.dtype === "float32" && weights.dtype === "int8") {
    requireThat(
      weights.data !== undefined,
      "weights are int8 with float32 activations; they must be constant",
    );
    checkInt8Weights(weights, outputAxis, channels);
  } else {
    requireThat(input.dtype === "float32", `input is ${input.dtype}; int8, int16 or float32 is expected`);
    requireThat(weights.dtype === "float32", `weights are ${weights.dtype}; float32 or int8 is expected`);
  }
  checkBias(bias, channels, biasTypes[input.dtype] ?? []);
}

/**
 * Checks int8 weights: one scale, or one per output channel along `axis`, and one zero point. Those of activations have
 * one scale. Throws `NotRunnable`.
 */
export function checkInt8Weights(weights: Tensor, axis: number, channels: number): void {
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
    scale.length === 1 || weights.data !== undefined,
    `weights that are no constant have ${scale.length} scales; 1 is expected`,
  );
  requireThat(
    scale.every((value) => Number.isFinite(value) && value >= 0),
    "weights have a scale that is not a finite positive number",
  );
  const [first = 0] = zeroPoint;
  requireThat(
    zeroPoint.every((value) => value === first),
    "weights have zero points that differ; one for all of them is expected",
  );
  requireThat(
    Number.isInteger(first) && first >= -128 && first <= 127,
    `weights have zero point ${first}; an int8 is expected`,
  );
}

/** Zero point of int8 weights; 0 of others. */
export function weightsZeroPoint(weights: Tensor): number {
  return weights.dtype === "int8" ? (weights.quantization?.zeroPoint[0] ?? 0) : 0;
}

/** Scale of the int8 weights of output channel `n`. */
export function weightsScale({ quantization }: Tensor, n: number): number {
  const scales = quantization?.scale ?? [];
  return (scales.length === 1 ? scales[0] : scales[n]) as number;
}

/**
 * What an accumulator of output channel `n` is multiplied by: inputScale * weightsScale / outputScale in doubles.
 * Products of matrices whose weights have one scale multiply the first two in float32, as TFLite does
 * (`GetQuantizedConvolutionMultipler`). Where integers are rounded once, as ONNX has it, all of it is float32, as in ONNX Runtime.
 */
export function rescaleFactor(
  product: "convolution" | "matrix",
  { input, weights, output }: { input: Tensor; weights: Tensor; output: Tensor },
  n: number,
): number {
  const scale = quantizedParameters(input).scale * weightsScale(weights, n);
  const outputScale = quantizedParameters(output).scale;
  if (roundsOnce(output)) return Math.fround(Math.fround(scale) / outputScale);
  const isOne = product === "matrix" && perTensor(weights) !== undefined;
  return (isOne ? Math.fround(scale) : scale) / outputScale;
}

/** Checks an optional constant bias. Throws `NotRunnable`. */
function checkBias(bias: Tensor | undefined, channels: number, dtypes: readonly DType[]): void {
  if (bias === undefined) return;
  requireThat(bias.data !== undefined, "bias must be constant");
  requireThat(dtypes.includes(bias.dtype), `bias is ${bias.dtype}; ${alternatives(dtypes)} is expected`);
  requireThat(
    elementCount(bias.shape) === channels,
    `bias has ${elementCount(bias.shape)} elements; ${channels} are expected`,
  );
}

/** Products of int8 by int8, both less a zero point, that an int32 holds the sum of. */
const productLimit = 2 ** 15;

/** Checks that int8 sums of `depth` products stay within 32 bits. Throws `NotRunnable`. */
export function checkDepth(weights: Tensor, depth: number): void {
  if (weightsZeroPoint(weights) === 0) return;
  requireThat(
    depth <= productLimit,
    `${depth} inputs of an output, by weights with a zero point; at most ${productLimit} are supported`,
  );
}
