/**
 * Blocks of parameters: what a call of a kernel works on. Generated from host/abi/parameters.ts by `npm run build`;
 * not to be edited. Addresses (usize) are in linear memory, `weights` is an offset in the weights section.
 */

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

/** A fully connected layer. */
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

/** A pool over height and width. */
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

/** A convolution of any kind, or a product of matrices, in float32 or in integers. */
@unmanaged
export class ProductParameters {
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
  /** Of float32: what low and high are of integers. */
  lowest: f32;
  highest: f32;
  /** How weights lie: a number of `weightStorages`. */
  storage: i32;
  weightsZeroPoint: i32;
  /** Of an activation: 1 of int8, 2 of int16, 4 of float32. */
  elementBytes: i32;
  /** 1 where biases and sums of integers have 64 bits, else 0. */
  longSums: i32;
  /** Groups that channels are parted into. */
  groups: i32;
  /** Rows of the input lie so far apart, as if there were others of zeros between them. */
  spreadHeight: i32;
  spreadWidth: i32;
  /** Inputs whose weights are read at once, a multiple of 4. */
  chunk: i32;
  /** Of weights in linear memory. */
  matrix: usize;
}

/** Products of matrices in linear memory. */
@unmanaged
export class MatmulParameters {
  first: usize;
  second: usize;
  output: usize;
  batches: i32;
  /** Steps, here and below, are in elements. */
  firstBatch: i32;
  secondBatch: i32;
  rows: i32;
  columns: i32;
  depth: i32;
  firstRow: i32;
  firstStep: i32;
  secondColumn: i32;
  secondStep: i32;
  firstZeroPoint: i32;
  secondZeroPoint: i32;
  multiplier: i32;
  /** Positive: to the right. */
  shift: i32;
  outputZeroPoint: i32;
}

/** A pool over height and width, in float32. */
@unmanaged
export class FloatPoolParameters {
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
  low: f32;
  high: f32;
}

/** A softmax over the last axis. */
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

/** A mean over one or two groups of neighbouring axes. */
@unmanaged
export class MeanParameters {
  input: usize;
  output: usize;
  /** Of the sum, with 1 / elements in it. */
  multiplier: i64;
  kept0: i32;
  reduced0: i32;
  kept1: i32;
  reduced1: i32;
  kept2: i32;
  /** -elements * inputZeroPoint. */
  offset: i32;
  /** Positive: to the right. */
  shift: i32;
  zeroPoint: i32;
}

/** Padding with a constant. */
@unmanaged
export class PadParameters {
  input: usize;
  output: usize;
  outputBytes: i32;
  /** Offset in the output of the input's first element. */
  start: i32;
  value: i32;
  /** Bytes that lie together in both. */
  run: i32;
  count0: i32;
  count1: i32;
  count2: i32;
  count3: i32;
  gap0: i32;
  gap1: i32;
  gap2: i32;
  gap3: i32;
}

/** A function of one byte, by its table. */
@unmanaged
export class LookupTableParameters {
  input: usize;
  output: usize;
  scratch: usize;
  weights: i32;
  elements: i32;
}

/** Rows of a tensor to their places in another. */
@unmanaged
export class CopyRowsParameters {
  input: usize;
  output: usize;
  rows: i32;
  /** Bytes of a row. */
  bytes: i32;
  /** Bytes from one row of the output to the next. */
  stride: i32;
}

/** Constant rows to their places in a tensor. */
@unmanaged
export class ReadRowsParameters {
  weights: i32;
  output: usize;
  rows: i32;
  /** Bytes of a row. */
  bytes: i32;
  /** Bytes from one row of the output to the next. */
  stride: i32;
}

/** float32 to 8 bits. */
@unmanaged
export class QuantizeParameters {
  input: usize;
  output: usize;
  elements: i32;
  scale: f32;
  zeroPoint: i32;
  low: i32;
  high: i32;
}

/** 8 bits to float32. */
@unmanaged
export class DequantizeParameters {
  input: usize;
  output: usize;
  elements: i32;
  scale: f32;
  zeroPoint: i32;
}
