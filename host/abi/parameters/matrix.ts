import { block } from "../block.js";
import { range } from "./fields.js";

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
