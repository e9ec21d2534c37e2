import { type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import { GraphBuilder } from "../import/graph-builder.js";
import { GraphWriter } from "../import/graph-writer.js";
import type { Translation } from "../import/translation.js";
import { assignVariable, readVariable } from "../ops/recurrent/variable.js";
import type { AppData } from "../package/app.js";

/** A tensor of an application, which is there in some of its runs. */
export interface Signal {
  readonly tensor: Tensor;
  /** Bools that are all true in the runs in which it is there; in all runs where there are none. */
  readonly when: readonly Tensor[];
  /** Runs from one time that it is there to the next, at least. */
  readonly period: number;
}

/** Reference data of a stage, of which the parts are constants. */
export type Reference = Omit<AppData, "name" | "at"> & { readonly parts: number };

/** An application's graph while it is written: nodes are added under conditions, and whole models are taken in. */
export class AppGraph extends GraphBuilder {
  /** Reference data that may be replaced, by the stages' names; its constants are known by `NAME/PART`. */
  readonly references = new Map<string, Reference>();
  private conditions: readonly Tensor[] = [];

  constructor() {
    super([]);
  }

  /** Does work whose nodes run where all of these bools are true besides those of work around it. */
  under<T>(conditions: readonly Tensor[], work: () => T): T {
    const before = this.conditions;
    this.conditions = [...new Set([...before, ...conditions])];
    try {
      return work();
    } finally {
      this.conditions = before;
    }
  }

  /** Constants that are the parts of a stage's reference data: they may be replaced in the built file. */
  refer(name: string, data: Omit<Reference, "parts">, parts: readonly Tensor[]): void {
    this.references.set(name, { ...data, parts: parts.length });
    for (const [i, part] of parts.entries()) part.reference = `${name}/${i}`;
  }

  /** Writes nodes whose tensors are called so. */
  writer(name: string): GraphWriter {
    return new GraphWriter(this, name);
  }

  override add(translation: Required<Translation>): Node {
    const node = super.add(translation);
    if (this.conditions.length > 0) node.when = this.conditions.map((tensor) => this.indexOf(tensor));
    return node;
  }

  /**
   * What a signal last was, in every run: its bytes are kept in a variable, of zeros before the first time. One that is always
   * there is answered itself.
   */
  lasting({ tensor, when }: Signal): Tensor {
    if (when.length === 0) return tensor;
    const { name, dtype, shape, quantization } = tensor;
    const kept: Tensor = { name: `${name} (last)`, dtype, shape };
    const write = this.writer(kept.name);
    this.under(when, () => write.nodes(assignVariable, {}, [tensor], { variables: [kept] }));
    const output = { dtype, shape, ...(quantization && { quantization }) };
    return write.node(readVariable, {}, [], { output, variables: [kept] });
  }

  /**
   * Takes in a model, whose nodes become some of the application's, with its state. Conditions of its own stay.
   *
   * @param inputs in the place of the model's, of the same types
   * @param prefix before the names of its tensors
   * @returns its outputs
   */
  embed(graph: Graph, inputs: readonly Tensor[], prefix: string): Tensor[] {
    const own = new Map<TensorIndex, Tensor>();
    for (const [i, index] of graph.inputs.entries()) own.set(index, inputs[i] as Tensor);
    const named = (tensor: Tensor): Tensor => ({ ...tensor, name: `${prefix}/${tensor.name}` });
    const tensorOf = (index: TensorIndex): Tensor => {
      const known = own.get(index);
      if (known !== undefined) return known;
      const tensor = named(tensorAt(graph, index));
      own.set(index, tensor);
      return tensor;
    };
    const variables = (graph.variables ?? []).map(named);
    for (const node of graph.nodes) {
      const add = () =>
        this.add({
          operator: node.operator,
          attributes: node.attributes,
          inputs: node.inputs.map((index) => (index < 0 ? undefined : tensorOf(index))),
          outputs: node.outputs.map(tensorOf),
          variables: (node.variables ?? []).map((index) => variables[index] as Tensor),
        });
      this.under((node.when ?? []).map(tensorOf), add);
    }
    return graph.outputs.map(tensorOf);
  }
}

/** The types of a graph's inputs, and of its outputs. */
export function endsOf(graph: Graph): { inputs: Tensor[]; outputs: Tensor[] } {
  const ends = (indices: readonly TensorIndex[]) => indices.map((index) => tensorAt(graph, index));
  return { inputs: ends(graph.inputs), outputs: ends(graph.outputs) };
}
