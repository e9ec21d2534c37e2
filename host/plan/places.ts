import type { Graph } from "../graph/graph.js";
import { bind, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { elementBytes, tensorBytes } from "../graph/tensor.js";
import type { NeedsLookup } from "./demand.js";
import { tensorsInVariables } from "./in-variables.js";
import type { Part } from "./types.js";

/** Where a tensor lies in one that is part of no other. */
export interface Place {
  /** That tensor: itself, where it is part of none. */
  readonly root: TensorIndex;
  /** Bytes of the root before it. */
  readonly offset: number;
  /** The tensor that it is a part of, if any. */
  readonly partOf?: TensorIndex;
}

/** Where all tensors lie, and what nodes need not do for that. */
export interface Places {
  /** By tensor index. */
  readonly places: readonly Place[];
  /** By node: its parts that lie where they belong. */
  readonly parts: readonly (readonly Part[])[];
  /** What lies in variables, and in no other tensor. */
  readonly inVariables: ReadonlyMap<TensorIndex, number>;
}

/** Tensors that lie in others, as far as that is decided. */
class Placing {
  private readonly places: Place[];

  constructor(
    private readonly graph: Graph,
    private readonly inVariables: Places["inVariables"],
  ) {
    this.places = graph.tensors.map((_, root) => ({ root, offset: 0 }));
  }

  private bytes(index: TensorIndex): number {
    return tensorBytes(tensorAt(this.graph, index));
  }

  /** The place of a tensor, looked up from one whole to the next. */
  placeOf(index: TensorIndex): Place {
    const { root, offset, partOf } = this.places[index] as Place;
    if (partOf === undefined) return { root: index, offset: 0 };
    const whole = this.placeOf(root);
    return { root: whole.root, offset: whole.offset + offset, partOf };
  }

  /**
   * Puts a node's part into its whole. False where it lies elsewhere already, or is constant: a root takes all that lies in it
   * along, and does so only where it is no larger than the part.
   */
  add(node: Node, { input, part, offset }: Part): boolean {
    const [from, to] = [node.inputs[input] ?? -1, node.outputs[0] ?? -1];
    if (from < 0 || to < 0 || tensorAt(this.graph, from).data !== undefined) return false;
    if (this.inVariables.has(from) || this.inVariables.has(to)) return false;
    const [inner, outer] = part === "input" ? [from, to] : [to, from];
    const [place, whole] = [this.placeOf(inner), this.placeOf(outer)];
    const aligned = offset % elementBytes[tensorAt(this.graph, inner).dtype] === 0;
    const fits = offset >= 0 && offset + this.bytes(inner) <= this.bytes(outer);
    const carries = place.offset === 0 && this.bytes(place.root) === this.bytes(inner);
    if (!aligned || !fits || !carries || whole.root === place.root) return false;
    // The root, not the part: of two that are the same bytes, it is the one that all others lie in.
    this.places[place.root] = { root: outer, offset, partOf: outer };
    return true;
  }
}

/** No tensor lies in another one. */
export function placesApart(graph: Graph, needsOf: NeedsLookup): Places {
  const { tensors, nodes } = graph;
  return {
    places: tensors.map((_, root) => ({ root, offset: 0 })),
    parts: nodes.map(() => []),
    inVariables: tensorsInVariables(graph, needsOf),
  };
}

/** Puts parts into wholes wherever lowerings allow it, node by node. */
export function placeParts(graph: Graph, needsOf: NeedsLookup): Places {
  const inVariables = tensorsInVariables(graph, needsOf);
  const placing = new Placing(graph, inVariables);
  const parts = graph.nodes.map((node) => {
    const offered = needsOf(node.operator).parts?.(bind(graph, node)) ?? [];
    return offered.filter((part) => placing.add(node, part));
  });
  return { places: graph.tensors.map((_, index) => placing.placeOf(index)), parts, inVariables };
}
