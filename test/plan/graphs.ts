import type { Graph } from "../../host/graph/graph.js";
import type { TensorIndex } from "../../host/graph/node.js";
import { type DType, elementBytes, type Tensor } from "../../host/graph/tensor.js";
import type { Lowering } from "../../host/lower/lowering.js";
import type { Part } from "../../host/plan/types.js";

/** Attributes of the operator below: what it answers to the planner. */
export interface Demands {
  scratchBytes?: readonly number[];
  inPlace?: readonly number[];
  /** What of output 0 is an input's bytes, and no others; the rest of it is the node's own. */
  parts?: readonly Part[];
}

/** How an operator runs that computes nothing and needs what its node's attributes say. */
const anything: Lowering<Demands> = {
  operator: "anything",
  scratchBytes: (node) => node.attributes.scratchBytes ?? [],
  inPlace: (node) => node.attributes.inPlace ?? [],
  parts: (node) => node.attributes.parts ?? [],
  emit: () => [],
};

/** Lookup for graphs made by `GraphMaker`. */
export const anyLowering = (): Lowering => anything as unknown as Lowering;

/** Makes graphs of `anything` nodes by hand. */
export class GraphMaker {
  private readonly tensors: Tensor[] = [];
  private readonly nodes: Graph["nodes"][number][] = [];
  private readonly inputs: TensorIndex[] = [];

  /** A tensor of that many elements. */
  tensor(elements: number, dtype: DType = "int8"): TensorIndex {
    return this.tensors.push({ name: `t${this.tensors.length}`, dtype, shape: [elements] }) - 1;
  }

  /** A model input. */
  input(elements: number, dtype: DType = "int8"): TensorIndex {
    const index = this.tensor(elements, dtype);
    this.inputs.push(index);
    return index;
  }

  /** A constant. */
  constant(elements: number): TensorIndex {
    return (
      this.tensors.push({
        name: "constant",
        dtype: "int8",
        shape: [elements],
        data: new Int8Array(elements),
      }) - 1
    );
  }

  /** A node over tensors that exist. */
  node(inputs: readonly TensorIndex[], outputs: readonly TensorIndex[], demands: Demands = {}): void {
    this.nodes.push({
      name: `n${this.nodes.length}`,
      operator: "anything",
      attributes: demands,
      inputs,
      outputs,
    });
  }

  /** A node with one new output of that many int8 elements. */
  apply(inputs: readonly TensorIndex[], elements: number, demands: Demands = {}): TensorIndex {
    const output = this.tensor(elements);
    this.node(inputs, [output], demands);
    return output;
  }

  private typeOf(index: TensorIndex): { elements: number; dtype: DType; bytes: number } {
    const { shape, dtype } = this.tensors[index] as Tensor;
    return { elements: shape[0] as number, dtype, bytes: elementBytes[dtype] };
  }

  /** A part of a tensor, from that share of its elements on, and that share of those that follow. */
  slice(input: TensorIndex, from: number, share: number): TensorIndex {
    const { elements, dtype, bytes } = this.typeOf(input);
    const start = Math.floor(elements * from);
    const output = this.tensor(1 + Math.floor((elements - start - 1) * share), dtype);
    this.node([input], [output], {
      parts: [{ input: 0, part: "output", offset: start * bytes }],
      inPlace: [0],
    });
    return output;
  }

  /** Tensors of the first one's dtype, one after the other. */
  join(all: readonly TensorIndex[]): TensorIndex {
    const { dtype, bytes } = this.typeOf(all[0] as TensorIndex);
    const inputs = all.filter((index) => this.typeOf(index).dtype === dtype);
    let elements = 0;
    const parts = inputs.map((index, input): Part => {
      const offset = elements * bytes;
      elements += this.typeOf(index).elements;
      return { input, part: "input", offset };
    });
    const output = this.tensor(elements, dtype);
    this.node(inputs, [output], { parts, scratchBytes: [16] });
    return output;
  }

  /** The graph so far. */
  graph(...outputs: TensorIndex[]): Graph {
    return { name: "test", tensors: this.tensors, nodes: this.nodes, inputs: this.inputs, outputs };
  }
}
