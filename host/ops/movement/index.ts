import { concatenation } from "./concatenation.js";
import { gather } from "./gather.js";
import { gatherElements } from "./gather-elements.js";
import { pad } from "./pad.js";
import { resample } from "./resample.js";
import { reshape } from "./reshape.js";
import { resizeBilinear } from "./resize-bilinear.js";
import { scatter, scatterReduce } from "./scatter.js";
import { updateSlice } from "./update-slice.js";
import { view } from "./view.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [
  concatenation,
  reshape,
  pad,
  view,
  updateSlice,
  resizeBilinear,
  gather,
  resample,
  gatherElements,
  scatter,
  scatterReduce,
] as const;
