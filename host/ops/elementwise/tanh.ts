import { tanhFixedPoint } from "../../numerics/fixed-point.js";
import { fixedPointCurve } from "./fixed-point-curve.js";

/** Hyperbolic tangent, element by element; an int8 output has scale 1/128 and zero point 0. */
export const tanh = fixedPointCurve({
  name: "tanh",
  output: { scale: 1 / 128, zeroPoint: 0 },
  real: Math.tanh,
  fixed: tanhFixedPoint,
  resultShift: 24,
  powers: 1,
});
