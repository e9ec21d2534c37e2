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

export const windowParameters = block("WindowParameters", "A convolution, depthwise or not.", {
  ...convolution,
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

export const poolParameters = block("PoolParameters", "A pool over height and width.", { ...pool, ...range });

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

export const padParameters = block("PadParameters", "Padding with one byte.", padding);

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

export const detectionParameters = block("DetectionParameters", "What comes after a single-shot detector.", {
  encodings: "address",
  scores: "address",
  anchors: "weights",
  corners: { type: "address", note: "Output 0." },
  kinds: { type: "address", note: "Output 1: classes." },
  best: { type: "address", note: "Output 2: scores." },
  count: { type: "address", note: "Output 3." },
  scratch: { type: "address", note: "Behind this block." },
  boxes: "int32",
  boxLength: { type: "int32", note: "Numbers of an encoded box." },
  classes: "int32",
  scoreLength: { type: "int32", note: "Scores of a box, of which the last `classes` count." },
  maxDetections: "int32",
  detectionsPerClass: { type: "int32", note: "0: classes are suppressed together." },
  scoreThreshold: "float32",
  overlapThreshold: "float32",
  scaleY: "float32",
  scaleX: "float32",
  scaleHeight: "float32",
  scaleWidth: "float32",
});

export const signalWindowParameters = block("SignalWindowParameters", "Rows of samples times a window.", {
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  rows: "int32",
  length: { type: "int32", note: "Samples of a row." },
  shift: { type: "int32", note: "Of the products, to the right." },
});

export const fftAutoScaleParameters = block("FftAutoScaleParameters", "Samples scaled up to 16 bits.", {
  input: "address",
  output: "address",
  scaleBits: "address",
  elements: "int32",
});

export const realFftParameters = block("RealFftParameters", "Fourier transforms of real samples, or back.", {
  input: "address",
  output: "address",
  scratch: "address",
  weights: { type: "weights", note: "The transform's twiddle factors, and those between both halves." },
  rows: "int32",
  length: { type: "int32", note: "Samples of an input row; what is missing counts as 0." },
  points: { type: "int32", note: "Of the complex transform: half of the real one's." },
  radices: { type: "int32", note: "Of its stages, the first one's in the lowest three bits." },
});

export const energyParameters = block("EnergyParameters", "Squared magnitudes of a spectrum.", {
  input: "address",
  output: "address",
  elements: "int32",
  start: "int32",
  end: { type: "int32", note: "Of the elements that are computed; others are 0." },
});

export const filterBankParameters = block("FilterBankParameters", "Weighted sums over bands of a spectrum.", {
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  channels: { type: "int32", note: "With the one that only gives to the next." },
});

export const squareRootParameters = block("SquareRootParameters", "Square roots of 64 bits.", {
  input: "address",
  scaleBits: "address",
  output: "address",
  elements: "int32",
});

export const spectralSubtractionParameters = block(
  "SpectralSubtractionParameters",
  "Channels without the noise that is estimated in them.",
  {
    input: "address",
    output: "address",
    noise: "address",
    estimate: { type: "address", note: "The variable." },
    channels: "int32",
    smoothing: "int32",
    oneMinusSmoothing: "int32",
    alternateSmoothing: "int32",
    alternateOneMinusSmoothing: "int32",
    smoothingBits: "int32",
    bits: { type: "int32", note: "Fractional bits of the factors." },
    minSignalRemaining: "int32",
    clamping: "int32",
  },
);

export const filterBankLogParameters = block("FilterBankLogParameters", "Natural logarithms, scaled.", {
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  elements: "int32",
  scale: "int32",
  correctionBits: { type: "int32", note: "By which inputs are shifted to the left." },
});

export const pcanParameters = block("PcanParameters", "Gain control by channel.", {
  input: "address",
  noise: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  elements: "int32",
  tableBytes: "int32",
  shift: { type: "int32", note: "Of the products, to the right." },
});

export const framesParameters = block(
  "FramesParameters",
  "Frames of a stream that comes in pieces. Lengths are in bytes.",
  {
    input: "address",
    output: "address",
    valid: "address",
    history: { type: "address", note: "The variable that holds what came last, row by row." },
    countdown: {
      type: "address",
      note: "The variable that says how many hops there are before the next frame.",
    },
    rows: "int32",
    hops: { type: "int32", note: "Of a row, each of which makes a frame." },
    hopBytes: "int32",
    historyBytes: "int32",
    frameBytes: "int32",
    every: { type: "int32", note: "Hops from one frame to the next." },
  },
);

export const overlapAddParameters = block("OverlapAddParameters", "Frames that overlap, added.", {
  input: "address",
  output: "address",
  sums: { type: "address", note: "The variable." },
  rows: "int32",
  frames: "int32",
  frameElements: "int32",
  hopElements: "int32",
});

/** A loop of a walk that counts in its block: `left` begins as `count`. */
const loop = <const N extends number>(number: N) =>
  ({
    [`count${number}`]: "int32",
    [`step${number}`]: "int32",
    [`left${number}`]: "int32",
  }) as Readonly<Record<`${"count" | "step" | "left"}${N}`, "int32">>;

export const padWideParameters = block("PadWideParameters", "Padding with elements of several bytes.", {
  ...padding,
  high: { type: "int32", note: "`value` and this are 8 bytes of elements." },
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

export const floatPoolParameters = block("FloatPoolParameters", "A pool over height and width, in float32.", {
  ...pool,
  low: "float32",
  high: "float32",
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
  padParameters,
  lookupTableParameters,
  copyRowsParameters,
  readRowsParameters,
  quantizeParameters,
  dequantizeParameters,
  detectionParameters,
  signalWindowParameters,
  fftAutoScaleParameters,
  realFftParameters,
  energyParameters,
  filterBankParameters,
  squareRootParameters,
  spectralSubtractionParameters,
  filterBankLogParameters,
  pcanParameters,
  framesParameters,
  overlapAddParameters,
  padWideParameters,
  viewParameters,
  reduceParameters,
  argParameters,
  normalizeParameters,
  normalizeQuantizedParameters,
  softmaxInt16Parameters,
  cumsumParameters,
  walkParameters,
  floatPairParameters,
  integerPairParameters,
  quantizedPairParameters,
  sumOfManyParameters,
  mapParameters,
  rescaleParameters,
  curveParameters,
  castParameters,
  gatherParameters,
  gatherConstantParameters,
  updateSliceParameters,
  resizeParameters,
  resizeFloatParameters,
  productParameters,
  matmulParameters,
  floatPoolParameters,
  svdfParameters,
  lstmParameters,
];
