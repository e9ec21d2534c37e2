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

/** A convolution, depthwise or not. */
const convolution = {
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
} as const;

export const windowParameters = block("WindowParameters", "A convolution, depthwise or not.", {
  ...convolution,
  chunk: { type: "int32", note: "Products that a lane takes before it is emptied.", portable: true },
});

export const productParameters = block(
  "ProductParameters",
  "A convolution of any kind, or a product of matrices, in float32 or in integers.",
  {
    ...convolution,
    lowest: { type: "float32", note: "Of float32: what low and high are of integers." },
    highest: "float32",
    storage: { type: "int32", note: "How weights lie: a number of `weightStorages`." },
    weightsZeroPoint: "int32",
    elementBytes: { type: "int32", note: "Of an activation: 1 of int8, 2 of int16, 4 of float32." },
    longSums: { type: "int32", note: "1 where biases and sums of integers have 64 bits, else 0." },
    groups: { type: "int32", note: "Groups that channels are parted into.", portable: true },
    spreadHeight: {
      type: "int32",
      note: "Rows of the input lie so far apart, as if there were others of zeros between them.",
      portable: true,
    },
    spreadWidth: { type: "int32", portable: true },
    chunk: { type: "int32", note: "Inputs whose weights are read at once, a multiple of 4.", portable: true },
    matrix: { type: "address", note: "Of weights in linear memory.", portable: true },
  },
);

/** How weights lie in the weights section, or that they do not: by number. */
export const weightStorages = ["as-computed", "float16", "int8", "int4", "memory"] as const;

export const matmulParameters = block("MatmulParameters", "Products of matrices in linear memory.", {
  first: "address",
  second: "address",
  output: "address",
  batches: "int32",
  firstBatch: { type: "int32", note: "Steps, here and below, are in elements." },
  secondBatch: "int32",
  rows: "int32",
  columns: "int32",
  depth: "int32",
  firstRow: "int32",
  firstStep: "int32",
  secondColumn: "int32",
  secondStep: "int32",
  firstZeroPoint: "int32",
  secondZeroPoint: "int32",
  multiplier: "int32",
  shift: { type: "int32", note: "Positive: to the right." },
  outputZeroPoint: "int32",
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

const pool = {
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
} as const;

export const poolParameters = block("PoolParameters", "A pool over height and width.", { ...pool, ...range });

export const floatPoolParameters = block("FloatPoolParameters", "A pool over height and width, in float32.", {
  ...pool,
  low: "float32",
  high: "float32",
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

/** Every block, in the order in which generated files list them. */
export const blocks: readonly Block<Fields>[] = [
  windowParameters,
  fullyConnectedParameters,
  poolParameters,
  productParameters,
  matmulParameters,
  floatPoolParameters,
  softmaxParameters,
  addParameters,
  mulParameters,
  broadcastParameters,
  meanParameters,
  padParameters,
  lookupTableParameters,
  copyRowsParameters,
  readRowsParameters,
  quantizeParameters,
  dequantizeParameters,
];
