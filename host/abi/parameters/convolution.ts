import { block } from "../block.js";
import { range } from "./fields.js";

const window = {
  filterHeight: "int32",
  filterWidth: "int32",
  strideHeight: "int32",
  strideWidth: "int32",
} as const;

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

const anyPool = {
  ...pool,
  dilationHeight: "int32",
  dilationWidth: "int32",
  countTop: { type: "int32", note: "Rows of the padding that an average counts." },
  countBottom: "int32",
  countLeft: "int32",
  countRight: "int32",
  zeroPoint: { type: "int32", note: "What padding counts as, of integers." },
} as const;

export const windowParameters = block("WindowParameters", "A convolution, depthwise or not.", {
  ...convolution,
  chunk: { type: "int32", note: "Products that a lane takes before it is emptied.", portable: true },
  laneChunks: { type: "int32", note: "1, and 0: as in StoredWindowParameters.", portable: true },
  storage: { type: "int32", portable: true },
});

export const storedWindowParameters = block(
  "StoredWindowParameters",
  "A convolution whose weights have fewer than 8 bits. It lies as WindowParameters do, which its kernel takes as well.",
  {
    ...convolution,
    chunk: { type: "int32", note: "Inputs whose weights are unpacked at once." },
    laneChunks: { type: "int32", note: "Chunks whose products a lane takes before it is emptied." },
    storage: { type: "int32", note: "How weights lie: a number of `weightStorages`." },
  },
);

export const poolParameters = block("PoolParameters", "A pool over height and width.", { ...pool, ...range });

export const anyPoolParameters = block(
  "AnyPoolParameters",
  "A pool of pixels that may lie apart, of which an average may count padding.",
  { ...anyPool, ...range },
);

export const anyFloatPoolParameters = block("AnyFloatPoolParameters", "The same in float32.", {
  ...anyPool,
  low: "float32",
  high: "float32",
});

export const poolIndicesParameters = block(
  "PoolIndicesParameters",
  "The places of a pool's maxima. A step is what an index grows by from one element of an axis to the next.",
  {
    ...pool,
    dilationHeight: "int32",
    dilationWidth: "int32",
    batchStep: "int32",
    rowStep: "int32",
    columnStep: "int32",
    channelStep: "int32",
    indexBytes: "int32",
  },
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

export const floatPoolParameters = block("FloatPoolParameters", "A pool over height and width, in float32.", {
  ...pool,
  low: "float32",
  high: "float32",
});
