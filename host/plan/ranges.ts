import { activationInputs, type Graph, tensorAt } from "../graph/graph.js";
import type { TensorIndex } from "../graph/node.js";
import { tensorBytes } from "../graph/tensor.js";
import type { Places } from "./places.js";

/** Bytes of a tensor that is part of no other, which one node writes and the same nodes read. */
export interface ByteRange {
  readonly root: TensorIndex;
  /** Bytes of the root before them. */
  readonly offset: number;
  readonly bytes: number;
  /** The node that writes them; -1 where they are a model input's. */
  readonly writer: number;
  /** Nodes that read them. */
  readonly readers: readonly number[];
  /** Whether they are a model output's. */
  readonly isOutput: boolean;
}

/** A graph's activations as ranges. */
export interface Ranges {
  readonly ranges: readonly ByteRange[];
  /** By tensor index: numbers of the ranges that it consists of. */
  readonly ofTensor: readonly (readonly number[])[];
  /** By node: numbers of the ranges that it reads, of a cut that lies in its place no others; and that it writes. */
  readonly reads: readonly (readonly number[])[];
  readonly writes: readonly (readonly number[])[];
}

const isPlanned = (graph: Graph, { inVariables }: Places, index: TensorIndex): boolean =>
  index >= 0 && tensorAt(graph, index).data === undefined && !inVariables.has(index);

/** Cuts roots at the ends of all tensors that lie in them: where each range begins and ends, by root. */
function cutsOf(graph: Graph, placing: Places): Map<TensorIndex, number[]> {
  const cuts = new Map<TensorIndex, Set<number>>();
  placing.places.forEach(({ root, offset }, index) => {
    if (!isPlanned(graph, placing, index)) return;
    const found = cuts.get(root) ?? new Set();
    cuts.set(root, found.add(offset).add(offset + tensorBytes(tensorAt(graph, index))));
  });
  return new Map([...cuts].map(([root, found]) => [root, [...found].sort((a, b) => a - b)]));
}

/** The ranges of a graph whose tensors lie in these places. */
export function rangesOf(graph: Graph, placing: Places): Ranges {
  const { places, parts } = placing;
  const ranges: {
    root: TensorIndex;
    offset: number;
    bytes: number;
    writer: number;
    readers: number[];
    isOutput: boolean;
  }[] = [];
  const numbers = new Map<TensorIndex, { at: number; range: number }[]>();
  for (const [root, cuts] of cutsOf(graph, placing)) {
    const own = cuts.slice(0, -1).map((offset, i) => {
      const bytes = (cuts[i + 1] as number) - offset;
      return {
        at: offset,
        range: ranges.push({ root, offset, bytes, writer: -1, readers: [], isOutput: false }) - 1,
      };
    });
    numbers.set(root, own);
  }
  const ofTensor = places.map(({ root, offset }, index) => {
    if (!isPlanned(graph, placing, index)) return [];
    const end = offset + tensorBytes(tensorAt(graph, index));
    const own = numbers.get(root) ?? [];
    return own.filter(({ at }) => at >= offset && at < end).map(({ range }) => range);
  });
  const distinct = (indices: readonly TensorIndex[]): number[] => [
    ...new Set(indices.flatMap((index) => ofTensor[index] as readonly number[])),
  ];
  const reads = graph.nodes.map((node, at) => {
    const isCut = (parts[at] ?? []).some(({ part }) => part === "output");
    const read = distinct(isCut ? node.outputs : activationInputs(graph, node));
    for (const range of read) ranges[range]?.readers.push(at);
    return read;
  });
  const writes = graph.nodes.map((node, at) => {
    const own = parts[at] ?? [];
    if (own.some(({ part }) => part === "output")) return [];
    const there = new Set(distinct(own.map(({ input }) => node.inputs[input] as TensorIndex)));
    const written = distinct(node.outputs).filter((range) => !there.has(range));
    for (const range of written) (ranges[range] as { writer: number }).writer = at;
    return written;
  });
  for (const range of distinct(graph.outputs)) (ranges[range] as { isOutput: boolean }).isOutput = true;
  return { ranges, ofTensor, reads, writes };
}
