import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType, type Tensor, type TensorType } from "../../graph/tensor.js";
import { applyActivation, quantizedParameters } from "../../numerics/requantization.js";
import { type Padding, slide, type Window } from "../../numerics/window.js";
import type { Operator, QuantizationRule } from "../operator.js";

/** Attributes of a 2-d pool. */
export interface Pool2dAttributes {
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  padding: Padding;
  activation: FusedActivation;
  /** Where an average of int8 that lies between two integers goes: away from zero by default, or up. */
  halves?: "up";
}

/** What tells one kind of pool from another. */
export interface PoolKind {
  /** Operator's name in the graph. */
  name: string;
  /** Element types that it is defined for. */
  dtypes: readonly DType[];
  /** How quantization treats its output. */
  output: QuantizationRule["output"];
  /** Value of a window before its first pixel. */
  start: number;
  /** A window's value with one pixel more. */
  add(value: number, pixel: number): number;
  /** Output of a window of `count` pixels. */
  finish(value: number, count: number): number;
}

/** Largest number of pixels in a window whose int32 sum cannot overflow. */
const maxWindow = (dtype: DType): number => (dtype === "int16" ? 2 ** 15 : 2 ** 23);

/** A pool's tensors and numbers, looked up once. */
export interface PoolGeometry {
  input: Tensor;
  batches: number;
  inputHeight: number;
  inputWidth: number;
  channels: number;
  outputHeight: number;
  outputWidth: number;
}

/** The window of a pool. */
export function poolWindow(attributes: Pool2dAttributes): Window {
  const { filterHeight, filterWidth, strideHeight, strideWidth } = attributes;
  return { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight: 1, dilationWidth: 1 };
}

/** Looks up and checks a pool's geometry. Throws `NotRunnable`. */
export function poolGeometry(node: BoundNode<Pool2dAttributes>): PoolGeometry {
  const [input] = node.inputs;
  if (input === undefined) throw new NotRunnable("the input is missing");
  requireThat(input.shape.length === 4, `input has rank ${input.shape.length}; 4 is expected`);
  const [batches, inputHeight, inputWidth, channels] = input.shape as [number, number, number, number];
  const { padding, filterHeight, filterWidth } = node.attributes;
  const out = slide(inputHeight, inputWidth, poolWindow(node.attributes), padding);
  requireThat(
    Math.max(padding.top, padding.bottom) < filterHeight &&
      Math.max(padding.left, padding.right) < filterWidth,
    `padding reaches over a whole window of ${filterHeight}x${filterWidth}`,
  );
  requireThat(
    filterHeight * filterWidth <= maxWindow(input.dtype),
    `a window of ${filterHeight}x${filterWidth} has more than ${maxWindow(input.dtype)} pixels`,
  );
  return {
    input,
    batches,
    inputHeight,
    inputWidth,
    channels,
    outputHeight: out.height,
    outputWidth: out.width,
  };
}

/** Numbers of the input's pixels that an output's window holds; padding is left out. */
function pixelsOf(
  { padding, filterHeight, filterWidth, strideHeight, strideWidth }: Pool2dAttributes,
  { inputHeight, inputWidth }: PoolGeometry,
  batch: number,
  y: number,
  x: number,
): number[] {
  const rows = within(y * strideHeight - padding.top, filterHeight, inputHeight);
  const columns = within(x * strideWidth - padding.left, filterWidth, inputWidth);
  return rows.flatMap((row) => columns.map((column) => (batch * inputHeight + row) * inputWidth + column));
}

/** The whole numbers from `start` on, `count` of them, that lie in 0..length - 1. */
function within(start: number, count: number, length: number): number[] {
  const first = Math.max(0, start);
  return Array.from({ length: Math.max(0, Math.min(length, start + count) - first) }, (_, i) => first + i);
}

/**
 * A pool over height and width, NHWC, int8, int16 or float32. Padding takes no part. Integer output has the input's scale
 * (to 1e-6, as TFLite Micro accepts it) and zero point.
 *
 * Source: TFLite Micro's `PoolingPrepare`; TFLite's schema, `Pool2DOptions`.
 */
export function pool2d(kind: PoolKind): Operator<Pool2dAttributes> {
  return {
    name: kind.name,
    quantization: { output: kind.output },
    infer(node): TensorType[] {
      const g = poolGeometry(node);
      const { dtype } = g.input;
      const { dtypes } = kind;
      requireThat(dtypes.includes(dtype), `input is ${dtype}; ${alternatives(dtypes)} is expected`);
      if (dtype !== "float32") {
        const from = quantizedParameters(g.input);
        for (const output of node.outputs) {
          const to = quantizedParameters(output);
          requireThat(
            Math.abs(from.scale - to.scale) <= 1e-6 && from.zeroPoint === to.zeroPoint,
            `output has scale ${to.scale} and zero point ${to.zeroPoint}; the input's ${from.scale} and ${from.zeroPoint} are expected`,
          );
        }
      }
      return [{ dtype, shape: [g.batches, g.outputHeight, g.outputWidth, g.channels] }];
    },
    macs: () => 0,
    reference(node, [input]) {
      const g = poolGeometry(node);
      if (input === undefined) throw new NotRunnable("the input is missing");
      const output = new Float32Array(g.batches * g.outputHeight * g.outputWidth * g.channels);
      let at = 0;
      for (let b = 0; b < g.batches; b++) {
        for (let y = 0; y < g.outputHeight; y++) {
          for (let x = 0; x < g.outputWidth; x++) {
            const pixels = pixelsOf(node.attributes, g, b, y, x);
            for (let c = 0; c < g.channels; c++) {
              const value = pixels.reduce(
                (sum, pixel) => kind.add(sum, input[pixel * g.channels + c] as number),
                kind.start,
              );
              const pooled = kind.finish(value, pixels.length);
              output[at++] = applyActivation(node.attributes.activation, pooled);
            }
          }
        }
      }
      return [output];
    },
  };
}
