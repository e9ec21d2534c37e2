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

/** One axis of a walk: how many rows it has, which of them is the current one, and what operands advance by after it. */
const axis = <const A extends string>(number: A) =>
  ({
    [`count${number}`]: "int32",
    [`index${number}`]: "int32",
    [`first${number}`]: "int32",
    [`second${number}`]: "int32",
    [`third${number}`]: "int32",
  }) as Readonly<Record<`${"count" | "index" | "first" | "second" | "third"}${A}`, "int32">>;

const walk = {
  first: "address",
  second: "address",
  third: "address",
  output: "address",
  rowBytes: { type: "int32", note: "Of the output." },
  firstStep: { type: "int32", note: "Bytes from one element of a row to the next: 0 where it is broadcast." },
  secondStep: "int32",
  thirdStep: "int32",
  ...axis("0"),
  ...axis("1"),
  ...axis("2"),
  ...axis("3"),
  ...axis("4"),
} as const;

export const walkParameters = block(
  "WalkParameters",
  "A walk over an output in the order of its memory, and over one to three operands that are broadcast to it: rows, and " +
    "five axes around them, the innermost first. What an axis adds to an operand is over what the axes within have added. " +
    "Blocks of kernels that walk begin with it.",
  walk,
);

export const floatPairParameters = block("FloatPairParameters", "A function of two float32.", {
  ...walk,
  low: "float32",
  high: "float32",
});

export const integerPairParameters = block(
  "IntegerPairParameters",
  "A function of two integers without scales, or of one scale.",
  { ...walk, ...range },
);

export const quantizedPairParameters = block(
  "QuantizedPairParameters",
  "A function of two quantized integers. Shifts are to the right where they are positive.",
  {
    ...walk,
    firstZeroPoint: "int32",
    secondZeroPoint: "int32",
    leftShift: { type: "int32", note: "Bits that operands gain before they are rescaled." },
    firstMultiplier: "int32",
    firstShift: "int32",
    secondMultiplier: "int32",
    secondShift: "int32",
    secondSign: { type: "int32", note: "1 or -1." },
    multiplier: "int32",
    shift: "int32",
    outputZeroPoint: "int32",
    ...range,
  },
);

export const sumOfManyParameters = block("SumOfManyParameters", "A sum of many tensors of one shape.", {
  output: "address",
  addresses: { type: "weights", note: "The operands' addresses, 32 bits each." },
  scratch: { type: "address", note: "Memory for the addresses." },
  operands: "int32",
  elements: "int32",
  offset: { type: "int32", note: "What is added to a sum: -(operands + 1) * zero point." },
  multiplier: "int32",
  shift: { type: "int32", note: "Positive: to the right." },
  outputZeroPoint: "int32",
});

const map = { input: "address", output: "address", elements: "int32" } as const;

export const mapParameters = block("MapParameters", "A function of single elements.", {
  ...map,
  alpha: { type: "float32", note: "Of functions that have one." },
  low: "float32",
  high: "float32",
});

export const rescaleParameters = block(
  "RescaleParameters",
  "Integers of one scale to integers of another, by one factor for positive and one for negative differences from the " +
    "zero point. Shifts are to the right where they are positive.",
  {
    ...map,
    inputZeroPoint: "int32",
    outputZeroPoint: "int32",
    positiveMultiplier: "int32",
    positiveShift: "int32",
    negativeMultiplier: "int32",
    negativeShift: "int32",
    negativeSign: { type: "int32", note: "1 or -1: multiplies what is rescaled, after it is rounded." },
    ...range,
  },
);

export const curveParameters = block("CurveParameters", "A function of int16, by a table.", {
  ...map,
  scratch: "address",
  weights: "weights",
  multiplier: { type: "int32", note: "Of what brings the input to the table's steps." },
  shift: { type: "int32", note: "To the right." },
});

export const castParameters = block("CastParameters", "Elements of one type to another.", {
  ...map,
  from: { type: "int32", note: "Bytes of an integer, negative where it is unsigned." },
  to: { type: "int32", note: "Likewise; 0 for bool." },
});

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

export const quantizeParameters = block("QuantizeParameters", "float32 to integers.", {
  input: "address",
  output: "address",
  elements: "int32",
  scale: "float32",
  zeroPoint: "int32",
  ...range,
});

export const dequantizeParameters = block("DequantizeParameters", "Integers to float32.", {
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
  softmaxParameters,
  addParameters,
  mulParameters,
  broadcastParameters,
  walkParameters,
  floatPairParameters,
  integerPairParameters,
  quantizedPairParameters,
  sumOfManyParameters,
  mapParameters,
  rescaleParameters,
  curveParameters,
  castParameters,
  meanParameters,
  padParameters,
  lookupTableParameters,
  copyRowsParameters,
  readRowsParameters,
  quantizeParameters,
  dequantizeParameters,
];
