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
import { count } from "./count.js";
import { decision } from "./decision.js";
import { distance } from "./distance.js";
import { model } from "./model.js";
import { nearest } from "./nearest.js";
import { window } from "./window.js";

/** The kinds of stages, by what an application's file calls them. */
export interface StageKinds {
  readonly repair: typeof repair;
  readonly median: typeof median;
  readonly hampel: typeof hampel;
  readonly filter: typeof filter;
  readonly resample: typeof resample;
  readonly normalize: typeof normalize;
  readonly "micro-frontend": typeof microFrontend;
  readonly "log-mel": typeof logMel;
  readonly mfcc: typeof mfcc;
  readonly "spectral-features": typeof spectralFeatures;
  readonly statistics: typeof statistics;
  readonly picture: typeof picture;
  readonly window: typeof window;
  readonly model: typeof model;
  readonly distance: typeof distance;
  readonly nearest: typeof nearest;
  readonly faults: typeof faults;
  readonly decision: typeof decision;
  readonly count: typeof count;
}

/** Every kind of stage. */
export const stageKinds: StageKinds = {
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
  nearest,
  faults,
  decision,
  count,
};
