import { faults } from "../filters/faults.js";
import { filter } from "../filters/filter.js";
import { hampel, median } from "../filters/medians.js";
import { normalize } from "../filters/normalize.js";
import { repair } from "../filters/repair.js";
import { resample } from "../filters/resample.js";
import { logMel } from "../front-ends/log-mel.js";
import { mfcc } from "../front-ends/mfcc.js";
import { microFrontend } from "../front-ends/micro-frontend.js";
import { picture } from "../front-ends/picture.js";
import { spectralFeatures } from "../front-ends/spectral-features.js";
import { statistics } from "../front-ends/statistics.js";
import { decision } from "./decision.js";
import { distance } from "./distance.js";
import { model } from "./model.js";
import { window } from "./window.js";

/** Every kind of stage, by what an application's file calls it. */
export const stageKinds = {
  repair,
  median,
  hampel,
  filter,
  resample,
  normalize,
  "micro-frontend": microFrontend,
  "log-mel": logMel,
  mfcc,
  "spectral-features": spectralFeatures,
  statistics,
  picture,
  window,
  model,
  distance,
  faults,
  decision,
} as const;
