/**
 * Blocks of parameters: what a call of a kernel works on. Generated from host/abi/parameters by `npm run build`;
 * not to be edited. Addresses (usize) are in linear memory, `weights` is an offset in the weights section.
 */

/** Added to the shift of a sum that is rounded once. */
export const roundedOnce: i32 = 64;

/** The same in float32. */
@unmanaged
export class AnyFloatPoolParameters {
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
  dilationHeight: i32;
  dilationWidth: i32;
  /** Rows of the padding that an average counts. */
  countTop: i32;
  countBottom: i32;
  countLeft: i32;
  countRight: i32;
  /** What padding counts as, of integers. */
  zeroPoint: i32;
  low: f32;
  high: f32;
}

/** A pool of pixels that may lie apart, of which an average may count padding. */
@unmanaged
export class AnyPoolParameters {
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
  dilationHeight: i32;
  dilationWidth: i32;
  /** Rows of the padding that an average counts. */
  countTop: i32;
  countBottom: i32;
  countLeft: i32;
  countRight: i32;
  /** What padding counts as, of integers. */
  zeroPoint: i32;
  low: i32;
  high: i32;
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

/** The places of a pool's maxima. A step is what an index grows by from one element of an axis to the next. */
@unmanaged
export class PoolIndicesParameters {
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
  dilationHeight: i32;
  dilationWidth: i32;
  batchStep: i32;
  rowStep: i32;
  columnStep: i32;
  channelStep: i32;
  indexBytes: i32;
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

/**
 * A convolution whose weights have fewer than 8 bits. It lies as WindowParameters do, which its kernel takes as
 * well.
 */
@unmanaged
export class StoredWindowParameters {
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
  /** Inputs whose weights are unpacked at once. */
  chunk: i32;
  /** Chunks whose products a lane takes before it is emptied. */
  laneChunks: i32;
  /** How weights lie: a number of `weightStorages`. */
  storage: i32;
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
  /** 1, and 0: as in StoredWindowParameters. */
  laneChunks: i32;
  storage: i32;
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

/** Probabilities of classes from those of their pairs. */
@unmanaged
export class PairwiseCouplingParameters {
  input: usize;
  output: usize;
  rows: i32;
  classes: i32;
  /** At most. */
  steps: i32;
  tolerance: f32;
}

/** Squared distances to constant vectors. */
@unmanaged
export class SquaredDistancesParameters {
  input: usize;
  output: usize;
  rows: i32;
  features: i32;
  vectors: i32;
  count: i32;
}

/** A fully connected layer whose weights have fewer than 8 bits. It begins as FullyConnectedParameters. */
@unmanaged
export class StoredFullyConnectedParameters {
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
  /** Inputs whose weights are unpacked at once, a multiple of 8. */
  chunk: i32;
  /** How weights lie: a number of `weightStorages`. */
  storage: i32;
}

/** An ensemble of decision trees. */
@unmanaged
export class TreeEnsembleParameters {
  input: usize;
  output: usize;
  rows: i32;
  /** Of a row of the input. */
  features: i32;
  /** Of a row of the output. */
  targets: i32;
  /** Of each tree the address of its root and its first target, in bytes. */
  trees: i32;
  treeCount: i32;
  /** Rows of float32, which leaves name by their number. */
  leaves: i32;
  /** Targets that a leaf gives to. */
  width: i32;
  /** What targets have on top, float32. */
  base: i32;
  /** 0 sum, 1 least, 2 greatest. */
  aggregate: i32;
  divisor: f32;
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

/** A function of int16, by a table. */
@unmanaged
export class CurveParameters {
  input: usize;
  output: usize;
  elements: i32;
  scratch: usize;
  weights: i32;
  /** Of what brings the input to the table's steps. */
  multiplier: i32;
  /** To the right. */
  shift: i32;
}

/** An exponential linear unit. */
@unmanaged
export class EluParameters {
  input: usize;
  output: usize;
  elements: i32;
  /** Factor of elements from 0 on. */
  positive: f32;
  /** Factor of exp(rate * x) - 1 below 0. */
  negative: f32;
  rate: f32;
}

/** A function of two float32. */
@unmanaged
export class FloatPairParameters {
  first: usize;
  second: usize;
  third: usize;
  output: usize;
  /** Of the output. */
  rowBytes: i32;
  /** Bytes from one element of a row to the next: 0 where it is broadcast. */
  firstStep: i32;
  secondStep: i32;
  thirdStep: i32;
  count0: i32;
  index0: i32;
  first0: i32;
  second0: i32;
  third0: i32;
  count1: i32;
  index1: i32;
  first1: i32;
  second1: i32;
  third1: i32;
  count2: i32;
  index2: i32;
  first2: i32;
  second2: i32;
  third2: i32;
  count3: i32;
  index3: i32;
  first3: i32;
  second3: i32;
  third3: i32;
  count4: i32;
  index4: i32;
  first4: i32;
  second4: i32;
  third4: i32;
  low: f32;
  high: f32;
}

/** A line, limited to 0..1. */
@unmanaged
export class HardSigmoidParameters {
  input: usize;
  output: usize;
  elements: i32;
  slope: f32;
  offset: f32;
}

/** A function of two integers without scales, or of one scale. */
@unmanaged
export class IntegerPairParameters {
  first: usize;
  second: usize;
  third: usize;
  output: usize;
  /** Of the output. */
  rowBytes: i32;
  /** Bytes from one element of a row to the next: 0 where it is broadcast. */
  firstStep: i32;
  secondStep: i32;
  thirdStep: i32;
  count0: i32;
  index0: i32;
  first0: i32;
  second0: i32;
  third0: i32;
  count1: i32;
  index1: i32;
  first1: i32;
  second1: i32;
  third1: i32;
  count2: i32;
  index2: i32;
  first2: i32;
  second2: i32;
  third2: i32;
  count3: i32;
  index3: i32;
  first3: i32;
  second3: i32;
  third3: i32;
  count4: i32;
  index4: i32;
  first4: i32;
  second4: i32;
  third4: i32;
  low: i32;
  high: i32;
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

/** A function of single elements. */
@unmanaged
export class MapParameters {
  input: usize;
  output: usize;
  elements: i32;
  /** Of functions that have one. */
  alpha: f32;
  low: f32;
  high: f32;
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

/** A function of two quantized integers. Shifts are to the right where they are positive. */
@unmanaged
export class QuantizedPairParameters {
  first: usize;
  second: usize;
  third: usize;
  output: usize;
  /** Of the output. */
  rowBytes: i32;
  /** Bytes from one element of a row to the next: 0 where it is broadcast. */
  firstStep: i32;
  secondStep: i32;
  thirdStep: i32;
  count0: i32;
  index0: i32;
  first0: i32;
  second0: i32;
  third0: i32;
  count1: i32;
  index1: i32;
  first1: i32;
  second1: i32;
  third1: i32;
  count2: i32;
  index2: i32;
  first2: i32;
  second2: i32;
  third2: i32;
  count3: i32;
  index3: i32;
  first3: i32;
  second3: i32;
  third3: i32;
  count4: i32;
  index4: i32;
  first4: i32;
  second4: i32;
  third4: i32;
  firstZeroPoint: i32;
  secondZeroPoint: i32;
  /** Bits that operands gain before they are rescaled. */
  leftShift: i32;
  firstMultiplier: i32;
  firstShift: i32;
  secondMultiplier: i32;
  secondShift: i32;
  /** 1 or -1. */
  secondSign: i32;
  multiplier: i32;
  shift: i32;
  outputZeroPoint: i32;
  low: i32;
  high: i32;
}

/** A sum of many tensors of one shape. */
@unmanaged
export class SumOfManyParameters {
  output: usize;
  /** The operands' addresses, 32 bits each. */
  addresses: i32;
  /** Memory for the addresses. */
  scratch: usize;
  operands: i32;
  elements: i32;
  /** What is added to a sum: -(operands + 1) * zero point. */
  offset: i32;
  multiplier: i32;
  /** Positive: to the right. */
  shift: i32;
  outputZeroPoint: i32;
}

/**
 * A walk over an output in the order of its memory, and over one to three operands that are broadcast to it: rows,
 * and five axes around them, the innermost first. What an axis adds to an operand is over what the axes within have
 * added. Blocks of kernels that walk begin with it.
 */
@unmanaged
export class WalkParameters {
  first: usize;
  second: usize;
  third: usize;
  output: usize;
  /** Of the output. */
  rowBytes: i32;
  /** Bytes from one element of a row to the next: 0 where it is broadcast. */
  firstStep: i32;
  secondStep: i32;
  thirdStep: i32;
  count0: i32;
  index0: i32;
  first0: i32;
  second0: i32;
  third0: i32;
  count1: i32;
  index1: i32;
  first1: i32;
  second1: i32;
  third1: i32;
  count2: i32;
  index2: i32;
  first2: i32;
  second2: i32;
  third2: i32;
  count3: i32;
  index3: i32;
  first3: i32;
  second3: i32;
  third3: i32;
  count4: i32;
  index4: i32;
  first4: i32;
  second4: i32;
  third4: i32;
}

/** A function of two integers of 64 bits. */
@unmanaged
export class WidePairParameters {
  first: usize;
  second: usize;
  third: usize;
  output: usize;
  /** Of the output. */
  rowBytes: i32;
  /** Bytes from one element of a row to the next: 0 where it is broadcast. */
  firstStep: i32;
  secondStep: i32;
  thirdStep: i32;
  count0: i32;
  index0: i32;
  first0: i32;
  second0: i32;
  third0: i32;
  count1: i32;
  index1: i32;
  first1: i32;
  second1: i32;
  third1: i32;
  count2: i32;
  index2: i32;
  first2: i32;
  second2: i32;
  third2: i32;
  count3: i32;
  index3: i32;
  first3: i32;
  second3: i32;
  third3: i32;
  count4: i32;
  index4: i32;
  first4: i32;
  second4: i32;
  third4: i32;
  low: i64;
  high: i64;
}

/** The index of an extreme along an axis. */
@unmanaged
export class ArgParameters {
  input: usize;
  output: usize;
  outer: i32;
  length: i32;
  inner: i32;
  /** 1 for the largest element, 0 for the smallest. */
  largest: i32;
  /** 4 or 8. */
  indexBytes: i32;
}

/** Cumulative sums along an axis. */
@unmanaged
export class CumsumParameters {
  input: usize;
  output: usize;
  /** Of 2^12 times an int8 sum. */
  multiplier: i64;
  /** Right shift after it. */
  right: i32;
  outer: i32;
  length: i32;
  inner: i32;
  exclusive: i32;
  reverse: i32;
  /** What an int8 sum starts with. */
  start: i32;
  inputZeroPoint: i32;
  outputZeroPoint: i32;
}

/** A mean over one or two groups of neighbouring axes. */
@unmanaged
export class MeanParameters {
  input: usize;
  output: usize;
  /** Of the sum, with 1 / elements in it. */
  multiplier: i32;
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

/** Rows of float32 over their sums. */
@unmanaged
export class NormalizeParameters {
  input: usize;
  output: usize;
  rows: i32;
  depth: i32;
  factor: f32;
}

/** Rows of int8 over their sums. */
@unmanaged
export class NormalizeQuantizedParameters {
  input: usize;
  output: usize;
  scratch: usize;
  weights: i32;
  /** Of a difference of inputs. */
  multiplier: i64;
  /** Left shift of a difference before it is multiplied. */
  left: i32;
  /** The least difference that is told from smaller ones. */
  least: i32;
  entries: i32;
  rows: i32;
  depth: i32;
  zeroPoint: i32;
}

/** A reduction over up to three groups of axes. */
@unmanaged
export class ReduceParameters {
  input: usize;
  output: usize;
  /** Of an integer sum, with 1 / elements for a mean. */
  multiplier: i64;
  kept0: i32;
  reduced0: i32;
  kept1: i32;
  reduced1: i32;
  kept2: i32;
  reduced2: i32;
  kept3: i32;
  /** -elements * inputZeroPoint. */
  offset: i32;
  /** Positive: to the right. */
  shift: i32;
  zeroPoint: i32;
  /** Of a sum of float32. */
  divisor: f32;
}

/** A softmax of int16. */
@unmanaged
export class SoftmaxInt16Parameters {
  input: usize;
  output: usize;
  scratch: usize;
  weights: i32;
  /** Of a difference of inputs. */
  multiplier: i64;
  /** Positive: to the right. */
  shift: i32;
  rows: i32;
  depth: i32;
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

/** The first of the sorted elements along an axis. */
@unmanaged
export class TopKParameters {
  input: usize;
  output: usize;
  indices: usize;
  outer: i32;
  length: i32;
  inner: i32;
  /** 1 to length. */
  count: i32;
  /** 1 for the largest elements, 0 for the smallest. */
  largest: i32;
  /** 4 or 8. */
  indexBytes: i32;
}

/** A recurrent layer of integers that walks through the times of a sequence. */
@unmanaged
export class IntegerLayerParameters {
  /** Of the first time that is walked. */
  input: usize;
  /** Of the sequence, likewise. */
  output: usize;
  /** Likewise. */
  mask: usize;
  hidden: usize;
  /** Of a batch's hidden state. */
  hiddenBytes: i32;
  /** 0: counts what was walked. */
  time: i32;
  times: i32;
  batches: i32;
  /** Bytes from one time to the next one that is walked. */
  inputTimeStep: i32;
  outputTimeStep: i32;
  /** Bytes from one batch to the next. */
  outputBatchStep: i32;
  maskTimeStep: i32;
  maskBatchStep: i32;
  /** 1 where hidden states of all times are stored. */
  hasSequence: i32;
  hasMask: i32;
  /** 1 where masked times have what the time before has; else they have 0. */
  holds: i32;
  /** Byte of which 0 consists. */
  zero: i32;
  /** Of int16: the cell, or the hidden state in more bits. */
  state: usize;
  initialHidden: usize;
  initialState: usize;
  /** Scratch: a row for each batch. */
  gates: usize;
  /** Scratch: 4 sums, then the tile. */
  tile: usize;
  /** Scratch: the table of the logistic function. */
  table: usize;
  tableWeights: i32;
  /** Of a batch's gates. */
  rowBytes: i32;
  /** Bytes from a row's start to what its candidate's product takes or gives. */
  products: i32;
  /** Elements of vectors whose weights lie in the tile at once; a multiple of 4. */
  chunk: i32;
  inputWeights: i32;
  /** Elements of a vector. */
  inputDepth: i32;
  /** Of the matrix; a multiple of 4. */
  inputOutputs: i32;
  /** Bytes from one batch's vector to the next. */
  inputStep: i32;
  recurrentWeights: i32;
  /** Elements of a vector. */
  recurrentDepth: i32;
  /** Of the matrix; a multiple of 4. */
  recurrentOutputs: i32;
  /** Bytes from one batch's vector to the next. */
  recurrentStep: i32;
  candidateWeights: i32;
  /** Elements of a vector. */
  candidateDepth: i32;
  /** Of the matrix; a multiple of 4. */
  candidateOutputs: i32;
  /** Bytes from one batch's vector to the next. */
  candidateStep: i32;
  units: i32;
  hasInitialHidden: i32;
  hasInitialState: i32;
  /** 1 where the reset gate multiplies the recurrent product. */
  resetAfter: i32;
  /** Brings what a time gives to the hidden state. */
  hiddenMultiplier: i32;
  /** Positive: to the right. */
  hiddenShift: i32;
  hiddenZeroPoint: i32;
  /** Of the product of input gate and cell gate. */
  cellMultiplier: i32;
  /** Positive: to the right. */
  cellShift: i32;
  /** Brings a cell to the table's steps. */
  tanhMultiplier: i32;
  /** Right shift after it. */
  tanhShift: i32;
  /** Brings Q0.15 to the state, to the right. */
  stateShift: i32;
}

/** Long short-term memory over a sequence. */
@unmanaged
export class LstmParameters {
  input: usize;
  output: usize;
  hidden: usize;
  cell: usize;
  scratch: usize;
  weights: i32;
  constants: i32;
  constantsBytes: i32;
  /** Of the product of input gate and cell gate. */
  cellMultiplier: i64;
  /** Of the product of output gate and cell. */
  hiddenMultiplier: i64;
  /** Positive: to the right. */
  cellShift: i32;
  hiddenShift: i32;
  times: i32;
  batches: i32;
  inputs: i32;
  units: i32;
  /** Rows from one step of time to the next. */
  timeStep: i32;
  /** Rows from one batch to the next. */
  batchStep: i32;
  unitBytes: i32;
  biasOffset: i32;
  /** 1 where the cell gate's activation is the logistic function. */
  cellLogistic: i32;
  /** Largest magnitude of an integer cell; 0 for any. */
  clip: i32;
  /** Brings a cell to the table's steps. */
  tanhMultiplier: i32;
  /** Right shift after it. */
  tanhShift: i32;
  hiddenZeroPoint: i32;
  floatClip: f32;
}

/** A recurrent layer that walks through the times of a sequence. */
@unmanaged
export class RecurrentLayerParameters {
  /** Of the first time that is walked. */
  input: usize;
  /** Of the sequence, likewise. */
  output: usize;
  /** Likewise. */
  mask: usize;
  hidden: usize;
  /** Of a batch's hidden state. */
  hiddenBytes: i32;
  /** 0: counts what was walked. */
  time: i32;
  times: i32;
  batches: i32;
  /** Bytes from one time to the next one that is walked. */
  inputTimeStep: i32;
  outputTimeStep: i32;
  /** Bytes from one batch to the next. */
  outputBatchStep: i32;
  maskTimeStep: i32;
  maskBatchStep: i32;
  /** 1 where hidden states of all times are stored. */
  hasSequence: i32;
  hasMask: i32;
  /** 1 where masked times have what the time before has; else they have 0. */
  holds: i32;
  /** Byte of which 0 consists. */
  zero: i32;
  cell: usize;
  initialHidden: usize;
  initialCell: usize;
  /** Scratch: a row for each batch. */
  gates: usize;
  /** Scratch. */
  tile: usize;
  /** Scratch. */
  peepholes: usize;
  peepholeWeights: i32;
  /** What each row of gates begins with. */
  biases: i32;
  /** Of a batch's gates. */
  rowBytes: i32;
  /** From one gate to the next. */
  gateBytes: i32;
  /** Elements of vectors whose weights lie in the tile at once. */
  chunk: i32;
  inputWeights: i32;
  /** Elements of a vector. */
  inputDepth: i32;
  /** Of the matrix; a multiple of 4. */
  inputOutputs: i32;
  /** Bytes from one batch's vector to the next. */
  inputStep: i32;
  /** Of its weights. */
  inputStorage: i32;
  recurrentWeights: i32;
  /** Elements of a vector. */
  recurrentDepth: i32;
  /** Of the matrix; a multiple of 4. */
  recurrentOutputs: i32;
  /** Bytes from one batch's vector to the next. */
  recurrentStep: i32;
  /** Of its weights. */
  recurrentStorage: i32;
  candidateWeights: i32;
  /** Elements of a vector. */
  candidateDepth: i32;
  /** Of the matrix; a multiple of 4. */
  candidateOutputs: i32;
  /** Bytes from one batch's vector to the next. */
  candidateStep: i32;
  /** Of its weights. */
  candidateStorage: i32;
  units: i32;
  hasInitialHidden: i32;
  hasInitialCell: i32;
  hasPeepholes: i32;
  /** 1 where the forget gate is 1 less the input gate. */
  coupled: i32;
  /** 1 where the reset gate multiplies the recurrent product. */
  resetAfter: i32;
  /** Largest magnitude of what a gate's function is applied to. */
  clip: f32;
  activation0: i32;
  alpha0: f32;
  beta0: f32;
  activation1: i32;
  alpha1: f32;
  beta1: f32;
  activation2: i32;
  alpha2: f32;
  beta2: f32;
}

/** What blocks of recurrent layers begin with: the walk through the times of a sequence. */
@unmanaged
export class SequenceWalkParameters {
  /** Of the first time that is walked. */
  input: usize;
  /** Of the sequence, likewise. */
  output: usize;
  /** Likewise. */
  mask: usize;
  hidden: usize;
  /** Of a batch's hidden state. */
  hiddenBytes: i32;
  /** 0: counts what was walked. */
  time: i32;
  times: i32;
  batches: i32;
  /** Bytes from one time to the next one that is walked. */
  inputTimeStep: i32;
  outputTimeStep: i32;
  /** Bytes from one batch to the next. */
  outputBatchStep: i32;
  maskTimeStep: i32;
  maskBatchStep: i32;
  /** 1 where hidden states of all times are stored. */
  hasSequence: i32;
  hasMask: i32;
  /** 1 where masked times have what the time before has; else they have 0. */
  holds: i32;
  /** Byte of which 0 consists. */
  zero: i32;
}

/** A layer of filters over time. */
@unmanaged
export class SvdfParameters {
  input: usize;
  output: usize;
  state: usize;
  scratch: usize;
  weights: i32;
  biases: i32;
  /** Of a sum over inputs. */
  multiplier1: i64;
  /** Of a sum over time. */
  multiplier2: i64;
  /** Positive: to the right. */
  shift1: i32;
  shift2: i32;
  batches: i32;
  inputs: i32;
  units: i32;
  rank: i32;
  memory: i32;
  filterBytes: i32;
  timeOffset: i32;
  inputZeroPoint: i32;
  stateZeroPoint: i32;
  outputZeroPoint: i32;
  /** Least output of float32. */
  low: f32;
  high: f32;
}

/** Rows of a tensor to their places in another. */
@unmanaged
export class CopyRowsParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  rows: i32;
  /** Bytes of a row. */
  bytes: i32;
  /** Bytes from one row of the output to the next. */
  stride: i32;
}

/** Parts of a constant tensor, by indices. */
@unmanaged
export class GatherConstantParameters {
  input: i32;
  output: usize;
  indices: usize;
  indexBytes: i32;
  batches: i32;
  /** Of the input, for each batch: what lies before the axes that indices name. */
  outer: i32;
  /** Indices of a batch. */
  positions: i32;
  /** Of the input, for each position: what lies behind those axes. */
  bytes: i32;
  /** Numbers of an index. */
  axes: i32;
  length0: i32;
  length1: i32;
  length2: i32;
  length3: i32;
  length4: i32;
}

/** Single elements of a tensor, by indices. */
@unmanaged
export class GatherElementsParameters {
  input: usize;
  indices: usize;
  output: usize;
  indexBytes: i32;
  /** How many indices there are. */
  positions: i32;
  /** Bytes that belong to a place. */
  runBytes: i32;
  /** Numbers of an index. */
  axes: i32;
  length0: i32;
  length1: i32;
  length2: i32;
  length3: i32;
  length4: i32;
  length5: i32;
  stride0: i32;
  stride1: i32;
  stride2: i32;
  stride3: i32;
  stride4: i32;
  stride5: i32;
  count0: i32;
  step0: i32;
  left0: i32;
  count1: i32;
  step1: i32;
  left1: i32;
  count2: i32;
  step2: i32;
  left2: i32;
  count3: i32;
  step3: i32;
  left3: i32;
  count4: i32;
  step4: i32;
  left4: i32;
  count5: i32;
  step5: i32;
  left5: i32;
}

/** Parts of a tensor, by indices. */
@unmanaged
export class GatherParameters {
  input: usize;
  output: usize;
  indices: usize;
  indexBytes: i32;
  batches: i32;
  /** Of the input, for each batch: what lies before the axes that indices name. */
  outer: i32;
  /** Indices of a batch. */
  positions: i32;
  /** Of the input, for each position: what lies behind those axes. */
  bytes: i32;
  /** Numbers of an index. */
  axes: i32;
  length0: i32;
  length1: i32;
  length2: i32;
  length3: i32;
  length4: i32;
}

/** Pixels of a picture at places that are computed. */
@unmanaged
export class GridSampleParameters {
  input: usize;
  grid: usize;
  output: usize;
  batches: i32;
  inputHeight: i32;
  inputWidth: i32;
  channels: i32;
  /** Of a batch. */
  places: i32;
  /** Pixels along an axis that a place is made of: 1, 2 or 4. */
  taps: i32;
  /** 0 of zeros, 1 of the last pixels, 2 of the picture mirrored. */
  outside: i32;
  alignCorners: i32;
}

/** Padding with one byte. */
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

/** Padding with elements of several bytes. */
@unmanaged
export class PadWideParameters {
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
  /** `value` and this are 8 bytes of elements. */
  high: i32;
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

/** One axis resampled. */
@unmanaged
export class ResampleParameters {
  input: usize;
  output: usize;
  /** Of each new index: where its first neighbour lies, and weights. */
  entries: i32;
  entryBytes: i32;
  indices: i32;
  outer: i32;
  /** Bytes of the input's axis and of all within. */
  rowBytes: i32;
  /** Bytes from one index of the axis to the next. */
  step: i32;
}

/** Bilinear interpolation. A place in the input is (index + center) * scale - center. */
@unmanaged
export class ResizeFloatParameters {
  input: usize;
  output: usize;
  batches: i32;
  inputHeight: i32;
  inputWidth: i32;
  outputHeight: i32;
  outputWidth: i32;
  channels: i32;
  heightScale: f32;
  widthScale: f32;
  center: f32;
}

/** Bilinear interpolation of integers. A place in the input is index * scale + offset, in 1024ths. */
@unmanaged
export class ResizeParameters {
  input: usize;
  output: usize;
  batches: i32;
  inputHeight: i32;
  inputWidth: i32;
  outputHeight: i32;
  outputWidth: i32;
  channels: i32;
  heightScale: i32;
  widthScale: i32;
  heightOffset: i32;
  widthOffset: i32;
}

/** A tensor with updates at places that indices name. */
@unmanaged
export class ScatterParameters {
  input: usize;
  updates: usize;
  indices: usize;
  output: usize;
  indexBytes: i32;
  /** How many indices there are. */
  positions: i32;
  /** Bytes that belong to a place. */
  runBytes: i32;
  /** Numbers of an index. */
  axes: i32;
  length0: i32;
  length1: i32;
  length2: i32;
  length3: i32;
  length4: i32;
  length5: i32;
  stride0: i32;
  stride1: i32;
  stride2: i32;
  stride3: i32;
  stride4: i32;
  stride5: i32;
  count0: i32;
  step0: i32;
  left0: i32;
  count1: i32;
  step1: i32;
  left1: i32;
  count2: i32;
  step2: i32;
  left2: i32;
  count3: i32;
  step3: i32;
  left3: i32;
  count4: i32;
  step4: i32;
  left4: i32;
  count5: i32;
  step5: i32;
  left5: i32;
  outputBytes: i32;
  /** 0 adds, 1 multiplies, 2 and 3 take the smaller and the larger one. */
  reduction: i32;
}

/**
 * A part of a tensor replaced at an index. Rows of the update in up to five loops, of which the innermost is the
 * first; limits are the highest starts of the axes, strides their bytes in the output.
 */
@unmanaged
export class UpdateSliceParameters {
  input: usize;
  update: usize;
  starts: usize;
  output: usize;
  outputBytes: i32;
  indexBytes: i32;
  axes: i32;
  limit0: i32;
  limit1: i32;
  limit2: i32;
  limit3: i32;
  limit4: i32;
  limit5: i32;
  stride0: i32;
  stride1: i32;
  stride2: i32;
  stride3: i32;
  stride4: i32;
  stride5: i32;
  rowBytes: i32;
  rows: i32;
  count0: i32;
  step0: i32;
  left0: i32;
  count1: i32;
  step1: i32;
  left1: i32;
  count2: i32;
  step2: i32;
  left2: i32;
  count3: i32;
  step3: i32;
  left3: i32;
  count4: i32;
  step4: i32;
  left4: i32;
}

/**
 * A strided walk over a tensor: runs of units in up to six loops. A step is what the input's address advances by
 * from one body of that loop to the next, over what the loops within have added. The innermost loop is the first.
 */
@unmanaged
export class ViewParameters {
  input: usize;
  output: usize;
  /** Bytes that are copied at once. */
  unit: i32;
  /** Units of a run. */
  run: i32;
  /** Bytes from one unit of a run to the next in the input. */
  step: i32;
  runs: i32;
  count0: i32;
  step0: i32;
  left0: i32;
  count1: i32;
  step1: i32;
  left1: i32;
  count2: i32;
  step2: i32;
  left2: i32;
  count3: i32;
  step3: i32;
  left3: i32;
  count4: i32;
  step4: i32;
  left4: i32;
  count5: i32;
  step5: i32;
  left5: i32;
}

/** What comes after a single-shot detector. */
@unmanaged
export class DetectionParameters {
  encodings: usize;
  scores: usize;
  anchors: i32;
  /** Output 0. */
  corners: usize;
  /** Output 1: classes. */
  kinds: usize;
  /** Output 2: scores. */
  best: usize;
  /** Output 3. */
  count: usize;
  /** Behind this block. */
  scratch: usize;
  boxes: i32;
  /** Numbers of an encoded box. */
  boxLength: i32;
  classes: i32;
  /** Scores of a box, of which the last `classes` count. */
  scoreLength: i32;
  maxDetections: i32;
  /** 0: classes are suppressed together. */
  detectionsPerClass: i32;
  scoreThreshold: f32;
  overlapThreshold: f32;
  scaleY: f32;
  scaleX: f32;
  scaleHeight: f32;
  scaleWidth: f32;
}

/** Elements of one type to another. */
@unmanaged
export class CastParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  elements: i32;
  /** Bytes of an integer, negative where it is unsigned. */
  from: i32;
  /** Likewise; 0 for bool. */
  to: i32;
}

/** Integers to float32. */
@unmanaged
export class DequantizeParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  elements: i32;
  scale: f32;
  zeroPoint: i32;
}

/** float32 to integers. */
@unmanaged
export class QuantizeParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  elements: i32;
  scale: f32;
  zeroPoint: i32;
  low: i32;
  high: i32;
}

/**
 * Integers of one scale to integers of another, by one factor for positive and one for negative differences from
 * the zero point. Shifts are to the right where they are positive.
 */
@unmanaged
export class RescaleParameters {
  input: usize;
  output: usize;
  elements: i32;
  inputZeroPoint: i32;
  outputZeroPoint: i32;
  positiveMultiplier: i32;
  positiveShift: i32;
  negativeMultiplier: i32;
  negativeShift: i32;
  /** 1 or -1: multiplies what is rescaled, after it is rounded. */
  negativeSign: i32;
  low: i32;
  high: i32;
}

/** Filters of second order over time. */
@unmanaged
export class BiquadParameters {
  input: usize;
  output: usize;
  /** The variable. */
  state: usize;
  /** The variable that is 0 before the first run, where the next says so. */
  started: usize;
  /** Whether the first sample counts as having lasted for ever, rather than zeros. */
  startsWithFirst: i32;
  time: i32;
  channels: i32;
  scratch: usize;
  weights: i32;
  sections: i32;
}

/** Squared magnitudes of a spectrum. */
@unmanaged
export class EnergyParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  elements: i32;
  start: i32;
  /** Of the elements that are computed; others are 0. */
  end: i32;
}

/** Samples scaled up to 16 bits. */
@unmanaged
export class FftAutoScaleParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  scaleBits: usize;
  elements: i32;
}

/** Natural logarithms, scaled. */
@unmanaged
export class FilterBankLogParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  scratch: usize;
  weights: i32;
  elements: i32;
  scale: i32;
  /** By which inputs are shifted to the left. */
  correctionBits: i32;
}

/** Weighted sums over bands of a spectrum. */
@unmanaged
export class FilterBankParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  scratch: usize;
  weights: i32;
  /** With the one that only gives to the next. */
  channels: i32;
}

/** Frames of a stream that comes in pieces. Lengths are in bytes. */
@unmanaged
export class FramesParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  valid: usize;
  /** The variable that holds what came last, row by row. */
  history: usize;
  /** The variable that says how many hops there are before the next frame. */
  countdown: usize;
  rows: i32;
  /** Of a row, each of which makes a frame. */
  hops: i32;
  hopBytes: i32;
  historyBytes: i32;
  frameBytes: i32;
  /** Hops from one frame to the next. */
  every: i32;
}

/** Medians of channels over time. */
@unmanaged
export class MedianFilterParameters {
  input: usize;
  output: usize;
  /** The variable. */
  state: usize;
  /** The variable that is 0 before the first run, where the next says so. */
  started: usize;
  /** Whether the first sample counts as having lasted for ever, rather than zeros. */
  startsWithFirst: i32;
  time: i32;
  channels: i32;
  scratch: usize;
  /** Samples of a median; the state holds one row less. */
  window: i32;
  /** Medians of deviations beyond which a sample is an outlier. */
  factor: f32;
}

/** Weighted sums over bands of spectra of float32. */
@unmanaged
export class MelFilterBankParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  scratch: usize;
  weights: i32;
  rows: i32;
  /** Of an input row. */
  bins: i32;
  channels: i32;
  /** What sums are given or have at least, before logarithms. */
  floor: f32;
  /** Whether it is added. */
  adds: i32;
}

/** Frames that overlap, added. */
@unmanaged
export class OverlapAddParameters {
  input: usize;
  output: usize;
  /** The variable. */
  sums: usize;
  rows: i32;
  frames: i32;
  frameElements: i32;
  hopElements: i32;
}

/** Gain control by channel. */
@unmanaged
export class PcanParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  noise: usize;
  output: usize;
  scratch: usize;
  weights: i32;
  elements: i32;
  tableBytes: i32;
  /** Of the products, to the right. */
  shift: i32;
}

/** Power of spectra of real samples. */
@unmanaged
export class PowerSpectrumParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  scratch: usize;
  /** The transform's twiddle factors, and those between both halves. */
  weights: i32;
  window: i32;
  /** Whether there is a window. */
  windowed: i32;
  rows: i32;
  /** Samples of an input row; what is missing counts as 0. */
  length: i32;
  /** Of the complex transform: half of the real one's. */
  points: i32;
  /** Of its stages, the first one's in the lowest three bits. */
  radices: i32;
  /** Whether roots are taken. */
  magnitude: i32;
  scale: f32;
  start: i32;
  /** Of the bins that are computed; others are 0. */
  end: i32;
}

/** Fourier transforms of real samples, or back. */
@unmanaged
export class RealFftParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  scratch: usize;
  /** The transform's twiddle factors, and those between both halves. */
  weights: i32;
  rows: i32;
  /** Samples of an input row; what is missing counts as 0. */
  length: i32;
  /** Of the complex transform: half of the real one's. */
  points: i32;
  /** Of its stages, the first one's in the lowest three bits. */
  radices: i32;
}

/** A stream at another sample rate. */
@unmanaged
export class ResampleStreamParameters {
  input: usize;
  output: usize;
  /** The variable. */
  state: usize;
  /** The variable that is 0 before the first run, where the next says so. */
  started: usize;
  /** Whether the first sample counts as having lasted for ever, rather than zeros. */
  startsWithFirst: i32;
  time: i32;
  channels: i32;
  scratch: usize;
  /** The filter's phases, one after the other. */
  weights: i32;
  /** Samples of a channel that come out. */
  outputs: i32;
  up: i32;
  down: i32;
  /** Of a phase; the state holds one row less. */
  taps: i32;
}

/** Samples in standard deviations from their mean so far. */
@unmanaged
export class RunningNormalizeParameters {
  input: usize;
  output: usize;
  /** The variable. */
  state: usize;
  /** The variable that is 0 before the first run, where the next says so. */
  started: usize;
  /** Whether the first sample counts as having lasted for ever, rather than zeros. */
  startsWithFirst: i32;
  time: i32;
  channels: i32;
  /** What a new sample gives. */
  rate: f32;
  /** What the variance keeps. */
  kept: f32;
  epsilon: f32;
}

/** Samples that are missing, stuck or clipped. */
@unmanaged
export class SampleFaultsParameters {
  input: usize;
  output: usize;
  faults: usize;
  /** The variable: the last good sample of each channel, and the last one. */
  last: usize;
  /** The variable: how many of each channel had the last one's value. */
  run: usize;
  time: i32;
  channels: i32;
  /** Samples of one value that are too many; 0 where any number is right. */
  stuck: i32;
  /** What stands for a missing sample; NaN where nothing else does. */
  sentinel: f32;
  low: f32;
  /** Samples at either or beyond are clipped. */
  high: f32;
}

/** Rows of samples times a window. */
@unmanaged
export class SignalWindowParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  scratch: usize;
  weights: i32;
  rows: i32;
  /** Samples of a row. */
  length: i32;
  /** Of the products, to the right. */
  shift: i32;
}

/** The highest peaks of spectra. */
@unmanaged
export class SpectralPeaksParameters {
  input: usize;
  output: usize;
  rows: i32;
  bins: i32;
  /** Of a row, at most. */
  peaks: i32;
  /** What a height is at least. */
  threshold: f32;
  /** Hz from one bin to the next. */
  resolution: f32;
}

/** Channels without the noise that is estimated in them. */
@unmanaged
export class SpectralSubtractionParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  output: usize;
  noise: usize;
  /** The variable. */
  estimate: usize;
  channels: i32;
  smoothing: i32;
  oneMinusSmoothing: i32;
  alternateSmoothing: i32;
  alternateOneMinusSmoothing: i32;
  smoothingBits: i32;
  /** Fractional bits of the factors. */
  bits: i32;
  minSignalRemaining: i32;
  clamping: i32;
}

/** Square roots of 64 bits. */
@unmanaged
export class SquareRootParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  input: usize;
  scaleBits: usize;
  output: usize;
  elements: i32;
}

/** Statistics of channels over time. */
@unmanaged
export class StatisticsParameters {
  input: usize;
  output: usize;
  scratch: usize;
  rows: i32;
  time: i32;
  channels: i32;
  /** Whether any of those that are chosen is of differences from the mean. */
  isCentred: i32;
  /** Their numbers plus 1, the first one's in the lowest four bits. */
  chosen: i64;
}

/** Events of scores that pass levels. */
@unmanaged
export class TriggerParameters {
  /** Which of `signalWorks` it is. */
  work: i32;
  scores: usize;
  events: usize;
  active: usize;
  levels: usize;
  /** The variable: three int32 of each event. */
  state: usize;
  scratch: usize;
  /** Of each event the number of its class, two float32, its levels, and three int32, its times. */
  weights: i32;
  /** Events. */
  count: i32;
  classes: i32;
  /** How many classes with the highest scores may begin; 0 for all. */
  highest: i32;
  /** Whether an event keeps all events from beginning for its refractory time. */
  together: i32;
}
