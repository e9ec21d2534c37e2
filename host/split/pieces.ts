import { bind, type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { operatorNamed } from "../ops/index.js";
import { type AxisRange, type PartialNode, partialNode } from "../ops/operator.js";

/** A part of a node's work: some indices of an axis of its output. */
export interface Piece {
  /** Index into `graph.nodes`. */
  readonly node: number;
  readonly range: AxisRange;
  readonly partial: PartialNode;
}

/** Nodes that follow each other in the order in which they run, of which only the last one's output is needed by others. */
export interface Segment {
  /** Indices into `graph.nodes`. */
  readonly nodes: readonly number[];
  /** Output of the last one. */
  readonly output: TensorIndex;
}

/** A segment that is computed part by part. */
export interface Split {
  readonly segment: Segment;
  /** Axis of the output that is parted. */
  readonly axis: number;
  /** Indices of a part; of the last one they may be fewer. */
  readonly size: number;
}

/** All indices of an axis of a tensor. */
function whole(graph: Graph, index: TensorIndex, axis: number): AxisRange | undefined {
  const count = tensorAt(graph, index).shape[axis];
  return count === undefined ? undefined : { axis, first: 0, count };
}

function hull(a: AxisRange, b: AxisRange): AxisRange {
  const first = Math.min(a.first, b.first);
  return { axis: a.axis, first, count: Math.max(a.first + a.count, b.first + b.count) - first };
}

/** What nodes take for parts of their output, each worked out once. */
export class Pieces {
  private readonly known = new Map<number, Map<string, PartialNode | undefined>>();

  constructor(private readonly graph: Graph) {}

  private partial(node: number, range: AxisRange): PartialNode | undefined {
    const ofNode = this.known.get(node) ?? new Map<string, PartialNode | undefined>();
    this.known.set(node, ofNode);
    const key = `${range.axis} ${range.first} ${range.count}`;
    if (!ofNode.has(key)) {
      const found = this.graph.nodes[node] as Node;
      ofNode.set(key, partialNode(operatorNamed(found.operator), bind(this.graph, found), range));
    }
    return ofNode.get(key);
  }

  /**
   * The pieces that together give some indices of an axis of a segment's output, in order; undefined where a node cannot be
   * parted so.
   */
  of({ nodes, output }: Segment, range: AxisRange): Piece[] | undefined {
    const { graph } = this;
    const needed = new Map<TensorIndex, AxisRange>([[output, range]]);
    const inner = new Set(nodes.flatMap((node) => graph.nodes[node]?.outputs ?? []));
    const pieces: Piece[] = [];
    for (const node of [...nodes].reverse()) {
      const { inputs, outputs } = graph.nodes[node] as Node;
      const own = needed.get(outputs[0] as TensorIndex);
      if (own === undefined) continue;
      const partial = this.partial(node, own);
      if (partial === undefined) return undefined;
      pieces.push({ node, range: own, partial });
      for (const [position, index] of inputs.entries()) {
        if (!inner.has(index)) continue;
        const taken = partial.inputs[position] ?? whole(graph, index, own.axis);
        const before = needed.get(index);
        if (taken === undefined || (before !== undefined && before.axis !== taken.axis)) return undefined;
        needed.set(index, before === undefined ? taken : hull(before, taken));
      }
    }
    return pieces.reverse();
  }
}

/** Indices of an axis of that length in parts of `size`, the last of which may be smaller. */
export function partsOfAxis(axis: number, length: number, size: number): AxisRange[] {
  return Array.from({ length: Math.ceil(length / size) }, (_, part) => {
    const first = part * size;
    return { axis, first, count: Math.min(size, length - first) };
  });
}

/** The outermost axis of a shape that has more than one index: its indices lie in memory one after the other. */
export function outermostAxis(shape: readonly number[]): number {
  return Math.max(
    0,
    shape.findIndex((length) => length > 1),
  );
}
