import type { Graph } from "../../graph/graph.js";
import type { Node, TensorIndex } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { foldIntegers } from "../../ops/fold.js";
import type { Translation } from "./operators/mapping.js";
import { asUnsigned, type ImportedTensor } from "./tensors.js";

/** A graph that grows by translations, which name their tensors and variables as such. */
export class GraphBuilder {
  private readonly tensors: Tensor[];
  private readonly indices: Map<Tensor, TensorIndex>;
  private readonly nodes: Node[] = [];
  private readonly variables: Tensor[] = [];
  private readonly names = new Map<string, number>();

  /** @param file the file's tensors, by their numbers there */
  constructor(private readonly file: readonly ImportedTensor[]) {
    this.tensors = file.map(({ tensor }) => tensor);
    this.indices = new Map(this.tensors.map((tensor, index) => [tensor, index]));
  }

  /** The file's tensor of that number. */
  imported(index: number): ImportedTensor | undefined {
    return this.file[index];
  }

  get nodeCount(): number {
    return this.nodes.length;
  }

  get importedCount(): number {
    return this.file.length;
  }

  /** The variable that a tensor of the file is: itself where it is marked as one. */
  variable(input: Tensor | undefined, _type?: Tensor): Tensor | undefined {
    const index = input === undefined ? undefined : this.indices.get(input);
    return index !== undefined && this.file[index]?.isVariable === true ? input : undefined;
  }

  /** Whether a tensor is of uint8 in the file. */
  wasUnsigned(tensor: Tensor | undefined): boolean {
    const index = tensor === undefined ? undefined : this.indices.get(tensor);
    return index !== undefined && this.file[index]?.wasUnsigned === true;
  }

  /**
   * An input of the model before any node, or an output after all, by its number in the file. Where it is of uint8, the graph has int8: a node converts
   * at the end of the model then.
   */
  end(index: number, kind: "input" | "output"): TensorIndex {
    const tensor = this.file[index]?.tensor;
    if (tensor === undefined || !this.wasUnsigned(tensor)) return index;
    const own = asUnsigned(tensor);
    const [from, to] = kind === "input" ? [own, tensor] : [tensor, own];
    const node = this.add({
      operator: "quantize",
      attributes: {},
      inputs: [from],
      outputs: [to],
      variables: [],
    });
    return (kind === "input" ? node.inputs : node.outputs)[0] as TensorIndex;
  }

  /**
   * Computes what a translation makes of constant integers alone, so that its outputs are constants for the nodes behind it,
   * which read shapes and indices from them. Whether it was one, and no node is needed.
   */
  fold({ operator, ...node }: Required<Translation>): boolean {
    const data = foldIntegers(operator, { name: operator, ...node });
    for (const [i, output] of node.outputs.entries()) {
      const values = data?.[i];
      if (values !== undefined) output.data = values;
    }
    return data !== undefined;
  }

  /** Adds the node of a translation. */
  add({ operator, attributes, inputs, outputs, variables }: Required<Translation>): Node {
    const node: Node = {
      name: this.freeName(outputs[0]?.name ?? variables[0]?.name ?? `node ${this.nodes.length}`),
      operator,
      attributes,
      inputs: inputs.map((tensor) => (tensor === undefined ? -1 : this.indexOf(tensor))),
      outputs: outputs.map((tensor) => this.indexOf(tensor)),
      ...(variables.length === 0
        ? {}
        : { variables: variables.map((variable) => this.variableOf(variable)) }),
    };
    this.nodes.push(node);
    return node;
  }

  /** Everything that was added. */
  parts(): Pick<Graph, "tensors" | "nodes" | "variables"> {
    const { tensors, nodes, variables } = this;
    return { tensors, nodes, ...(variables.length === 0 ? {} : { variables }) };
  }

  /** A name that no node has: errors, steps and figures tell nodes by it. */
  private freeName(name: string): string {
    const count = (this.names.get(name) ?? 0) + 1;
    this.names.set(name, count);
    return count === 1 ? name : this.freeName(`${name} (${count})`);
  }

  private indexOf(tensor: Tensor): TensorIndex {
    const known = this.indices.get(tensor);
    if (known !== undefined) return known;
    const index = this.tensors.push(tensor) - 1;
    this.indices.set(tensor, index);
    return index;
  }

  private variableOf(variable: Tensor): number {
    const known = this.variables.indexOf(variable);
    return known >= 0 ? known : this.variables.push(variable) - 1;
  }
}
