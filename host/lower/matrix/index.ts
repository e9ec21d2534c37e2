import { batchMatmul } from "./batch-matmul.js";
import { fullyConnected } from "./fully-connected.js";
import { pairwiseCoupling } from "./pairwise-coupling.js";
import { squaredDistances } from "./squared-distances.js";
import { treeEnsemble } from "./tree-ensemble.js";

/** How operators of this family run: one line each, and one for all that are of one kind. */
export const lowerings = [
  fullyConnected,
  batchMatmul,
  treeEnsemble,
  squaredDistances,
  pairwiseCoupling,
] as const;
