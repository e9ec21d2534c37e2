import { concatenation } from "./concatenation.js";
import { gather } from "./gather.js";
import { pad } from "./pad.js";
import { reshape } from "./reshape.js";
import { resizeBilinear } from "./resize-bilinear.js";
import { updateSlice } from "./update-slice.js";
import { view } from "./view.js";

/** How operators of this family run: one line each, and one for all that are of one kind. */
export const lowerings = [concatenation, pad, reshape, view, updateSlice, resizeBilinear, gather] as const;
