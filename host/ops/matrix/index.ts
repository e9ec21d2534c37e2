import { batchMatmul } from "./batch-matmul.js";
import { fullyConnected } from "./fully-connected.js";
import { treeEnsemble } from "./tree-ensemble.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [fullyConnected, batchMatmul, treeEnsemble] as const;
