import { cast } from "./cast.js";
import { dequantize } from "./dequantize.js";
import { quantize } from "./quantize.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [dequantize, quantize, cast] as const;
