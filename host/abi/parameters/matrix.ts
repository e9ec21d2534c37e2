import { block } from "../block.js";
import { range } from "./fields.js";

const fullyConnected = {
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
} as const;

export const fullyConnectedParameters = block("FullyConnectedParameters", "A fully connected layer.", {
  ...fullyConnected,
  chunk: { type: "int32", note: "Inputs whose weights are read at once, a multiple of 4.", portable: true },
});

export const storedFullyConnectedParameters = block(
  "StoredFullyConnectedParameters",
  "A fully connected layer whose weights have fewer than 8 bits. It begins as FullyConnectedParameters.",
  {
    ...fullyConnected,
    chunk: { type: "int32", note: "Inputs whose weights are unpacked at once, a multiple of 8." },
    storage: { type: "int32", note: "How weights lie: a number of `weightStorages`." },
  },
);

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

export const treeEnsembleParameters = block("TreeEnsembleParameters", "An ensemble of decision trees.", {
  input: "address",
  output: "address",
  rows: "int32",
  features: { type: "int32", note: "Of a row of the input." },
  targets: { type: "int32", note: "Of a row of the output." },
  trees: { type: "weights", note: "Of each tree the address of its root and its first target, in bytes." },
  treeCount: "int32",
  leaves: { type: "weights", note: "Rows of float32, which leaves name by their number." },
  width: { type: "int32", note: "Targets that a leaf gives to." },
  base: { type: "weights", note: "What targets have on top, float32." },
  aggregate: { type: "int32", note: "0 sum, 1 least, 2 greatest." },
  divisor: "float32",
});

export const squaredDistancesParameters = block(
  "SquaredDistancesParameters",
  "Squared distances to constant vectors.",
  {
    input: "address",
    output: "address",
    rows: "int32",
    features: "int32",
    vectors: "weights",
    count: "int32",
  },
);

export const pairwiseCouplingParameters = block(
  "PairwiseCouplingParameters",
  "Probabilities of classes from those of their pairs.",
  {
    input: "address",
    output: "address",
    rows: "int32",
    classes: "int32",
    steps: { type: "int32", note: "At most." },
    tolerance: "float32",
  },
);
