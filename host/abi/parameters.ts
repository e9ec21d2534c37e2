import { type Block, block, type Fields } from "./block.js";

/** Where four loops around rows stand: what an operand's address advances by at the end of each. */
const steps = <const O extends string>(operand: O) =>
  ({
    [`${operand}Step0`]: "int32",
    [`${operand}Step1`]: "int32",
    [`${operand}Step2`]: "int32",
    [`${operand}Step3`]: "int32",
    [`${operand}Step`]: "int32",
  }) as Readonly<Record<`${O}Step${"0" | "1" | "2" | "3" | ""}`, "int32">>;

const counts = { count0: "int32", count1: "int32", count2: "int32", count3: "int32" } as const;

const window = {
  filterHeight: "int32",
  filterWidth: "int32",
  strideHeight: "int32",
  strideWidth: "int32",
} as const;

const range = { low: "int32", high: "int32" } as const;

export const windowParameters = block("WindowParameters", "A convolution, depthwise or not.", {
  input: "address",
  output: "address",
  scratch: "address",
  scratchBytes: "int32",
  weights: "weights",
  batches: "int32",
  inputHeight: "int32",
  inputWidth: "int32",
  inputChannels: "int32",
  outputHeight: "int32",
  outputWidth: "int32",
  outputs: {
    type: "int32",
    note: "Output channels; of a depthwise convolution, for each input channel.",
  },
  ...window,
  dilationHeight: "int32",
  dilationWidth: "int32",
  padTop: "int32",
  padLeft: "int32",
  inputZeroPoint: "int32",
  outputZeroPoint: "int32",
  ...range,
  chunk: { type: "int32", note: "Products that a lane takes before it is emptied.", portable: true },
});

export const fullyConnectedParameters = block("FullyConnectedParameters", "A fully connected layer.", {
  input: "address",
  output: "address",
  scratch: "address",
  scratchBytes: "int32",
  weights: "weights",
  rows: "int32",
  inputs: "int32",
  outputs: "int32",
  outputZeroPoint: "int32",
  ...range,
  chunk: { type: "int32", note: "Inputs whose weights are read at once, a multiple of 4.", portable: true },
});

export const poolParameters = block("PoolParameters", "A pool over height and width.", {
  input: "address",
  output: "address",
  batches: "int32",
  inputHeight: "int32",
  inputWidth: "int32",
  outputHeight: "int32",
  outputWidth: "int32",
  channels: "int32",
  ...window,
  padTop: "int32",
  padLeft: "int32",
  ...range,
});

export const softmaxParameters = block("SoftmaxParameters", "A softmax over the last axis.", {
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  entries: "int32",
  rows: "int32",
  depth: "int32",
});

export const addParameters = block(
  "AddParameters",
  "A sum or difference of tensors of one shape. Shifts are to the right.",
  {
    wide: "address",
    narrow: "address",
    output: "address",
    length: { type: "int32", note: "Elements; of a row where operands are broadcast." },
    wideZeroPoint: "int32",
    narrowZeroPoint: "int32",
    wideSign: { type: "int32", note: "1 or -1." },
    narrowSign: "int32",
    narrowMultiplier: "int32",
    narrowShift: "int32",
    multiplier: "int32",
    shift: "int32",
    outputZeroPoint: "int32",
    ...range,
  },
);

export const mulParameters = block("MulParameters", "A product of tensors of one shape.", {
  first: "address",
  second: "address",
  output: "address",
  length: { type: "int32", note: "Elements; of a row where operands are broadcast." },
  firstZeroPoint: "int32",
  secondZeroPoint: "int32",
  multiplier: "int32",
  shift: { type: "int32", note: "Positive: to the right." },
  outputZeroPoint: "int32",
  ...range,
});

export const broadcastParameters = block(
  "BroadcastParameters",
  "What follows the block of an elementwise kernel where operands are broadcast: rows of `length` elements in four loops. " +
    "A step is what an operand's address advances by at the end of that loop's body, over what the loop within has added; " +
    "within a row it is 1 or 0.",
  { ...counts, ...steps("first"), ...steps("second") },
);

export const meanParameters = block("MeanParameters", "A mean over one or two groups of neighbouring axes.", {
  input: "address",
  output: "address",
  multiplier: { type: "int64", note: "Of the sum, with 1 / elements in it." },
  kept0: "int32",
  reduced0: "int32",
  kept1: "int32",
  reduced1: "int32",
  kept2: "int32",
  offset: { type: "int32", note: "-elements * inputZeroPoint." },
  shift: { type: "int32", note: "Positive: to the right." },
  zeroPoint: "int32",
});

export const reduceParameters = block("ReduceParameters", "A reduction over up to three groups of axes.", {
  input: "address",
  output: "address",
  multiplier: { type: "int64", note: "Of an integer sum, with 1 / elements for a mean." },
  kept0: "int32",
  reduced0: "int32",
  kept1: "int32",
  reduced1: "int32",
  kept2: "int32",
  reduced2: "int32",
  kept3: "int32",
  offset: { type: "int32", note: "-elements * inputZeroPoint." },
  shift: { type: "int32", note: "Positive: to the right." },
  zeroPoint: "int32",
  divisor: { type: "float32", note: "Of a sum of float32." },
});

export const argParameters = block("ArgParameters", "The index of an extreme along an axis.", {
  input: "address",
  output: "address",
  outer: "int32",
  length: "int32",
  inner: "int32",
  largest: { type: "int32", note: "1 for the largest element, 0 for the smallest." },
  indexBytes: { type: "int32", note: "4 or 8." },
});

export const normalizeParameters = block("NormalizeParameters", "Rows of float32 over their sums.", {
  input: "address",
  output: "address",
  rows: "int32",
  depth: "int32",
  factor: "float32",
});

export const normalizeQuantizedParameters = block(
  "NormalizeQuantizedParameters",
  "Rows of int8 over their sums.",
  {
    input: "address",
    output: "address",
    scratch: "address",
    weights: "weights",
    multiplier: { type: "int64", note: "Of a difference of inputs." },
    left: { type: "int32", note: "Left shift of a difference before it is multiplied." },
    least: { type: "int32", note: "The least difference that is told from smaller ones." },
    entries: "int32",
    rows: "int32",
    depth: "int32",
    zeroPoint: "int32",
  },
);

export const softmaxInt16Parameters = block("SoftmaxInt16Parameters", "A softmax of int16.", {
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  multiplier: { type: "int64", note: "Of a difference of inputs." },
  shift: { type: "int32", note: "Positive: to the right." },
  rows: "int32",
  depth: "int32",
});

export const cumsumParameters = block("CumsumParameters", "Cumulative sums along an axis.", {
  input: "address",
  output: "address",
  multiplier: { type: "int64", note: "Of 2^12 times an int8 sum." },
  right: { type: "int32", note: "Right shift after it." },
  outer: "int32",
  length: "int32",
  inner: "int32",
  exclusive: "int32",
  reverse: "int32",
  start: { type: "int32", note: "What an int8 sum starts with." },
  inputZeroPoint: "int32",
  outputZeroPoint: "int32",
});

export const padParameters = block("PadParameters", "Padding with a constant.", {
  input: "address",
  output: "address",
  outputBytes: "int32",
  start: { type: "int32", note: "Offset in the output of the input's first element." },
  value: "int32",
  run: { type: "int32", note: "Bytes that lie together in both." },
  ...counts,
  gap0: "int32",
  gap1: "int32",
  gap2: "int32",
  gap3: "int32",
});

export const lookupTableParameters = block("LookupTableParameters", "A function of one byte, by its table.", {
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  elements: "int32",
});

const rows = {
  output: "address",
  rows: "int32",
  bytes: { type: "int32", note: "Bytes of a row." },
  stride: { type: "int32", note: "Bytes from one row of the output to the next." },
} as const;

export const copyRowsParameters = block(
  "CopyRowsParameters",
  "Rows of a tensor to their places in another.",
  {
    input: "address",
    ...rows,
  },
);

export const readRowsParameters = block("ReadRowsParameters", "Constant rows to their places in a tensor.", {
  weights: "weights",
  ...rows,
});

export const quantizeParameters = block("QuantizeParameters", "float32 to 8 bits.", {
  input: "address",
  output: "address",
  elements: "int32",
  scale: "float32",
  zeroPoint: "int32",
  ...range,
});

export const dequantizeParameters = block("DequantizeParameters", "8 bits to float32.", {
  input: "address",
  output: "address",
  elements: "int32",
  scale: "float32",
  zeroPoint: "int32",
});

export const svdfParameters = block("SvdfParameters", "A layer of filters over time.", {
  input: "address",
  output: "address",
  state: "address",
  scratch: "address",
  weights: "weights",
  biases: "weights",
  multiplier1: { type: "int64", note: "Of a sum over inputs." },
  multiplier2: { type: "int64", note: "Of a sum over time." },
  shift1: { type: "int32", note: "Positive: to the right." },
  shift2: "int32",
  batches: "int32",
  inputs: "int32",
  units: "int32",
  rank: "int32",
  memory: "int32",
  filterBytes: "int32",
  timeOffset: "int32",
  inputZeroPoint: "int32",
  stateZeroPoint: "int32",
  outputZeroPoint: "int32",
  low: { type: "float32", note: "Least output of float32." },
  high: "float32",
});

export const lstmParameters = block("LstmParameters", "Long short-term memory over a sequence.", {
  input: "address",
  output: "address",
  hidden: "address",
  cell: "address",
  scratch: "address",
  weights: "weights",
  constants: "weights",
  constantsBytes: "int32",
  cellMultiplier: { type: "int64", note: "Of the product of input gate and cell gate." },
  hiddenMultiplier: { type: "int64", note: "Of the product of output gate and cell." },
  cellShift: { type: "int32", note: "Positive: to the right." },
  hiddenShift: "int32",
  times: "int32",
  batches: "int32",
  inputs: "int32",
  units: "int32",
  timeStep: { type: "int32", note: "Rows from one step of time to the next." },
  batchStep: { type: "int32", note: "Rows from one batch to the next." },
  unitBytes: "int32",
  biasOffset: "int32",
  cellLogistic: { type: "int32", note: "1 where the cell gate's activation is the logistic function." },
  clip: { type: "int32", note: "Largest magnitude of an integer cell; 0 for any." },
  tanhMultiplier: { type: "int32", note: "Brings a cell to the table's steps." },
  tanhShift: { type: "int32", note: "Right shift after it." },
  hiddenZeroPoint: "int32",
  floatClip: "float32",
});

/** Every block, in the order in which generated files list them. */
export const blocks: readonly Block<Fields>[] = [
  windowParameters,
  fullyConnectedParameters,
  poolParameters,
  softmaxParameters,
  addParameters,
  mulParameters,
  broadcastParameters,
  meanParameters,
  reduceParameters,
  argParameters,
  normalizeParameters,
  normalizeQuantizedParameters,
  softmaxInt16Parameters,
  cumsumParameters,
  padParameters,
  lookupTableParameters,
  copyRowsParameters,
  readRowsParameters,
  quantizeParameters,
  dequantizeParameters,
  svdfParameters,
  lstmParameters,
];
