import type { TensorIndex } from "../graph/node.js";
import type { Demand } from "./demand.js";

/** Bytes needed from step `first` to step `last`, both included. */
export interface Segment {
  bytes: number;
  first: number;
  last: number;
}

/**
 * What lies at one address: a tensor with all those that take over its memory one after the other, or the scratch
 * memory of a step. Tensors that take over are never larger, so that a block shrinks as it grows older.
 */
export interface Block {
  /** In order of time; each but the first begins at the step at which the one before ends. */
  segments: readonly Segment[];
  /** Tensors, aligned with `segments`; empty for scratch memory. */
  tensors: readonly TensorIndex[];
  /** First and last step of all segments. */
  first: number;
  last: number;
  /** Bytes of the largest segment. */
  bytes: number;
  alignment: number;
}

/** A tensor's steps. */
export interface Lifetime {
  first: number;
  last: number;
  sharesWith?: TensorIndex;
}

/** Everything that is ever in linear memory, when. */
export interface Schedule {
  steps: number;
  lifetimes: ReadonlyMap<TensorIndex, Lifetime>;
  /** Blocks of tensors, then one block of scratch memory for each step that needs any. */
  blocks: readonly Block[];
  /** Bytes alive at each step, scratch included; memory that is taken over counts once. */
  aliveBytes: readonly number[];
}

/** Alignment of scratch memory in bytes. */
export const scratchAlignment = 8;

/** Bytes that a block needs at a step; 0 where it is not alive. */
export function blockBytesAt(block: Block, step: number): number {
  return block.segments.reduce(
    (most, { bytes, first, last }) => (first <= step && step <= last ? Math.max(most, bytes) : most),
    0,
  );
}

/**
 * Lifetimes under an order of the nodes. A model input is alive from step 0 to its last use, a model output from its
 * producer to the end, any other tensor from its producer to its last consumer; one that nobody reads at its
 * producer's step alone. Output 0 of a node takes over the first input that it may and that is not needed afterwards.
 */
function lifetimesOf(demand: Demand, order: readonly number[]): Map<TensorIndex, Lifetime> {
  const end = Math.max(0, order.length - 1);
  const stepOf = new Map(order.map((node, step) => [node, step]));
  const lastUse = (index: TensorIndex, first: number) =>
    demand.outputs.has(index)
      ? end
      : (demand.consumers[index] ?? []).reduce(
          (last, node) => Math.max(last, stepOf.get(node) as number),
          first,
        );
  const lifetimes = new Map<TensorIndex, Lifetime>();
  for (const index of demand.inputs) lifetimes.set(index, { first: 0, last: lastUse(index, 0) });
  order.forEach((node, step) => {
    const { outputs, inPlace } = demand.nodes[node] as Demand["nodes"][number];
    const sharesWith = inPlace.find((index) => lifetimes.get(index)?.last === step);
    outputs.forEach((index, position) => {
      const lifetime = { first: step, last: lastUse(index, step) };
      lifetimes.set(
        index,
        position === 0 && sharesWith !== undefined ? { ...lifetime, sharesWith } : lifetime,
      );
    });
  });
  return lifetimes;
}

function blockOf(segments: Segment[], tensors: TensorIndex[], alignment: number): Block {
  return {
    segments,
    tensors,
    first: Math.min(...segments.map(({ first }) => first)),
    last: Math.max(...segments.map(({ last }) => last)),
    bytes: Math.max(...segments.map(({ bytes }) => bytes)),
    alignment,
  };
}

/** Lifetimes, blocks of memory and bytes alive at each step, under an order of the nodes. */
export function scheduleOf(demand: Demand, order: readonly number[]): Schedule {
  const lifetimes = lifetimesOf(demand, order);
  const successor = new Map<TensorIndex, TensorIndex>();
  for (const [index, { sharesWith }] of lifetimes)
    if (sharesWith !== undefined) successor.set(sharesWith, index);

  const blocks: Block[] = [];
  for (const [root, { sharesWith }] of lifetimes) {
    if (sharesWith !== undefined) continue;
    const tensors: TensorIndex[] = [];
    for (let index: TensorIndex | undefined = root; index !== undefined; index = successor.get(index)) {
      tensors.push(index);
    }
    const segments = tensors.map((index) => {
      const { first, last } = lifetimes.get(index) as Lifetime;
      return { bytes: demand.bytes[index] as number, first, last };
    });
    blocks.push(
      blockOf(segments, tensors, Math.max(...tensors.map((index) => demand.alignment[index] as number))),
    );
  }
  order.forEach((node, step) => {
    const bytes = demand.nodes[node]?.scratchBytes[0] ?? 0;
    if (bytes > 0) blocks.push(blockOf([{ bytes, first: step, last: step }], [], scratchAlignment));
  });

  const aliveBytes = new Array<number>(Math.max(1, order.length)).fill(0);
  for (const block of blocks) {
    for (let step = block.first; step <= block.last; step++) {
      aliveBytes[step] = (aliveBytes[step] as number) + blockBytesAt(block, step);
    }
  }
  return { steps: order.length, lifetimes, blocks, aliveBytes };
}
