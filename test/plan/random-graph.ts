import type { Graph } from "../../host/graph/graph.js";
import type { DType } from "../../host/graph/tensor.js";
import { type Demands, GraphMaker } from "./graphs.js";

/** Pseudo-random numbers in 0..1, excluding 1: xorshift, 32 bits. `seed` is not 0. */
export function random(seed: number): () => number {
  let state = Math.imul(seed, 2_654_435_761) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** What random graphs are like. */
export interface Likeness {
  nodes: number;
  /** Nodes read from this many of the youngest tensors. */
  reach: number;
  /** Tensors have a multiple of this many elements. */
  unit: number;
  /** Share of the nodes that cut something out of a tensor, and as many that join tensors; none by default. */
  moves?: number;
}

/** A random graph of `anything` nodes, the same for the same seed. */
export function randomGraph(seed: number, { nodes, reach, unit, moves = 0 }: Likeness): Graph {
  const next = random(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  const dtypes: DType[] = ["int8", "int8", "int8", "int16", "float32"];
  const make = new GraphMaker();
  const elements = () => unit * (1 + below(40));
  const tensors = [make.input(elements())];
  if (next() < 0.3) tensors.push(make.input(elements(), "float32"));
  const young = () => tensors[Math.max(0, tensors.length - 1 - below(reach))] as number;
  for (let n = 0; n < nodes; n++) {
    const choice = moves === 0 ? 1 : next();
    if (choice < moves) {
      tensors.push(make.slice(young(), next(), next()));
      continue;
    }
    if (choice < 2 * moves) {
      tensors.push(make.join(Array.from({ length: 1 + below(3) }, young)));
      continue;
    }
    const inputs = Array.from(
      { length: 1 + below(next() < 0.5 ? 1 : 3) },
      () => tensors[Math.max(0, tensors.length - 1 - below(reach))] as number,
    );
    if (next() < 0.2) inputs.push(make.constant(4));
    const outputs = Array.from({ length: next() < 0.15 ? 2 : 1 }, () =>
      make.tensor(elements(), dtypes[below(dtypes.length)] as DType),
    );
    const demands: Demands = {};
    if (next() < 0.5) demands.scratchBytes = [8 * (1 + below(6)), 8 * (7 + below(20))];
    if (next() < 0.4) demands.inPlace = inputs.map((_, position) => position).filter(() => next() < 0.8);
    make.node(inputs, outputs, demands);
    tensors.push(...outputs);
  }
  const outputs = [tensors.at(-1) as number];
  if (next() < (moves === 0 ? 0.3 : 0.7)) outputs.push(tensors[below(tensors.length)] as number);
  return make.graph(...outputs);
}
