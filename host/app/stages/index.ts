import { logMel } from "../front-ends/log-mel.js";
import { mfcc } from "../front-ends/mfcc.js";
import { microFrontend } from "../front-ends/micro-frontend.js";
import { spectralFeatures } from "../front-ends/spectral-features.js";
import { decision } from "./decision.js";
import { distance } from "./distance.js";
import { model } from "./model.js";
import { window } from "./window.js";

/** Every kind of stage, by what an application's file calls it. */
export const stageKinds = {
  "micro-frontend": microFrontend,
  "log-mel": logMel,
  mfcc,
  "spectral-features": spectralFeatures,
  window,
  model,
  distance,
  decision,
} as const;
