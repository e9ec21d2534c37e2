import { concatenation } from "./concatenation.js";
import { gather } from "./gather.js";
import { gatherElements } from "./gather-elements.js";
import { gridSample2d } from "./grid-sample-2d.js";
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
  gridSample2d,
] as const;
