import { block } from "../block.js";
import { map, range, work } from "./fields.js";

export const quantizeParameters = block("QuantizeParameters", "float32 to integers.", {
  work,
  input: "address",
  output: "address",
  elements: "int32",
  scale: "float32",
  zeroPoint: "int32",
  ...range,
});

export const dequantizeParameters = block("DequantizeParameters", "Integers to float32.", {
  work,
  input: "address",
  output: "address",
  elements: "int32",
  scale: "float32",
  zeroPoint: "int32",
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

export const castParameters = block("CastParameters", "Elements of one type to another.", {
  work,
  ...map,
  from: { type: "int32", note: "Bytes of an integer, negative where it is unsigned." },
  to: { type: "int32", note: "Likewise; 0 for bool." },
});
