import { detectionPostprocess } from "./detection-postprocess.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [detectionPostprocess] as const;
