import { microFrontend } from "../front-ends/micro-frontend.js";
import { decision } from "./decision.js";
import { distance } from "./distance.js";
import { model } from "./model.js";

/** Every kind of stage, by what an application's file calls it. */
export const stageKinds = {
  "micro-frontend": microFrontend,
  model,
  distance,
  decision,
} as const;
