import { type Refusal, WasmoteError } from "../../../errors.js";
import { maxNodes } from "../../../graph/limits.js";
import type { Node } from "../../../graph/node.js";
import { NotRunnable } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import type { GraphBuilder } from "../../graph-builder.js";
import { GraphWriter } from "../../graph-writer.js";
import type { OutlineNode } from "../../imported.js";
import { shown } from "../../json-fields.js";
import { requireNumbers } from "../../require-numbers.js";
import type { StoredWeight } from "../weights.js";
import { controlFlow } from "./control-flow.js";
import type { GraphDef, GraphFunction, GraphNode, Reference } from "./graph-def.js";
import { tensorflowMapping, unsupportedReason } from "./operators/index.js";
import { TensorflowNode } from "./operators/mapping.js";
import { inOrder, inputsOf, type Outputs, Scope, type Value } from "./scope.js";

/** Nodes that are read, those of functions as often as they are called: shapes are computed by many. */
const maxNodesRead = 16 * maxNodes;

/** Functions and loops in each other, and how often all of them are taken. */
const maxDepth = 32;
const maxCalls = 2 * maxNodes;

/** A node of a file whose inputs are looked up. */
export interface ReadNode {
  readonly node: GraphNode;
  /** What it is called where it is: with the functions that it lies in. */
  readonly name: string;
  readonly inputs: readonly Value[];
  /** The graph or function that it lies in. */
  readonly scope: Scope;
}

/** Reads nodes of a model's graph and of its functions into one graph. */
export class GraphReader {
  /** Every node that cannot be mapped. */
  readonly refusals: Refusal[] = [];
  /** What the file calls the operator of each node of the graph. */
  readonly operators = new Map<Node, string>();
  /** The nodes that were read, but for constants. */
  readonly outline: OutlineNode[] = [];
  /** What values are called: after the outputs that gave them first. */
  private readonly names = new Map<Value, string>();
  private nodesRead = 0;
  private calls = 0;
  private depth = 0;

  constructor(
    private readonly file: GraphDef,
    private readonly weights: ReadonlyMap<string, StoredWeight>,
    readonly graph: GraphBuilder,
  ) {}

  /** Gives an input of the model to the node that stands for it; undefined for one that cannot be. */
  give(scope: Scope, node: string, tensor: Tensor | undefined): void {
    scope.give(node, [tensor ?? "unknown"]);
    if (tensor !== undefined) this.names.set(tensor, tensor.name);
  }

  /** What the outline calls outputs of nodes. */
  namesOf(scope: Scope, references: readonly Reference[]): string[] {
    return references.map((reference) => this.nameOf(scope, reference, this.value(scope, reference)));
  }

  private nameOf(scope: Scope, { node }: Reference, value: Value): string {
    return this.names.get(value) ?? scope.prefix + node;
  }

  /** The values of outputs, and of all that they are made of. */
  values(scope: Scope, wanted: readonly Reference[]): Value[] {
    for (const node of inOrder(
      scope,
      wanted.map((reference) => reference.node),
    )) {
      if (++this.nodesRead > maxNodesRead)
        throw new WasmoteError("model-too-large", `more than ${maxNodesRead} nodes are to be read`);
      scope.give(node.name, this.node(node, scope));
    }
    return wanted.map((reference) => this.value(scope, reference));
  }

  /**
   * What a function of the library gives for arguments. Throws `NotRunnable` where there is none of the name.
   *
   * @param caller name of the node that calls it
   */
  call(name: string | undefined, inputs: readonly Value[], caller: string): Value[] {
    const own = this.functionNamed(name);
    if (own.inputs.length !== inputs.length) {
      const detail = `function ${shown(own.name)} takes ${own.inputs.length} arguments; it is given ${inputs.length}`;
      throw new WasmoteError("model-invalid", detail, { node: caller });
    }
    this.countCall();
    const scope = new Scope(own.nodes, `${caller}/`);
    for (const [i, input] of own.inputs.entries()) scope.give(input, [inputs[i] as Value]);
    return this.within(`function ${shown(own.name)}`, () => this.values(scope, own.outputs));
  }

  /** Counts a call, or a loop's turn. Throws `model-too-large` where there are more than any model has. */
  countCall(): void {
    if (++this.calls <= maxCalls) return;
    const detail = `functions and loops are taken more than ${maxCalls} times: a loop may be without end`;
    throw new WasmoteError("model-too-large", detail);
  }

  /** Does work on what lies in other nodes. Throws `model-invalid` where that goes too deep. */
  within<Result>(what: string, work: () => Result): Result {
    if (++this.depth > maxDepth) {
      const detail = `functions and loops lie in each other more than ${maxDepth} deep: ${what} may call itself`;
      throw new WasmoteError("model-invalid", detail);
    }
    try {
      return work();
    } finally {
      this.depth--;
    }
  }

  private functionNamed(name: string | undefined): GraphFunction {
    const own = name === undefined ? undefined : this.file.functions.get(name);
    if (own === undefined) throw new NotRunnable(`the model holds no function ${shown(name ?? "")}`);
    return own;
  }

  /** The value of an output whose node was read. */
  value(scope: Scope, reference: Reference): Value {
    const operator = scope.nodes.get(reference.node)?.operator;
    return scope.value(reference, operator === undefined ? undefined : tensorflowMapping(operator)?.outputs);
  }

  private node(node: GraphNode, scope: Scope): Outputs {
    const inputs = inputsOf(node).map((reference) => this.value(scope, reference));
    const isMerge = node.operator === "Merge";
    if (!isMerge && (inputs.includes("dead") || node.controls.some((name) => scope.isDead(name))))
      return "dead";
    const name = scope.prefix + node.name;
    if (node.operator === "Const") return this.constant(node, name);
    const first = this.graph.nodeCount;
    const outputs = this.read({ node, name, inputs, scope });
    for (const written of this.graph.nodesFrom(first))
      if (!this.operators.has(written)) this.operators.set(written, node.operator);
    if (!controlFlow.has(node.operator)) {
      const names = inputsOf(node).map((reference, i) => this.nameOf(scope, reference, inputs[i] as Value));
      this.outline.push({ name, operator: node.operator, inputs: names, outputs: this.named(name, outputs) });
    }
    return outputs;
  }

  /** Names of a node's outputs: those that the values have already, else the node's own. */
  private named(name: string, outputs: Outputs): string[] {
    if (!Array.isArray(outputs)) return [name];
    return outputs.map((value: Value, i) => {
      const own = this.names.get(value) ?? (i === 0 ? name : `${name}:${i}`);
      if (typeof value === "object") this.names.set(value, own);
      return own;
    });
  }

  private read(read: ReadNode): Outputs {
    const { node, name } = read;
    const { operator } = node;
    try {
      return controlFlow.get(operator)?.(read, this) ?? this.mapped(read);
    } catch (error) {
      if (!(error instanceof NotRunnable)) throw error;
      this.refusals.push({ node: name, operator, reason: error.message, index: this.nodesRead });
      return "unknown";
    }
  }

  /** What a node becomes by the table. Nothing where an input is unknown, for a refusal before it. */
  private mapped({ node, name, inputs }: ReadNode): Outputs {
    const { operator, attributes } = node;
    const mapping = tensorflowMapping(operator);
    if (mapping === undefined) throw new NotRunnable(unsupportedReason(operator));
    if (inputs.includes("unknown")) return "unknown";
    const tensors = inputs.map((value): Tensor => {
      if (typeof value === "object" && "dtype" in value) return value;
      throw new NotRunnable("an input is a list of tensors, which the operator does not take");
    });
    const read = mapping.read(
      new TensorflowNode(operator, attributes, tensors),
      new GraphWriter(this.graph, name),
    );
    return "dtype" in read ? [read] : read;
  }

  /** The value of a constant, which lies in the weights. */
  private constant({ name: stored, operator, attributes }: GraphNode, name: string): Outputs {
    const weight = this.weights.get(stored);
    if (weight === undefined) {
      if (attributes.dtype("dtype") === undefined) {
        const reason = `it is of ${attributes.typeName("dtype")}, which is not supported`;
        this.refusals.push({ node: name, operator, reason, index: this.nodesRead });
        return "unknown";
      }
      throw new WasmoteError("model-invalid", "its value is missing in the weightsManifest", {
        node: name,
        operator,
      });
    }
    if (weight.data instanceof Float32Array) requireNumbers(stored, weight.data, "allowed");
    return [{ name, ...weight }];
  }
}
