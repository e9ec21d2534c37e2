/**
 * Blocks of parameters: what a step's kernel works on, as int32 in the weights section. A kernel reads its block at
 * once to linear memory; its accelerator reads the same block in place, as far as it needs it
 * (boards/accelerators/imports.c numbers the fields). The host writes the fields in this order, by these names.
 *
 * input, output, scratch and operands are addresses in linear memory; weights is an offset in the weights section.
 */
import { readWeights } from "./host-imports/weights";

/** Reads the block at `parameters` of the weights section to `to`. */
// @ts-ignore: decorator
@inline
export function readParameters<T>(parameters: i32, to: usize): T {
  readWeights(to, parameters, offsetof<T>());
  return changetype<T>(to);
}

/** A convolution, depthwise or not. */
@unmanaged
export class WindowParameters {
  input: usize;
  output: usize;
  scratch: usize;
  scratchBytes: i32;
  weights: i32;
  batches: i32;
  inputHeight: i32;
  inputWidth: i32;
  inputChannels: i32;
  outputHeight: i32;
  outputWidth: i32;
  /** Output channels; of a depthwise convolution, for each input channel. */
  outputs: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideHeight: i32;
  strideWidth: i32;
  dilationHeight: i32;
  dilationWidth: i32;
  padTop: i32;
  padLeft: i32;
  inputZeroPoint: i32;
  outputZeroPoint: i32;
  low: i32;
  high: i32;
  /** Products that a lane takes before it is emptied. */
  chunk: i32;
}

@unmanaged
export class FullyConnectedParameters {
  input: usize;
  output: usize;
  scratch: usize;
  scratchBytes: i32;
  weights: i32;
  rows: i32;
  inputs: i32;
  outputs: i32;
  outputZeroPoint: i32;
  low: i32;
  high: i32;
  /** Inputs whose weights are read at once, a multiple of 4. */
  chunk: i32;
}

@unmanaged
export class PoolParameters {
  input: usize;
  output: usize;
  batches: i32;
  inputHeight: i32;
  inputWidth: i32;
  outputHeight: i32;
  outputWidth: i32;
  channels: i32;
  filterHeight: i32;
  filterWidth: i32;
  strideHeight: i32;
  strideWidth: i32;
  padTop: i32;
  padLeft: i32;
  low: i32;
  high: i32;
}

@unmanaged
export class SoftmaxParameters {
  input: usize;
  output: usize;
  scratch: usize;
  weights: i32;
  entries: i32;
  rows: i32;
  depth: i32;
}

/** A sum or difference of tensors of one shape. Shifts are to the right. */
@unmanaged
export class AddParameters {
  wide: usize;
  narrow: usize;
  output: usize;
  /** Elements; of a row where operands are broadcast. */
  length: i32;
  wideZeroPoint: i32;
  narrowZeroPoint: i32;
  /** 1 or -1. */
  wideSign: i32;
  narrowSign: i32;
  narrowMultiplier: i32;
  narrowShift: i32;
  multiplier: i32;
  shift: i32;
  outputZeroPoint: i32;
  low: i32;
  high: i32;
}

/** A product of tensors of one shape. */
@unmanaged
export class MulParameters {
  first: usize;
  second: usize;
  output: usize;
  /** Elements; of a row where operands are broadcast. */
  length: i32;
  firstZeroPoint: i32;
  secondZeroPoint: i32;
  multiplier: i32;
  /** Positive: to the right. */
  shift: i32;
  outputZeroPoint: i32;
  low: i32;
  high: i32;
}

/**
 * What follows the block of an elementwise kernel where operands are broadcast: rows of `length` elements in four
 * loops. A step is what an operand's address advances by at the end of that loop's body, over what the loop within
 * has added; within a row it is 1 or 0.
 */
@unmanaged
export class BroadcastParameters {
  count0: i32;
  count1: i32;
  count2: i32;
  count3: i32;
  firstStep0: i32;
  firstStep1: i32;
  firstStep2: i32;
  firstStep3: i32;
  firstStep: i32;
  secondStep0: i32;
  secondStep1: i32;
  secondStep2: i32;
  secondStep3: i32;
  secondStep: i32;
}
