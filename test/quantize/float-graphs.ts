import type { Graph } from "../../host/graph/graph.js";
import type { Node } from "../../host/graph/node.js";
import { elementCount, type Tensor } from "../../host/graph/tensor.js";
import { operatorNamed } from "../../host/ops/index.js";

/** Numbers in -1..1, the same for the same seed (a linear congruential generator, Numerical Recipes' constants). */
export function pseudoRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

/** `count` numbers from a generator. */
export function numbers(count: number, random: () => number): Float32Array {
  return Float32Array.from({ length: count }, random);
}

/** Builds float32 graphs for tests. */
export class FloatGraph {
  readonly tensors: Tensor[] = [];
  readonly nodes: Node[] = [];
  readonly inputs: number[] = [];

  input(shape: number[]): number {
    this.inputs.push(this.tensors.push({ name: `in${this.inputs.length}`, dtype: "float32", shape }) - 1);
    return this.inputs.at(-1) as number;
  }

  constant(shape: number[], data: ArrayLike<number>): number {
    const name = `constant${this.tensors.length}`;
    return this.tensors.push({ name, dtype: "float32", shape, data: Float32Array.from(data) }) - 1;
  }

  node(operator: string, attributes: object, ...inputs: number[]): number {
    const name = `${operator}${this.nodes.length}`;
    const bound = inputs.map((index) => this.tensors[index]);
    const outputs = [{ name, dtype: "float32" as const, shape: [] }];
    const [type] = operatorNamed(operator).infer({ name, attributes, inputs: bound, outputs });
    const output = this.tensors.push({ name, dtype: "float32", shape: type?.shape ?? [] }) - 1;
    this.nodes.push({ name, operator, attributes, inputs, outputs: [output] });
    return output;
  }

  graph(...outputs: number[]): Graph {
    return { name: "test", tensors: this.tensors, nodes: this.nodes, inputs: this.inputs, outputs };
  }

  /** Samples of random numbers in -size..size. */
  samples(count: number, seed: number, size = 1): Float32Array[][] {
    const random = pseudoRandom(seed);
    return Array.from({ length: count }, () =>
      this.inputs.map((index) =>
        numbers(elementCount((this.tensors[index] as Tensor).shape), random).map((value) => value * size),
      ),
    );
  }
}
