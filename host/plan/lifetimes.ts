import { alignUp } from "../abi/align.js";
import type { TensorIndex } from "../graph/node.js";
import type { Demand } from "./demand.js";
import type { ByteRange } from "./ranges.js";

/** Bytes of a block that are needed from step `first` to step `last`, both included. */
export interface Segment {
  /** Bytes of the block before them. */
  offset: number;
  bytes: number;
  first: number;
  last: number;
}

/** A tensor within a block. */
export interface Member {
  index: TensorIndex;
  /** Bytes of the block before it. */
  offset: number;
}

/**
 * What moves together: a tensor with all that lie in it and all those that take over its memory one after the other, or the
 * scratch memory of a step.
 */
export interface Block {
  /** No two of them share a byte at any step. */
  segments: readonly Segment[];
  /** Its tensors; none of scratch memory. */
  tensors: readonly Member[];
  /** First and last step of all segments. */
  first: number;
  last: number;
  /** Bytes up to the end of the last segment. */
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

/** Where a block begins and ends at a step; both 0 where it is not alive. */
export function extentAt({ segments }: Block, step: number): { low: number; high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, 0];
  for (const { offset, bytes, first, last } of segments) {
    if (step < first || step > last) continue;
    low = Math.min(low, offset);
    high = Math.max(high, offset + bytes);
  }
  return high === 0 ? { low: 0, high: 0 } : { low, high };
}

interface Steps {
  first: number;
  last: number;
}

/**
 * Steps of ranges or tensors under an order of the nodes: from the writer to the last reader, of a model output to the end.
 * What is a model input is there from step 0 on, what nobody reads at its writer's step alone.
 */
function stepsOf(
  stepOf: ReadonlyMap<number, number>,
  { writer, readers, isOutput }: { writer: number; readers: readonly number[]; isOutput: boolean },
): Steps {
  const first = writer < 0 ? 0 : (stepOf.get(writer) as number);
  if (isOutput) return { first, last: Math.max(0, stepOf.size - 1) };
  return { first, last: readers.reduce((last, node) => Math.max(last, stepOf.get(node) as number), first) };
}

/** A block that is being made: segments and tensors by their bytes from one place, which may be negative. */
interface Forming {
  segments: Segment[];
  tensors: Member[];
  alignment: number;
}

/** What of the segments is left when `taken` bytes from `offset` on are another's at their last step. */
function without(segments: readonly Segment[], offset: number, taken: number, step: number): Segment[] {
  const end = offset + taken;
  return segments.flatMap((segment): Segment[] => {
    const segmentEnd = segment.offset + segment.bytes;
    if (segment.last !== step || segmentEnd <= offset || segment.offset >= end) return [segment];
    const [from, to] = [Math.max(segment.offset, offset), Math.min(segmentEnd, end)];
    return [
      { ...segment, bytes: from - segment.offset },
      { ...segment, offset: from, bytes: to - from, last: step - 1 },
      { ...segment, offset: to, bytes: segmentEnd - to },
    ].filter(({ bytes, first, last }) => bytes > 0 && first <= last);
  });
}

function collide(a: Segment, b: Segment): boolean {
  const together = a.first <= b.last && b.first <= a.last;
  return together && a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes;
}

/** Blocks that grow together as outputs take over inputs. */
class BlockMaker {
  private readonly blocks = new Map<TensorIndex, Forming>();
  /** Where a root lies: in which block, and how far from its place. */
  private readonly roots = new Map<TensorIndex, { block: Forming; offset: number }>();

  constructor(
    private readonly demand: Demand,
    private readonly steps: readonly Steps[],
    tensors: readonly TensorIndex[],
  ) {
    for (const index of tensors) {
      const { root } = demand.places[index] as Demand["places"][number];
      if (this.blocks.has(root)) continue;
      const block = { segments: this.segmentsOf(root), tensors: [], alignment: 1 };
      this.blocks.set(root, block);
      this.roots.set(root, { block, offset: 0 });
    }
    for (const index of tensors) {
      const { block, offset } = this.placeOf(index);
      block.tensors.push({ index, offset });
      block.alignment = Math.max(block.alignment, demand.alignment[index] as number);
    }
  }

  private segmentsOf(root: TensorIndex): Segment[] {
    const segments: Segment[] = [];
    for (const range of this.demand.ranges.ofTensor[root] as readonly number[]) {
      const { offset, bytes } = this.demand.ranges.ranges[range] as ByteRange;
      const { first, last } = this.steps[range] as Steps;
      const before = segments.at(-1);
      if (before?.first === first && before.last === last) before.bytes += bytes;
      else segments.push({ offset, bytes, first, last });
    }
    return segments;
  }

  private placeOf(index: TensorIndex): { block: Forming; offset: number } {
    const { root, offset } = this.demand.places[index] as Demand["places"][number];
    const { block, offset: start } = this.roots.get(root) as { block: Forming; offset: number };
    return { block, offset: start + offset };
  }

  /** Whether every byte of the tensor is needed to this step and no longer. */
  endsAt(index: TensorIndex, step: number): boolean {
    const { ranges, ofTensor } = this.demand.ranges;
    const isFree = (range: number): boolean =>
      this.steps[range]?.last === step && ranges[range]?.isOutput === false;
    return (ofTensor[index] as readonly number[]).every(isFree);
  }

  /** Puts what is written at a step where what it takes over lies; false where something else is in the way. */
  takeOver(input: TensorIndex, output: TensorIndex, step: number): boolean {
    const [from, to] = [this.placeOf(input), this.placeOf(output)];
    const shift = from.offset - to.offset;
    if (from.block === to.block || shift % Math.max(from.block.alignment, to.block.alignment) !== 0)
      return false;
    const left = without(from.block.segments, from.offset, this.demand.bytes[output] as number, step);
    const moved = to.block.segments.map((segment) => ({ ...segment, offset: segment.offset + shift }));
    if (moved.some((segment) => left.some((other) => collide(segment, other)))) return false;
    const { block } = from;
    block.segments = [...left, ...moved];
    block.tensors.push(...to.block.tensors.map((member) => ({ ...member, offset: member.offset + shift })));
    block.alignment = Math.max(block.alignment, to.block.alignment);
    for (const [root, place] of this.roots) {
      if (place.block === to.block) this.roots.set(root, { block, offset: place.offset + shift });
    }
    for (const [root, other] of this.blocks) if (other === to.block) this.blocks.delete(root);
    return true;
  }

  finished(): Block[] {
    return [...this.blocks.values()].map(({ segments, tensors, alignment }) => {
      const lowest = Math.min(...segments.map(({ offset }) => offset));
      const shift = lowest < 0 ? alignUp(-lowest, alignment) : 0;
      const from = <T extends { offset: number }>(item: T): T => ({ ...item, offset: item.offset + shift });
      return blockOf(segments.map(from), tensors.map(from), alignment);
    });
  }
}

function blockOf(segments: Segment[], tensors: Member[], alignment: number): Block {
  return {
    segments,
    tensors,
    first: Math.min(...segments.map(({ first }) => first)),
    last: Math.max(...segments.map(({ last }) => last)),
    bytes: Math.max(...segments.map(({ offset, bytes }) => offset + bytes)),
    alignment,
  };
}

/**
 * Lifetimes, blocks of memory and bytes alive at each step, under an order of the nodes. Output 0 of a node takes over the
 * first input that it may and that is not needed afterwards.
 */
export function scheduleOf(demand: Demand, order: readonly number[]): Schedule {
  const stepOf = new Map(order.map((node, step) => [node, step]));
  const maker = new BlockMaker(
    demand,
    demand.ranges.ranges.map((range) => stepsOf(stepOf, range)),
    [...demand.inputs, ...order.flatMap((node) => (demand.nodes[node] as Demand["nodes"][number]).outputs)],
  );
  const lifetimes = new Map<TensorIndex, Lifetime>();
  const add = (index: TensorIndex, writer: number, sharesWith?: TensorIndex): void => {
    const readers = demand.consumers[index] ?? [];
    const steps = stepsOf(stepOf, { writer, readers, isOutput: demand.outputs.has(index) });
    lifetimes.set(index, sharesWith === undefined ? steps : { ...steps, sharesWith });
  };
  for (const index of demand.inputs) add(index, -1);
  order.forEach((node, step) => {
    const { outputs, inPlace } = demand.nodes[node] as Demand["nodes"][number];
    const [output = -1] = outputs;
    const taken = inPlace.find((index) => maker.endsAt(index, step) && maker.takeOver(index, output, step));
    for (const index of outputs) add(index, node, index === output ? taken : undefined);
  });
  const blocks = maker.finished();
  order.forEach((node, step) => {
    const bytes = demand.nodes[node]?.scratchBytes[0] ?? 0;
    if (bytes > 0)
      blocks.push(blockOf([{ offset: 0, bytes, first: step, last: step }], [], scratchAlignment));
  });

  const aliveBytes = new Array<number>(Math.max(1, order.length)).fill(0);
  for (const { segments } of blocks) {
    for (const { bytes, first, last } of segments) {
      for (let step = first; step <= last; step++) aliveBytes[step] = (aliveBytes[step] as number) + bytes;
    }
  }
  return { steps: order.length, lifetimes, blocks, aliveBytes };
}
