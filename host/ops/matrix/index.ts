import { batchMatmul } from "./batch-matmul.js";
import { fullyConnected } from "./fully-connected.js";
import { pairwiseCoupling } from "./pairwise-coupling.js";
import { squaredDistances } from "./squared-distances.js";
import { treeEnsemble } from "./tree-ensemble.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [
  fullyConnected,
  batchMatmul,
  treeEnsemble,
  squaredDistances,
  pairwiseCoupling,
] as const;
