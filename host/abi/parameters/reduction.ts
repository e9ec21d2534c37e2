import { block } from "../block.js";

export const meanParameters = block("MeanParameters", "A mean over one or two groups of neighbouring axes.", {
  input: "address",
  output: "address",
  multiplier: { type: "int32", note: "Of the sum, with 1 / elements in it." },
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

export const softmaxParameters = block("SoftmaxParameters", "A softmax over the last axis.", {
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  entries: "int32",
  rows: "int32",
  depth: "int32",
});

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

export const topKParameters = block("TopKParameters", "The first of the sorted elements along an axis.", {
  input: "address",
  output: "address",
  indices: "address",
  outer: "int32",
  length: "int32",
  inner: "int32",
  count: { type: "int32", note: "1 to length." },
  largest: { type: "int32", note: "1 for the largest elements, 0 for the smallest." },
  indexBytes: { type: "int32", note: "4 or 8." },
});
