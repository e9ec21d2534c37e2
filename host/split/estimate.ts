import { bind, type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { tensorBytes } from "../graph/tensor.js";
import { operatorNamed } from "../ops/index.js";
import { type AxisRange, partialNode } from "../ops/operator.js";
import type { NeedsLookup } from "../plan/demand.js";
import { outermostAxis, type Piece, Pieces, partsOfAxis, type Segment, type Split } from "./pieces.js";

/** What some steps take. */
export interface Cost {
  /** The most bytes alive at one of them. */
  readonly peakBytes: number;
  readonly macs: number;
  /** Nodes that run. */
  readonly calls: number;
}

/** When a tensor is alive, by positions in the order of the nodes. */
interface Life {
  bytes: number;
  /** Of the node that writes it; -1 of a model input. */
  from: number;
  /** Of the last node that reads it; behind all of them for a model output. */
  to: number;
}

/** A node as the estimate sees it. */
interface Step {
  node: Node;
  output: TensorIndex;
  macs: number;
  scratchBytes: number;
  inPlace: ReadonlySet<number>;
}

/** A tensor that a segment reads and does not write. */
interface Outer {
  index: TensorIndex;
  bytes: number;
  /** Bytes of one of the indices that parts take of it; 0 where all of it is needed to the end. */
  indexBytes: number;
}

/** A segment, where it ends, and the axes along which all of its nodes can be parted. */
export interface Candidate {
  segment: Segment;
  end: number;
  axes: readonly number[];
}

/** Nodes of a segment, at most: of more, parts share so much that they would be computed twice. */
const mostNodes = 32;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, value) => total + value, 0);

/** Parts of a split that differ from their neighbours: the first two and the last two. All between are like the second one. */
function distinctParts(count: number): number[] {
  return [...new Set([0, 1, count - 2, count - 1])].filter((part) => part >= 0 && part < count);
}

/**
 * What steps take, by the sizes of what is alive and nothing else: no memory is laid out. Splits are estimated without making
 * their graphs, so that thousands of them can be compared.
 */
export class Estimate {
  private readonly steps = new Map<number, Step>();
  private readonly lives = new Map<TensorIndex, Life>();
  private readonly pieces: Pieces;
  private readonly outside = new WeakMap<Segment, number>();

  /**
   * @param order in which the nodes run
   * @param aliveBytes bytes alive at each step of that order, as planned
   */
  constructor(
    private readonly graph: Graph,
    private readonly order: readonly number[],
    private readonly aliveBytes: readonly number[],
    needsOf: NeedsLookup,
  ) {
    this.pieces = new Pieces(graph);
    for (const at of order) {
      const node = graph.nodes[at] as Node;
      const [bound, needs] = [bind(graph, node), needsOf(node.operator)];
      this.steps.set(at, {
        node,
        output: node.outputs[0] ?? -1,
        macs: operatorNamed(node.operator).macs(bound),
        scratchBytes: needs.scratchBytes?.(bound)[0] ?? 0,
        inPlace: new Set(needs.inPlace?.(bound)),
      });
    }
    this.findLives();
  }

  private findLives(): void {
    const isOutput = new Set(this.graph.outputs);
    const begin = (index: TensorIndex, from: number): void => {
      const to = isOutput.has(index) ? this.order.length : from;
      this.lives.set(index, { bytes: tensorBytes(tensorAt(this.graph, index)), from, to });
    };
    for (const index of this.graph.inputs) begin(index, -1);
    for (const [position, at] of this.order.entries()) {
      const { node } = this.step(at);
      for (const life of node.inputs.map((index) => this.lives.get(index)))
        if (life !== undefined) life.to = Math.max(life.to, position);
      for (const index of node.outputs) begin(index, position);
    }
  }

  private step(node: number): Step {
    return this.steps.get(node) as Step;
  }

  private shape(index: TensorIndex): readonly number[] {
    return tensorAt(this.graph, index).shape;
  }

  /** Bytes of one index of an axis. */
  private indexBytes(index: TensorIndex, axis: number): number {
    return (this.lives.get(index) as Life).bytes / (this.shape(index)[axis] as number);
  }

  /** The step at a position as it is planned. */
  plain(position: number): Cost {
    const { macs } = this.step(this.order[position] as number);
    return { peakBytes: this.aliveBytes[position] as number, macs, calls: 1 };
  }

  /** Segments that begin at a position, shortest first. */
  segmentsFrom(position: number): Candidate[] {
    const found: Candidate[] = [];
    const open = new Set<TensorIndex>();
    let axes = [1, 2, 3];
    for (let at = position; at < Math.min(this.order.length, position + mostNodes); at++) {
      const { node, output } = this.step(this.order[at] as number);
      axes = axes.filter((axis) => this.canBeParted(node, axis));
      if (axes.length === 0) return found;
      for (const index of open) if ((this.lives.get(index) as Life).to <= at) open.delete(index);
      if (open.size === 0) {
        const shape = this.shape(output);
        const usable = axes.filter((axis) => axis === outermostAxis(shape) || axis === shape.length - 1);
        found.push({
          segment: { nodes: this.order.slice(position, at + 1), output },
          end: at + 1,
          axes: usable,
        });
      }
      open.add(output);
    }
    return found;
  }

  private canBeParted(node: Node, axis: number): boolean {
    const length = this.graph.tensors[node.outputs[0] ?? -1]?.shape[axis] ?? 1;
    const range = { axis, first: 0, count: length };
    return (
      length > 1 && partialNode(operatorNamed(node.operator), bind(this.graph, node), range) !== undefined
    );
  }

  /** What a split segment takes that begins at a position; undefined where it cannot be split so. */
  split(position: number, { segment, axis, size }: Split): Cost | undefined {
    const parts = partsOfAxis(axis, this.shape(segment.output)[axis] as number, size);
    const { bytes } = this.lives.get(segment.output) as Life;
    const outside = this.outsideBytes(position, segment);
    const known = new Map<number, Piece[] | undefined>();
    const piecesOf = (part: number): Piece[] | undefined => {
      if (!known.has(part)) known.set(part, this.pieces.of(segment, parts[part] as AxisRange));
      return known.get(part);
    };
    let cost: Cost = { peakBytes: this.joinBytes(segment, axis), macs: 0, calls: 1 };
    for (const part of distinctParts(parts.length)) {
      const range = parts[part] as AxisRange;
      const pieces = piecesOf(part);
      const next = part + 1 < parts.length ? piecesOf(part + 1) : [];
      const outer = pieces && this.outersOf(pieces, position + segment.nodes.length);
      if (pieces === undefined || next === undefined || outer === undefined) return undefined;
      const madeBytes = (bytes / (this.shape(segment.output)[axis] as number)) * range.first;
      const times = part === 1 ? Math.max(1, parts.length - 3) : 1;
      cost = {
        peakBytes: Math.max(cost.peakBytes, madeBytes + this.partPeak(pieces, next, outer)),
        macs: cost.macs + times * sum(pieces.map((piece) => this.macsOf(piece))),
        calls: cost.calls + times * pieces.length,
      };
    }
    return { ...cost, peakBytes: outside + cost.peakBytes };
  }

  /** Bytes alive where the parts of a segment's output are joined: twice its own where they are copied. */
  private joinBytes({ output }: Segment, axis: number): number {
    const { bytes } = this.lives.get(output) as Life;
    return axis === outermostAxis(this.shape(output)) ? bytes : 2 * bytes;
  }

  private macsOf({ node, range }: Piece): number {
    const { macs, output } = this.step(node);
    return (macs * range.count) / (this.shape(output)[range.axis] as number);
  }

  /** Bytes of a piece's output. */
  private bytesOf({ node, range }: Piece): number {
    return this.indexBytes(this.step(node).output, range.axis) * range.count;
  }

  /** Bytes alive all along a segment that it neither reads nor writes. */
  private outsideBytes(position: number, segment: Segment): number {
    const known = this.outside.get(segment);
    if (known !== undefined) return known;
    const read = new Set(segment.nodes.flatMap((node) => this.step(node).node.inputs));
    let bytes = 0;
    for (const [index, life] of this.lives)
      if (life.from < position && life.to >= position && !read.has(index)) bytes += life.bytes;
    this.outside.set(segment, bytes);
    return bytes;
  }

  /**
   * Tensors that the pieces take of those before the segment, which ends at a position. Undefined where some of one would have
   * to be copied, because its bytes do not follow each other.
   */
  private outersOf(pieces: readonly Piece[], end: number): Outer[] | undefined {
    const inner = new Set(pieces.map(({ node }) => this.step(node).output));
    const outers = new Map<TensorIndex, Outer>();
    for (const { node, partial } of pieces) {
      for (const [at, index] of this.step(node).node.inputs.entries()) {
        const life = this.lives.get(index);
        if (life === undefined || inner.has(index)) continue;
        const range = partial.inputs[at];
        if (range !== undefined && range.axis > outermostAxis(this.shape(index))) return undefined;
        const isKept = range === undefined || life.to >= end || outers.get(index)?.indexBytes === 0;
        const indexBytes = isKept ? 0 : this.indexBytes(index, range.axis);
        outers.set(index, { index, bytes: life.bytes, indexBytes });
      }
    }
    return [...outers.values()];
  }

  /** For each piece, the first index that it and those behind it take of a tensor; last of all, that `later` ones take. */
  private firstTaken(pieces: readonly Piece[], index: TensorIndex, later: number): number[] {
    const firsts = [later];
    for (const { node, partial } of [...pieces].reverse()) {
      const { inputs } = this.step(node).node;
      let first = firsts[0] as number;
      for (const [at, range] of partial.inputs.entries())
        if (inputs[at] === index) first = Math.min(first, range?.first ?? 0);
      firsts.unshift(first);
    }
    return firsts;
  }

  /** The most bytes alive in a part, without what is made of the output before: what is left of outer tensors, and between. */
  private partPeak(pieces: readonly Piece[], next: readonly Piece[], outers: readonly Outer[]): number {
    const firsts = outers.map(({ index }) => {
      const later = this.firstTaken(next, index, Number.POSITIVE_INFINITY)[0] as number;
      return this.firstTaken(pieces, index, later);
    });
    const made = new Map(
      pieces.map((piece, at) => [this.step(piece.node).output, { at, last: at, bytes: this.bytesOf(piece) }]),
    );
    for (const [at, { node }] of pieces.entries()) {
      for (const index of this.step(node).node.inputs) {
        const tensor = made.get(index);
        if (tensor !== undefined) tensor.last = at;
      }
    }
    const peaks = pieces.map((piece, at) => {
      const { node, scratchBytes, inPlace } = this.step(piece.node);
      const left = outers.map(({ bytes, indexBytes }, i) =>
        indexBytes === 0 ? bytes : Math.max(0, bytes - (firsts[i]?.[at] as number) * indexBytes),
      );
      const between = [...made.values()].map(({ at: from, last, bytes }) =>
        from <= at && at <= last ? bytes : 0,
      );
      const isTaken = node.inputs.some((index, i) => {
        const tensor = made.get(index);
        return inPlace.has(i) && tensor?.last === at && tensor.bytes >= this.bytesOf(piece);
      });
      const isInner = at < pieces.length - 1;
      return sum(left) + sum(between) - (isTaken && isInner ? this.bytesOf(piece) : 0) + scratchBytes;
    });
    return Math.max(...peaks);
  }
}
