import { cast } from "./cast.js";
import { dequantize } from "./dequantize.js";
import { quantize } from "./quantize.js";

/** How operators of this family run: one line each, and one for all that are of one kind. */
export const lowerings = [quantize, dequantize, cast] as const;
