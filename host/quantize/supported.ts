import { UnsupportedModelError } from "../errors.js";
import type { Graph } from "../graph/graph.js";
import { type KnownRanges, type QuantizedGraph, quantizeByRanges } from "./quantize-graph.js";
import { type NodeScheme, plainScheme } from "./scheme.js";

/**
 * Quantizes a graph as `schemes` say where operators can run so; nodes that cannot are of int8, as are conversions.
 *
 * @param check throws `UnsupportedModelError`, which numbers the nodes of the quantized graph that cannot run
 * @returns the quantized graph, and the schemes that it has
 * @throws `model-unsupported` where a node cannot run in int8 either
 */
export function quantizeWhereSupported(
  float: Graph,
  ranges: KnownRanges,
  schemes: readonly (NodeScheme | undefined)[],
  check: (graph: Graph) => void,
): QuantizedGraph & { schemes: readonly NodeScheme[] } {
  const used = float.nodes.map((_, at) => schemes[at] ?? plainScheme);
  for (;;) {
    const quantized = quantizeByRanges(float, ranges, used);
    try {
      check(quantized.graph);
      return { ...quantized, schemes: used };
    } catch (error) {
      if (!(error instanceof UnsupportedModelError)) throw error;
      const origins = error.refusals.map(({ index }) => quantized.origins[index ?? -1]);
      const changed = origins.filter((at) => at !== undefined && used[at] !== plainScheme) as number[];
      if (changed.length === 0) throw error;
      for (const at of changed) used[at] = plainScheme;
    }
  }
}
