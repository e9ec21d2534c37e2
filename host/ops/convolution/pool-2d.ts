import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType, type Tensor, type TensorType } from "../../graph/tensor.js";
import { applyActivation, quantizedParameters } from "../../numerics/requantization.js";
import { noPadding, type Padding, slide, type Window } from "../../numerics/window.js";
import { type Operator, type QuantizationRule, valuesLike } from "../operator.js";
import { partialWindow } from "./convolution.js";

/** Attributes of a 2-d pool. */
export interface Pool2dAttributes {
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  /** Distance of the window's pixels; 1 by default. */
  dilationHeight?: number;
  dilationWidth?: number;
  padding: Padding;
  /** Padding that an average counts, as zeros: no more than `padding`, of which the rest takes no part. None by default. */
  counted?: Padding;
  activation: FusedActivation;
  /** Where an average of int8 that lies between two integers goes: up, or as the output's quantization says. */
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
  /** Whether it takes integers that are not quantized. */
  takesIntegers?: true;
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
  const { dilationHeight = 1, dilationWidth = 1 } = attributes;
  return { filterHeight, filterWidth, strideHeight, strideWidth, dilationHeight, dilationWidth };
}

/** What of the padding counts where there is only so much of it: what lies at the input. */
function within(counted: Padding, padding: Padding): Padding {
  return {
    top: Math.min(counted.top, padding.top),
    bottom: Math.min(counted.bottom, padding.bottom),
    left: Math.min(counted.left, padding.left),
    right: Math.min(counted.right, padding.right),
  };
}

/** Padding that counts, of which an axis has some before it and some after it. */
function requireCounted({ padding, counted = noPadding }: Pool2dAttributes): void {
  for (const side of ["top", "bottom", "left", "right"] as const) {
    requireThat(
      Number.isInteger(counted[side]) && counted[side] >= 0 && counted[side] <= padding[side],
      `of the padding ${side} ${counted[side]} count; 0 to ${padding[side]} are expected`,
    );
  }
}

/** Looks up and checks a pool's geometry. Throws `NotRunnable`. */
export function poolGeometry(node: BoundNode<Pool2dAttributes>): PoolGeometry {
  const [input] = node.inputs;
  if (input === undefined) throw new NotRunnable("the input is missing");
  requireThat(input.shape.length === 4, `input has rank ${input.shape.length}; 4 is expected`);
  const [batches, inputHeight, inputWidth, channels] = input.shape as [number, number, number, number];
  const { padding, filterHeight, filterWidth } = node.attributes;
  const out = slide(inputHeight, inputWidth, poolWindow(node.attributes), padding);
  requireCounted(node.attributes);
  requireThat(
    everyWindowHolds(rowAxis(node.attributes, inputHeight), out.height) &&
      everyWindowHolds(columnAxis(node.attributes, inputWidth), out.width),
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

/** What a window holds along one axis: pixels inside of the input, from the first on, and how many it counts. */
export interface Taps {
  first: number;
  inside: number;
  counted: number;
}

/** The windows along one axis of `length`, with `pad` indices before it; `before` and `after` it so many count. */
type WindowAxis = Readonly<
  Record<"filter" | "stride" | "dilation" | "pad" | "length" | "before" | "after", number>
>;

function rowAxis(attributes: Pool2dAttributes, length: number): WindowAxis {
  const { filterHeight: filter, strideHeight: stride, dilationHeight: dilation } = poolWindow(attributes);
  const { top: before, bottom: after } = attributes.counted ?? noPadding;
  return { filter, stride, dilation, pad: attributes.padding.top, length, before, after };
}

function columnAxis(attributes: Pool2dAttributes, length: number): WindowAxis {
  const { filterWidth: filter, strideWidth: stride, dilationWidth: dilation } = poolWindow(attributes);
  const { left: before, right: after } = attributes.counted ?? noPadding;
  return { filter, stride, dilation, pad: attributes.padding.left, length, before, after };
}

function tapsAt({ filter, stride, dilation, pad, length, before, after }: WindowAxis, output: number): Taps {
  const start = output * stride - pad;
  const tapsBefore = (limit: number): number =>
    Math.max(0, Math.min(filter, Math.ceil((limit - start) / dilation)));
  return {
    first: start + tapsBefore(0) * dilation,
    inside: tapsBefore(length) - tapsBefore(0),
    counted: tapsBefore(length + after) - tapsBefore(-before),
  };
}

/** Whether every window holds a pixel of the input: only those that begin before it, and the last, may hold none. */
function everyWindowHolds(axis: WindowAxis, outputs: number): boolean {
  const early = Math.min(outputs, Math.ceil(axis.pad / axis.stride));
  const isEmpty = (output: number): boolean => tapsAt(axis, output).inside === 0;
  return !isEmpty(outputs - 1) && !Array.from({ length: early }, (_, output) => output).some(isEmpty);
}

function tapsOf(axis: WindowAxis, outputs: number): Taps[] {
  return Array.from({ length: outputs }, (_, output) => tapsAt(axis, output));
}

/** What the windows of a pool hold of the input's rows. */
export function rowsOf(attributes: Pool2dAttributes, { inputHeight, outputHeight }: PoolGeometry): Taps[] {
  return tapsOf(rowAxis(attributes, inputHeight), outputHeight);
}

/** What the windows of a pool hold of the input's columns. */
export function columnsOf(attributes: Pool2dAttributes, { inputWidth, outputWidth }: PoolGeometry): Taps[] {
  return tapsOf(columnAxis(attributes, inputWidth), outputWidth);
}

/**
 * A pool over height and width, NHWC. Padding takes no part, but for what an average counts. Quantized output has the
 * input's scale (to 1e-6, as TFLite Micro accepts it) and zero point.
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
      const isPlain = [g.input, ...node.outputs].every(({ quantization }) => quantization === undefined);
      if (dtype !== "float32" && !(kind.takesIntegers && isPlain)) {
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
    partial: ({ attributes, inputs }, range) => {
      const [input] = inputs;
      if (input === undefined || range.axis === 0) return undefined;
      if (range.axis === 3) return { attributes, inputs: [range] };
      const { padding, counted } = attributes;
      const part = partialWindow(attributes, { input, window: poolWindow(attributes), padding }, range);
      if (part === undefined) return undefined;
      const left = part.attributes.padding;
      return {
        attributes:
          counted === undefined ? part.attributes : { ...part.attributes, counted: within(counted, left) },
        inputs: [part.input],
      };
    },
    reference(node, [input]) {
      const g = poolGeometry(node);
      if (input === undefined) throw new NotRunnable("the input is missing");
      const output = valuesLike(input, g.batches * g.outputHeight * g.outputWidth * g.channels);
      const rows = rowsOf(node.attributes, g);
      const columns = columnsOf(node.attributes, g);
      const { dilationHeight, dilationWidth } = poolWindow(node.attributes);
      let at = 0;
      for (let b = 0; b < g.batches; b++) {
        for (const row of rows) {
          for (const column of columns) {
            for (let c = 0; c < g.channels; c++) {
              let value = kind.start;
              for (let i = 0; i < row.inside; i++) {
                const y = b * g.inputHeight + row.first + i * dilationHeight;
                for (let j = 0; j < column.inside; j++) {
                  const pixel = y * g.inputWidth + column.first + j * dilationWidth;
                  value = kind.add(value, input[pixel * g.channels + c] as number);
                }
              }
              const pooled = kind.finish(value, row.counted * column.counted);
              output[at++] = applyActivation(node.attributes.activation, pooled);
            }
          }
        }
      }
      return [output];
    },
  };
}
