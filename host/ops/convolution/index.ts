import { averagePool2d } from "./average-pool-2d.js";
import { conv2d } from "./conv-2d.js";
import { depthwiseConv2d } from "./depthwise-conv-2d.js";
import { l2Pool2d } from "./l2-pool-2d.js";
import { maxPool2d } from "./max-pool-2d.js";
import { maxPoolIndices2d } from "./max-pool-indices-2d.js";
import { transposeConv2d } from "./transpose-conv-2d.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [
  conv2d,
  depthwiseConv2d,
  averagePool2d,
  maxPool2d,
  l2Pool2d,
  transposeConv2d,
  maxPoolIndices2d,
] as const;
