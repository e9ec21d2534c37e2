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

/** How operators of this family run: one line each, and one for all that are of one kind. */
export const lowerings = [
  concatenation,
  pad,
  reshape,
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
