import { argMax, argMin } from "./arg.js";
import { cumsum } from "./cumsum.js";
import { l2Normalization } from "./l2-normalization.js";
import { logSoftmax } from "./log-softmax.js";
import { mean } from "./mean.js";
import { prod, reduceAll, reduceAny, reduceMax, reduceMin, sum } from "./reduce.js";
import { softmax } from "./softmax.js";
import { topK } from "./top-k.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [
  softmax,
  mean,
  sum,
  prod,
  reduceMax,
  reduceMin,
  reduceAny,
  reduceAll,
  argMax,
  argMin,
  logSoftmax,
  l2Normalization,
  cumsum,
  topK,
] as const;
