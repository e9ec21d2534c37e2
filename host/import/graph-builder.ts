import { WasmoteError } from "../errors.js";
import { maxModelBytes } from "../files/limits.js";
import type { Graph } from "../graph/graph.js";
import type { BoundNode, Node, TensorIndex } from "../graph/node.js";
import { arrayTypes, elementCount, type Tensor, type TensorData, tensorBytes } from "../graph/tensor.js";
import { refusalOf } from "../ops/check.js";
import { constantOutputs, constantWork, maxConstantWork, storedOf } from "../ops/constants.js";
import { operatorNamed } from "../ops/index.js";
import type { Translation } from "./translation.js";
import { asUnsigned } from "./unsigned.js";

/** Whether a tensor holds what shapes and indices are worked out of. */
function isIndex(tensor: Tensor | undefined): boolean {
  return (
    tensor === undefined ||
    (tensor.quantization === undefined && ["int32", "int64", "bool"].includes(tensor.dtype))
  );
}

/** A graph that grows by translations, which name their tensors and variables as such. */
export class GraphBuilder {
  private readonly tensors: Tensor[];
  private readonly indices: Map<Tensor, TensorIndex>;
  private readonly nodes: Node[] = [];
  private readonly variables: Tensor[] = [];
  private readonly names = new Map<string, number>();
  private readonly writers = new Map<Tensor, Required<Translation>>();
  private readonly nodeOf = new Map<Tensor, Node>();
  /** Bytes that were made of constants. */
  private computedBytes = 0;
  /** What computing that took, by `constantWork`. */
  private computedWork = 0;
  private readonly constants = new Map<Tensor, TensorData | undefined>();

  /** @param tensors the first tensors, which keep their numbers */
  constructor(tensors: readonly Tensor[]) {
    this.tensors = [...tensors];
    this.indices = new Map(this.tensors.map((tensor, index) => [tensor, index]));
  }

  get nodeCount(): number {
    return this.nodes.length;
  }

  /** Whether a node writes the tensor. */
  isWritten(tensor: Tensor): boolean {
    return this.nodeOf.has(tensor);
  }

  /** Whether a node names the variable. */
  uses(variable: Tensor): boolean {
    return this.variables.includes(variable);
  }

  /** Adds the node of a translation. */
  add(translation: Required<Translation>): Node {
    const { operator, attributes, inputs, outputs, variables } = translation;
    for (const output of outputs) this.writers.set(output, translation);
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
    for (const output of outputs) this.nodeOf.set(output, node);
    return node;
  }

  /** Gives a tensor another name, and its node. */
  rename(tensor: Tensor, name: string): void {
    if (tensor.name === name) return;
    tensor.name = name;
    const node = this.nodeOf.get(tensor);
    if (node !== undefined && this.tensors[node.outputs[0] ?? -1] === tensor) node.name = this.freeName(name);
  }

  /**
   * Computes what a translation makes of constant integers alone, or of any constants that it only moves, so that its
   * outputs are constants for the nodes behind it, which read shapes, indices and biases from them. Whether it was one, and
   * no node is needed.
   *
   * @param numbers whether to compute what is made of any constants
   */
  fold(translation: Required<Translation>, numbers = false): boolean {
    const { operator, inputs, outputs } = translation;
    if (!numbers && !operatorNamed(operator).moves && ![...inputs, ...outputs].every(isIndex)) return false;
    const results = this.computed(translation);
    for (const [i, output] of outputs.entries()) {
      const data = results?.[i];
      if (data !== undefined) Object.assign(output, { data, ...storedOf({ name: "", ...translation }) });
    }
    return results !== undefined;
  }

  /**
   * An input of the model before any node, or an output after all. One of uint8 in the file is int8 in the graph: a node
   * converts at the end of the model then, and what is outside of it is answered.
   */
  end(tensor: Tensor, kind: "input" | "output", wasUnsigned: boolean): TensorIndex {
    if (!wasUnsigned) return this.indexOf(tensor);
    const own = asUnsigned(tensor);
    const [from, to] = kind === "input" ? [own, tensor] : [tensor, own];
    this.add({ operator: "quantize", attributes: {}, inputs: [from], outputs: [to], variables: [] });
    return this.indexOf(own);
  }

  /** Adds a node that cannot be run, under the file's own operator: what it writes is no constant. */
  addRefused(operator: string, inputs: readonly (Tensor | undefined)[], outputs: readonly Tensor[]): Node {
    const node = this.add({ operator, attributes: {}, inputs, outputs, variables: [] });
    for (const output of outputs) this.writers.delete(output);
    return node;
  }

  /** What the nodes assign to variables, in order. */
  assignments(): { variable: Tensor; value: Tensor }[] {
    return this.nodes.flatMap(({ operator, inputs, variables = [] }) => {
      const [value, variable] = [this.tensors[inputs[0] ?? -1], this.variables[variables[0] ?? -1]];
      return operator === "assignVariable" && value && variable ? [{ variable, value }] : [];
    });
  }

  /** A tensor's elements where they are made of constants alone; undefined where not, or not known. */
  constant(tensor: Tensor): TensorData | undefined {
    for (const writer of this.unknownWriters(tensor)) {
      const results = this.computed(writer);
      for (const [i, output] of writer.outputs.entries()) this.constants.set(output, results?.[i]);
    }
    return this.known(tensor);
  }

  private known(tensor: Tensor): TensorData | undefined {
    return tensor.data ?? this.constants.get(tensor);
  }

  /** What a tensor is made by and was not computed yet, in the nodes' order. A loop, as there may be thousands. */
  private unknownWriters(tensor: Tensor): Required<Translation>[] {
    const found = new Set<Required<Translation>>();
    const open = [tensor];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const writer = this.writers.get(next);
      const isKnown = next.data !== undefined || this.constants.has(next);
      if (isKnown || writer === undefined || found.has(writer)) continue;
      found.add(writer);
      open.push(...writer.inputs.filter((input) => input !== undefined));
    }
    return found.size < 2
      ? [...found]
      : [...new Set(this.writers.values())].filter((writer) => found.has(writer));
  }

  private computed({ operator, ...translation }: Required<Translation>): TensorData[] | undefined {
    const inputs = translation.inputs.map((input) => {
      const data = input && this.known(input);
      return input && (data === undefined ? input : { ...input, data });
    });
    if (inputs.some((input) => input !== undefined && input.data === undefined)) return undefined;
    const node: BoundNode = { name: "", ...translation, inputs };
    if (refusalOf(operator, node) !== undefined) return undefined;
    const own = operatorNamed(operator);
    const work = this.computedWork + constantWork(own, node);
    if (work > maxConstantWork) return undefined;
    this.computedWork = work;
    this.spend(node.outputs);
    return constantOutputs(own, node);
  }

  /** Counts what is made of constants, before it is made. */
  private spend(outputs: readonly Tensor[]): void {
    this.computedBytes = outputs.reduce((sum, output) => sum + tensorBytes(output), this.computedBytes);
    if (this.computedBytes <= maxModelBytes) return;
    const detail = `what its nodes make of constants takes more than ${maxModelBytes} bytes`;
    throw new WasmoteError("model-too-large", detail);
  }

  /**
   * Makes constants of variables that nodes read and nothing changes: what reads them is taken away.
   *
   * @returns the nodes that are gone, by the numbers that they had
   */
  settleVariables(): number[] {
    const changed = new Set(
      this.nodes.flatMap(({ operator, variables = [] }) => (operator === "readVariable" ? [] : variables)),
    );
    const gone = [...this.nodes.keys()].filter((index) => {
      const { operator, variables = [] } = this.nodes[index] as Node;
      return operator === "readVariable" && variables.every((variable) => !changed.has(variable));
    });
    for (const index of gone) this.makeConstant(this.nodes[index] as Node);
    for (const index of gone.toReversed()) this.nodes.splice(index, 1);
    this.keepVariables(changed);
    return gone;
  }

  private makeConstant({ outputs, variables }: Node): void {
    const variable = this.variables[variables?.[0] ?? -1];
    const output = this.tensors[outputs[0] ?? -1];
    if (variable === undefined || output === undefined) return;
    output.data = variable.data ?? new arrayTypes[variable.dtype](elementCount(variable.shape));
  }

  /** Leaves the variables of these numbers, which are renumbered in order. */
  private keepVariables(kept: ReadonlySet<number>): void {
    const numbers = [...this.variables.keys()].filter((number) => kept.has(number));
    const variables = numbers.map((number) => this.variables[number] as Tensor);
    this.variables.splice(0, this.variables.length, ...variables);
    for (const node of this.nodes) {
      if (node.variables !== undefined)
        node.variables = node.variables.map((number) => numbers.indexOf(number));
    }
  }

  /** Everything that was added. */
  parts(): Pick<Graph, "tensors" | "nodes" | "variables"> {
    const { tensors, nodes, variables } = this;
    return { tensors, nodes, ...(variables.length === 0 ? {} : { variables }) };
  }

  /** The nodes that were added since there were so many. */
  nodesFrom(count: number): readonly Node[] {
    return this.nodes.slice(count);
  }

  /** Everything that was added, with these inputs and outputs. */
  graph(name: string, inputs: readonly Tensor[], outputs: readonly Tensor[]): Graph {
    const ends = (tensors: readonly Tensor[]) => tensors.map((tensor) => this.indexOf(tensor));
    return { name, inputs: ends(inputs), outputs: ends(outputs), ...this.parts() };
  }

  /** A name that no node has: errors, steps and figures tell nodes by it. */
  private freeName(name: string): string {
    const count = (this.names.get(name) ?? 0) + 1;
    this.names.set(name, count);
    return count === 1 ? name : this.freeName(`${name} (${count})`);
  }

  /** The number of a tensor, which is added where it is not there. */
  protected indexOf(tensor: Tensor): TensorIndex {
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
