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

/** A loop of a walk that counts in its block: `left` begins as `count`. */
const loop = <const N extends number>(number: N) =>
  ({
    [`count${number}`]: "int32",
    [`step${number}`]: "int32",
    [`left${number}`]: "int32",
  }) as Readonly<Record<`${"count" | "step" | "left"}${N}`, "int32">>;

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

const padding = {
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
} as const;

export const padParameters = block("PadParameters", "Padding with one byte.", padding);

export const padWideParameters = block("PadWideParameters", "Padding with elements of several bytes.", {
  ...padding,
  high: { type: "int32", note: "`value` and this are 8 bytes of elements." },
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

export const viewParameters = block(
  "ViewParameters",
  "A strided walk over a tensor: runs of units in up to six loops. A step is what the input's address advances by from " +
    "one body of that loop to the next, over what the loops within have added. The innermost loop is the first.",
  {
    input: "address",
    output: "address",
    unit: { type: "int32", note: "Bytes that are copied at once." },
    run: { type: "int32", note: "Units of a run." },
    step: { type: "int32", note: "Bytes from one unit of a run to the next in the input." },
    runs: "int32",
    ...loop(0),
    ...loop(1),
    ...loop(2),
    ...loop(3),
    ...loop(4),
    ...loop(5),
  },
);

const gathered = {
  output: "address",
  indices: "address",
  indexBytes: "int32",
  batches: "int32",
  outer: {
    type: "int32",
    note: "Of the input, for each batch: what lies before the axes that indices name.",
  },
  positions: { type: "int32", note: "Indices of a batch." },
  bytes: { type: "int32", note: "Of the input, for each position: what lies behind those axes." },
  axes: { type: "int32", note: "Numbers of an index." },
  length0: "int32",
  length1: "int32",
  length2: "int32",
  length3: "int32",
  length4: "int32",
} as const;

export const gatherParameters = block("GatherParameters", "Parts of a tensor, by indices.", {
  input: "address",
  ...gathered,
});

export const gatherConstantParameters = block(
  "GatherConstantParameters",
  "Parts of a constant tensor, by indices.",
  { input: "weights", ...gathered },
);

export const updateSliceParameters = block(
  "UpdateSliceParameters",
  "A part of a tensor replaced at an index. Rows of the update in up to five loops, of which the innermost is the first; " +
    "limits are the highest starts of the axes, strides their bytes in the output.",
  {
    input: "address",
    update: "address",
    starts: "address",
    output: "address",
    outputBytes: "int32",
    indexBytes: "int32",
    axes: "int32",
    limit0: "int32",
    limit1: "int32",
    limit2: "int32",
    limit3: "int32",
    limit4: "int32",
    limit5: "int32",
    stride0: "int32",
    stride1: "int32",
    stride2: "int32",
    stride3: "int32",
    stride4: "int32",
    stride5: "int32",
    rowBytes: "int32",
    rows: "int32",
    ...loop(0),
    ...loop(1),
    ...loop(2),
    ...loop(3),
    ...loop(4),
  },
);

const resized = {
  input: "address",
  output: "address",
  batches: "int32",
  inputHeight: "int32",
  inputWidth: "int32",
  outputHeight: "int32",
  outputWidth: "int32",
  channels: "int32",
} as const;

export const resizeParameters = block(
  "ResizeParameters",
  "Bilinear interpolation of integers. A place in the input is index * scale + offset, in 1024ths.",
  { ...resized, heightScale: "int32", widthScale: "int32", heightOffset: "int32", widthOffset: "int32" },
);

export const resizeFloatParameters = block(
  "ResizeFloatParameters",
  "Bilinear interpolation. A place in the input is (index + center) * scale - center.",
  { ...resized, heightScale: "float32", widthScale: "float32", center: "float32" },
);

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
  softmaxParameters,
  addParameters,
  mulParameters,
  broadcastParameters,
  meanParameters,
  padParameters,
  padWideParameters,
  lookupTableParameters,
  copyRowsParameters,
  readRowsParameters,
  viewParameters,
  gatherParameters,
  gatherConstantParameters,
  updateSliceParameters,
  resizeParameters,
  resizeFloatParameters,
  quantizeParameters,
  dequantizeParameters,
];
