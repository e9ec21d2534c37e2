import { concatenation } from "./concatenation.js";
import { gather } from "./gather.js";
import { pad } from "./pad.js";
import { reshape } from "./reshape.js";
import { resizeBilinear } from "./resize-bilinear.js";
import { updateSlice } from "./update-slice.js";
import { view } from "./view.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [concatenation, reshape, pad, view, updateSlice, resizeBilinear, gather] as const;
