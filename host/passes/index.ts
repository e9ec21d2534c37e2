import { type Graph, hasConditions } from "../graph/graph.js";
import { validateGraph } from "../graph/validate.js";
import { checkOperators } from "../ops/check.js";
import { dropSequences } from "./drop-sequences.js";
import { foldConstants } from "./fold-constants.js";
import { foldScales } from "./fold-scales.js";
import { fuseActivations } from "./fuse-activations.js";
import { fusePadding } from "./fuse-padding.js";
import { fuseQuantization } from "./fuse-quantization.js";
import { integerThresholds } from "./integer-thresholds.js";
import { mergeTables } from "./merge-tables.js";
import { moveTransposes } from "./move-transposes.js";
import { readLastStates } from "./read-last-states.js";
import { removeChannels } from "./remove-channels.js";
import { removeDeadNodes } from "./remove-dead-nodes.js";
import { removeIdentities } from "./remove-identities.js";

/** A rewriting of a graph that keeps every model output the same, to the byte for integer graphs; floats but for rounding. */
export interface Pass {
  name: string;
  apply(graph: Graph): Graph;
}

/** The passes, in the order in which they run. */
export const passes: readonly Pass[] = [
  { name: "fold-constants", apply: foldConstants },
  { name: "move-transposes", apply: moveTransposes },
  { name: "remove-identities", apply: removeIdentities },
  { name: "fuse-padding", apply: fusePadding },
  { name: "fold-scales", apply: foldScales },
  { name: "fuse-activations", apply: fuseActivations },
  { name: "fuse-quantization", apply: fuseQuantization },
  { name: "merge-tables", apply: mergeTables },
  { name: "integer-thresholds", apply: integerThresholds },
  { name: "read-last-states", apply: readLastStates },
  { name: "remove-dead-nodes", apply: removeDeadNodes },
  { name: "drop-sequences", apply: dropSequences },
  { name: "remove-channels", apply: removeChannels },
];

/**
 * Runs passes, all of them by default, over a valid graph, and checks each graph that one makes: a pass that breaks a
 * graph is a defect, which is better found here than as wrong results. A graph with nodes under conditions, which passes do not
 * see, stays as it is.
 */
export function runPasses(graph: Graph, list: readonly Pass[] = passes): Graph {
  if (hasConditions(graph)) return graph;
  return list.reduce((current, pass) => {
    const next = pass.apply(current);
    if (next !== current) checkAfter(pass, next);
    return next;
  }, graph);
}

function checkAfter(pass: Pass, graph: Graph): void {
  try {
    validateGraph(graph);
    checkOperators(graph);
  } catch (error) {
    throw new Error(`the pass ${pass.name} broke the graph: ${(error as Error).message}`, { cause: error });
  }
}
