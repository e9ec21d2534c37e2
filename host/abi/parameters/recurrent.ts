import { block } from "../block.js";

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

/** A product of the walk: its matrix in tiles of 4 outputs, and where the vectors of batches lie. */
const matrix = <const M extends string>(name: M) =>
  ({
    [`${name}Weights`]: "weights",
    [`${name}Depth`]: { type: "int32", note: "Elements of a vector." },
    [`${name}Outputs`]: { type: "int32", note: "Of the matrix; a multiple of 4." },
    [`${name}Step`]: { type: "int32", note: "Bytes from one batch's vector to the next." },
  }) as { readonly [name in `${M}Weights`]: "weights" } & {
    readonly [name in `${M}${"Depth" | "Outputs" | "Step"}`]: { type: "int32"; note: string };
  };

/** The same of float32, whose weights may be stored otherwise. */
const storedMatrix = <const M extends string>(name: M) =>
  ({ ...matrix(name), [`${name}Storage`]: { type: "int32", note: "Of its weights." } }) as ReturnType<
    typeof matrix<M>
  > & { readonly [name in `${M}Storage`]: { type: "int32"; note: string } };

/** How a layer walks through the times of a sequence: what blocks of all of them begin with. */
const walk = {
  input: { type: "address", note: "Of the first time that is walked." },
  output: { type: "address", note: "Of the sequence, likewise." },
  mask: { type: "address", note: "Likewise." },
  hidden: "address",
  hiddenBytes: { type: "int32", note: "Of a batch's hidden state." },
  time: { type: "int32", note: "0: counts what was walked." },
  times: "int32",
  batches: "int32",
  inputTimeStep: { type: "int32", note: "Bytes from one time to the next one that is walked." },
  outputTimeStep: "int32",
  outputBatchStep: { type: "int32", note: "Bytes from one batch to the next." },
  maskTimeStep: "int32",
  maskBatchStep: "int32",
  hasSequence: { type: "int32", note: "1 where hidden states of all times are stored." },
  hasMask: "int32",
  holds: { type: "int32", note: "1 where masked times have what the time before has; else they have 0." },
  zero: { type: "int32", note: "Byte of which 0 consists." },
} as const;

export const sequenceWalkParameters = block(
  "SequenceWalkParameters",
  "What blocks of recurrent layers begin with: the walk through the times of a sequence.",
  walk,
);

/** The function of a gate, with its two numbers. */
const activation = <const N extends number>(number: N) =>
  ({
    [`activation${number}`]: "int32",
    [`alpha${number}`]: "float32",
    [`beta${number}`]: "float32",
  }) as { readonly [name in `activation${N}`]: "int32" } & {
    readonly [name in `${"alpha" | "beta"}${N}`]: "float32";
  };

export const recurrentLayerParameters = block(
  "RecurrentLayerParameters",
  "A recurrent layer that walks through the times of a sequence.",
  {
    ...walk,
    cell: "address",
    initialHidden: "address",
    initialCell: "address",
    gates: { type: "address", note: "Scratch: a row for each batch." },
    tile: { type: "address", note: "Scratch." },
    peepholes: { type: "address", note: "Scratch." },
    peepholeWeights: "weights",
    biases: { type: "weights", note: "What each row of gates begins with." },
    rowBytes: { type: "int32", note: "Of a batch's gates." },
    gateBytes: { type: "int32", note: "From one gate to the next." },
    chunk: { type: "int32", note: "Elements of vectors whose weights lie in the tile at once." },
    ...storedMatrix("input"),
    ...storedMatrix("recurrent"),
    ...storedMatrix("candidate"),
    units: "int32",
    hasInitialHidden: "int32",
    hasInitialCell: "int32",
    hasPeepholes: "int32",
    coupled: { type: "int32", note: "1 where the forget gate is 1 less the input gate." },
    resetAfter: { type: "int32", note: "1 where the reset gate multiplies the recurrent product." },
    clip: { type: "float32", note: "Largest magnitude of what a gate's function is applied to." },
    ...activation(0),
    ...activation(1),
    ...activation(2),
  },
);

export const integerLayerParameters = block(
  "IntegerLayerParameters",
  "A recurrent layer of integers that walks through the times of a sequence.",
  {
    ...walk,
    state: { type: "address", note: "Of int16: the cell, or the hidden state in more bits." },
    initialHidden: "address",
    initialState: "address",
    gates: { type: "address", note: "Scratch: a row for each batch." },
    tile: { type: "address", note: "Scratch: 4 sums, then the tile." },
    table: { type: "address", note: "Scratch: the table of the logistic function." },
    tableWeights: "weights",
    rowBytes: { type: "int32", note: "Of a batch's gates." },
    products: {
      type: "int32",
      note: "Bytes from a row's start to what its candidate's product takes or gives.",
    },
    chunk: {
      type: "int32",
      note: "Elements of vectors whose weights lie in the tile at once; a multiple of 4.",
    },
    ...matrix("input"),
    ...matrix("recurrent"),
    ...matrix("candidate"),
    units: "int32",
    hasInitialHidden: "int32",
    hasInitialState: "int32",
    resetAfter: { type: "int32", note: "1 where the reset gate multiplies the recurrent product." },
    hiddenMultiplier: { type: "int32", note: "Brings what a time gives to the hidden state." },
    hiddenShift: { type: "int32", note: "Positive: to the right." },
    hiddenZeroPoint: "int32",
    cellMultiplier: { type: "int32", note: "Of the product of input gate and cell gate." },
    cellShift: { type: "int32", note: "Positive: to the right." },
    tanhMultiplier: { type: "int32", note: "Brings a cell to the table's steps." },
    tanhShift: { type: "int32", note: "Right shift after it." },
    stateShift: { type: "int32", note: "Brings Q0.15 to the state, to the right." },
  },
);
