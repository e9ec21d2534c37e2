import { logisticFixedPoint } from "../../numerics/fixed-point.js";
import { fixedPointCurve } from "./fixed-point-curve.js";

/** Logistic function (sigmoid), element by element; an int8 output has scale 1/256 and zero point -128. */
export const logistic = fixedPointCurve({
  name: "logistic",
  output: { scale: 1 / 256, zeroPoint: -128 },
  real: (value) => 1 / (1 + Math.exp(-value)),
  fixed: logisticFixedPoint,
  resultShift: 23,
  powers: 0,
});
