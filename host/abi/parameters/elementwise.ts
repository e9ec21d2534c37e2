import { block } from "../block.js";
import { counts, map, range } from "./fields.js";

/** Where four loops around rows stand: what an operand's address advances by at the end of each. */
const steps = <const O extends string>(operand: O) =>
  ({
    [`${operand}Step0`]: "int32",
    [`${operand}Step1`]: "int32",
    [`${operand}Step2`]: "int32",
    [`${operand}Step3`]: "int32",
    [`${operand}Step`]: "int32",
  }) as Readonly<Record<`${O}Step${"0" | "1" | "2" | "3" | ""}`, "int32">>;

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

export const lookupTableParameters = block("LookupTableParameters", "A function of one byte, by its table.", {
  input: "address",
  output: "address",
  scratch: "address",
  weights: "weights",
  elements: "int32",
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

export const widePairParameters = block("WidePairParameters", "A function of two integers of 64 bits.", {
  ...walk,
  low: "int64",
  high: "int64",
});

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

export const mapParameters = block("MapParameters", "A function of single elements.", {
  ...map,
  alpha: { type: "float32", note: "Of functions that have one." },
  low: "float32",
  high: "float32",
});

export const eluParameters = block("EluParameters", "An exponential linear unit.", {
  ...map,
  positive: { type: "float32", note: "Factor of elements from 0 on." },
  negative: { type: "float32", note: "Factor of exp(rate * x) - 1 below 0." },
  rate: "float32",
});

export const hardSigmoidParameters = block("HardSigmoidParameters", "A line, limited to 0..1.", {
  ...map,
  slope: "float32",
  offset: "float32",
});

export const curveParameters = block("CurveParameters", "A function of int16, by a table.", {
  ...map,
  scratch: "address",
  weights: "weights",
  multiplier: { type: "int32", note: "Of what brings the input to the table's steps." },
  shift: { type: "int32", note: "To the right." },
});
