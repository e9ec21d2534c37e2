import type { TensorIndex } from "../graph/node.js";
import type { Demand, NodeDemand } from "./demand.js";
import { scheduleOf } from "./lifetimes.js";
import type { ByteRange } from "./ranges.js";

/** How many states the search looks at, summed over its layers; it is exact where they suffice. */
const stateBudget = 6_000;

/**
 * What the search may cost: candidates looked at, times the words of a set of nodes. Up to 640 nodes it never costs so
 * much; of larger models those that branch widely are left in the given order.
 */
const costBudget = 1 << 26;
const wordBits = 64;

/** Nodes that have run. `alive` counts the tensors needed by the rest; `peak` the most ever needed to get here, or at all. */
interface State {
  done: bigint;
  /** Of `done`: the exclusive or of its nodes' keys. */
  hash: number;
  alive: number;
  peak: number;
  node: number;
  before?: State;
}

/** A range as the search sees it. */
interface Needed {
  bytes: number;
  readers: bigint;
  isOutput: boolean;
}

/** A node as the search sees it; sets of nodes are bit sets. */
interface Candidate {
  bit: bigint;
  /** A fixed pseudo-random integer. */
  key: number;
  predecessors: bigint;
  /** Ranges that it reads. */
  reads: readonly Needed[];
  /** Inputs that its first output may take over: the ranges of each. */
  takeovers: readonly (readonly Needed[])[];
  outputBytes: number;
  firstOutputBytes: number;
  keptBytes: number;
  scratchBytes: number;
}

const bytesOf = (demand: Demand, index: TensorIndex | undefined) =>
  index === undefined ? 0 : (demand.bytes[index] as number);

const isNeeded = ({ readers, isOutput }: ByteRange) => isOutput || readers.length > 0;

const sum = (numbers: readonly number[]) => numbers.reduce((total, value) => total + value, 0);

/** A mixing of a node's number to 32 bits (the finalizer of MurmurHash3). */
function keyOf(node: number): number {
  let key = Math.imul((node + 1) ^ ((node + 1) >>> 16), 0x85ebca6b);
  key = Math.imul(key ^ (key >>> 13), 0xc2b2ae35);
  return key ^ (key >>> 16);
}

function candidatesOf(demand: Demand): Candidate[] {
  const { ranges, ofTensor, reads, writes } = demand.ranges;
  const producer = new Map(
    demand.nodes.flatMap(({ outputs }, node) => outputs.map((index) => [index, node])),
  );
  const setOf = (nodes: readonly (number | undefined)[]) =>
    nodes.reduce<bigint>((set, node) => (node === undefined ? set : set | (1n << BigInt(node))), 0n);
  const needed = ranges.map(
    ({ bytes, readers, isOutput }): Needed => ({ bytes, readers: setOf(readers), isOutput }),
  );
  const neededOf = (numbers: readonly number[] | undefined) =>
    (numbers ?? []).map((range) => needed[range] as Needed);
  return demand.nodes.map(
    ({ inputs, outputs, inPlace, scratchBytes, after }: NodeDemand, node): Candidate => {
      const written = (writes[node] as readonly number[]).map((range) => ranges[range] as ByteRange);
      return {
        bit: 1n << BigInt(node),
        key: keyOf(node),
        predecessors: setOf([...inputs.map((index) => producer.get(index)), ...after]),
        reads: neededOf(reads[node]),
        takeovers: inPlace.map((index) => neededOf(ofTensor[index])),
        outputBytes: sum(written.map(({ bytes }) => bytes)),
        firstOutputBytes: bytesOf(demand, outputs[0]),
        keptBytes: sum(written.filter(isNeeded).map(({ bytes }) => bytes)),
        scratchBytes: scratchBytes[0] ?? 0,
      };
    },
  );
}

/** The state after a node, given bytes that step 0 alone needs besides. */
function after(state: State, node: number, candidate: Candidate, firstStepBytes: number): State {
  const done = state.done | candidate.bit;
  const isFree = ({ readers, isOutput }: Needed) => !isOutput && (readers & ~done) === 0n;
  let freed = 0;
  for (const range of candidate.reads) if (isFree(range)) freed += range.bytes;
  const taken = candidate.takeovers.some((ranges) => ranges.every(isFree));
  const step =
    state.alive +
    candidate.outputBytes -
    (taken ? candidate.firstOutputBytes : 0) +
    candidate.scratchBytes +
    (state.done === 0n ? firstStepBytes : 0);
  return {
    done,
    hash: state.hash ^ candidate.key,
    alive: state.alive + candidate.keptBytes - freed,
    peak: Math.max(state.peak, step),
    node,
    before: state,
  };
}

/**
 * States worth following after `state`. A node that needs no more than was already needed, and leaves no more alive
 * than before, is run at once: brought forward in any order, it makes no later step larger.
 */
function successors(
  state: State,
  candidates: readonly Candidate[],
  firstStepBytes: number,
  limit: number,
): State[] {
  const found: State[] = [];
  for (let node = 0; node < candidates.length; node++) {
    const candidate = candidates[node] as Candidate;
    if ((state.done & candidate.bit) !== 0n || (candidate.predecessors & ~state.done) !== 0n) continue;
    const next = after(state, node, candidate, firstStepBytes);
    if (next.peak >= limit) continue;
    if (next.peak <= state.peak && next.alive <= state.alive) return [next];
    found.push(next);
  }
  return found;
}

/**
 * States by their sets, the one of the smallest peak for each. A map with sets themselves as keys would be slow: of
 * large integers, engines hash the lowest bits alone.
 */
class Layer {
  readonly states: State[] = [];
  private readonly places = new Map<number, number[]>();

  add(state: State): void {
    const places = this.places.get(state.hash);
    const place = places?.find((at) => this.states[at]?.done === state.done);
    if (place !== undefined) {
      if (state.peak < (this.states[place] as State).peak) this.states[place] = state;
      return;
    }
    const added = this.states.push(state) - 1;
    if (places === undefined) this.places.set(state.hash, [added]);
    else places.push(added);
  }
}

/** No order needs less than one of its nodes does by itself. */
function unavoidableBytes(demand: Demand): number {
  return Math.max(
    0,
    ...demand.nodes.map(({ outputs, inPlace, scratchBytes }, node) => {
      const { ranges, reads, writes } = demand.ranges;
      const touched = new Set([
        ...(reads[node] as readonly number[]),
        ...(writes[node] as readonly number[]),
      ]);
      const all = sum([...touched].map((range) => ranges[range]?.bytes ?? 0));
      return all - (inPlace.length > 0 ? bytesOf(demand, outputs[0]) : 0) + (scratchBytes[0] ?? 0);
    }),
  );
}

/**
 * An order of the nodes, each after those that give its inputs or change its variables before it, that makes the largest sum of bytes alive at a step
 * small; the given order where no smaller one is found.
 *
 * Dynamic programming over the sets of nodes that may have run after 0, 1, 2, ... steps: what is alive depends on the
 * set alone, so that of all ways to a set only the one of the smallest peak counts, and none that needs as much as
 * the given order does. The order is optimal where no layer had to be cut to its best states (a beam search then).
 */
export function orderNodes(demand: Demand): number[] {
  const given = demand.nodes.map((_, node) => node);
  const limit = Math.max(...scheduleOf(demand, given).aliveBytes);
  const unavoidable = unavoidableBytes(demand);
  if (limit <= unavoidable) return given;

  const candidates = candidatesOf(demand);
  const width = Math.max(16, Math.floor(stateBudget / given.length));
  const { ranges, ofTensor } = demand.ranges;
  const inputRanges = [...new Set(demand.inputs.flatMap((index) => ofTensor[index] as readonly number[]))];
  const inputBytes = (needed: boolean) =>
    sum(
      inputRanges
        .map((range) => ranges[range] as ByteRange)
        .filter((range) => isNeeded(range) === needed)
        .map(({ bytes }) => bytes),
    );
  const firstStepBytes = inputBytes(false);
  const lookCost = given.length * Math.ceil(given.length / wordBits);
  let cost = 0;
  let layer: State[] = [{ done: 0n, hash: 0, alive: inputBytes(true), peak: unavoidable, node: -1 }];
  for (let step = 0; step < given.length; step++) {
    const next = new Layer();
    cost += layer.length * lookCost;
    if (cost > costBudget) return given;
    for (const state of layer) {
      for (const successor of successors(state, candidates, firstStepBytes, limit)) next.add(successor);
    }
    layer = next.states;
    if (layer.length > width)
      layer = layer.sort((a, b) => a.peak - b.peak || a.alive - b.alive).slice(0, width);
  }
  const [best] = layer;
  if (best === undefined) return given;
  const order: number[] = [];
  for (let state: State | undefined = best; state?.before !== undefined; state = state.before)
    order.push(state.node);
  return order.reverse();
}
