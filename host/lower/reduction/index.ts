import { args } from "./arg.js";
import { cumsum } from "./cumsum.js";
import { l2Normalization } from "./l2-normalization.js";
import { logSoftmax } from "./log-softmax.js";
import { mean } from "./mean.js";
import { reductions } from "./reduce.js";
import { softmax } from "./softmax.js";
import { topK } from "./top-k.js";

/** How operators of this family run: one line each, and one for all that are of one kind. */
export const lowerings = [
  mean,
  softmax,
  ...reductions,
  ...args,
  logSoftmax,
  l2Normalization,
  cumsum,
  topK,
] as const;
