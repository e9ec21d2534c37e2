import { type Refusal, WasmoteError } from "../../errors.js";
import { maxNodes } from "../../graph/limits.js";
import type { Node } from "../../graph/node.js";
import { NotRunnable } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import type { GraphBuilder } from "../graph-builder.js";
import { GraphWriter } from "../graph-writer.js";
import type { OutlineNode } from "../imported.js";
import { controlFlow } from "./control-flow.js";
import { liveNodes } from "./live-nodes.js";
import type { Attribute, NodeProto, OnnxFunction, OnnxGraph, OnnxModel } from "./model.js";
import { broadcastByAxis } from "./operators/broadcast-by-axis.js";
import { onnxMapping } from "./operators/index.js";
import { OnnxNode } from "./operators/mapping.js";
import { integersFor, markMoved } from "./quantized-tensors.js";
import { Scope, type Value } from "./scope.js";
import { constantOf, type ReadExternal } from "./tensors.js";
import { movedTexts, standingFor } from "./texts.js";

/** Nodes of a file that are read, those of branches, loops and functions as often as they are taken: shapes are computed by many. */
const maxNodesRead = 16 * maxNodes;

/** Functions in each other. */
const maxCalls = 32;

/** Nodes and the operator sets that they are taken from. */
export interface Body {
  readonly nodes: readonly NodeProto[];
  readonly versions: ReadonlyMap<string, number>;
}

/** Reads nodes of a model's graphs and functions into one graph. */
export class GraphReader {
  /** Every node that cannot be mapped. */
  readonly refusals: Refusal[] = [];
  /** What the file calls the operator of each node of the graph. */
  readonly operators = new Map<Node, string>();
  /** Operators of the nodes that were read, of functions and branches as often as they are taken. */
  readonly read: string[] = [];
  private readonly functions: ReadonlyMap<string, OnnxFunction>;
  /** The nodes of the model's own graph; a branch, a loop or a function is part of the node that holds it. */
  readonly outline: OutlineNode[] = [];
  private calls = 0;
  private depth = 0;
  /** Number of the node that is read: refusals of several are told apart by it. */
  private position = 0;

  constructor(
    model: OnnxModel,
    readonly graph: GraphBuilder,
    private readonly readExternal: ReadExternal,
  ) {
    this.functions = new Map(model.functions.map((own) => [keyOf(own.domain, own.name, own.overload), own]));
  }

  /** Reads a graph's constants into a scope. */
  constants({ initializers, sparse }: OnnxGraph, scope: Scope): void {
    if (sparse.length > 0)
      this.refusals.push({ node: "sparse_initializer", operator: "", reason: sparseReason });
    for (const { values } of sparse) scope.set(values?.name ?? "", "unknown");
    for (const proto of initializers) {
      const read = constantOf(proto, proto.name, this.readExternal);
      // What nothing reads does not matter: a constant is refused where it is used.
      scope.set(proto.name, typeof read === "string" ? "unknown" : read);
    }
  }

  /** Reads nodes in order; what their inputs are called is known in the scope. */
  nodes({ nodes, versions }: Body, scope: Scope): void {
    if (this.read.length + nodes.length > maxNodesRead) {
      const count = this.read.length + nodes.length;
      throw new WasmoteError("model-too-large", `${count} nodes; up to ${maxNodesRead} are read`);
    }
    this.read.push(...nodes.map(({ operator }) => operator));
    this.depth++;
    for (const node of nodes) this.node(node, scope, versions);
    this.depth--;
  }

  /** Reads a graph that lies in another, with the values of its inputs. */
  inline(graph: OnnxGraph, inputs: readonly Value[], around: Scope, versions: Body["versions"]): Value[] {
    const scope = new Scope(around);
    for (const [i, { name }] of graph.inputs.entries()) scope.set(name, inputs[i] ?? "unknown");
    this.constants(graph, scope);
    const names = graph.outputs.map(({ name }) => name);
    this.nodes({ nodes: liveNodes(graph.nodes, names), versions }, scope);
    return names.map((name) => scope.get(name, graph.name));
  }

  private node(proto: NodeProto, scope: Scope, versions: Body["versions"]): void {
    const { operator, domain, overload } = proto;
    const name = proto.name || proto.outputs.find((output) => output !== "") || operator;
    const inputs = proto.inputs.map((input) => (input === "" ? undefined : scope.get(input, name)));
    const own = this.functions.get(keyOf(domain, operator, overload));
    const first = this.graph.nodeCount;
    const position = this.position++;
    if (this.depth === 1)
      this.outline.push({
        name,
        operator: operatorName(domain, operator),
        inputs: proto.inputs,
        outputs: proto.outputs.filter((output) => output !== ""),
      });
    try {
      const outputs =
        own === undefined
          ? this.mapped(proto, name, inputs, scope, versions)
          : this.call(own, proto.attributes, inputs);
      this.bind(proto.outputs, outputs, scope);
    } catch (error) {
      if (!(error instanceof NotRunnable)) throw error;
      this.refusals.push({
        node: name,
        operator: operatorName(domain, operator),
        reason: error.message,
        index: position,
      });
      this.bind(proto.outputs, [], scope);
    }
    for (const node of this.graph.nodesFrom(first))
      if (!this.operators.has(node)) this.operators.set(node, operatorName(domain, operator));
  }

  /** Gives outputs their values; those that were not computed are unknown. */
  private bind(names: readonly string[], values: readonly (Value | undefined)[], scope: Scope): void {
    for (const [i, name] of names.entries()) scope.set(name, values[i] ?? "unknown");
  }

  /** What a node of an operator set becomes. Nothing where an input is unknown, for a refusal before it. */
  private mapped(
    { operator, domain, outputs, attributes }: NodeProto,
    name: string,
    inputs: readonly (Value | undefined)[],
    scope: Scope,
    versions: Body["versions"],
  ): readonly (Value | undefined)[] {
    const version = versions.get(domain);
    if (version === undefined)
      throw new NotRunnable(`the model states no version of the operator set "${domain || "ai.onnx"}"`);
    const flow = domain === "" ? controlFlow.get(operator) : undefined;
    if (flow !== undefined) return flow({ attributes, inputs, scope, versions, outputs, name }, this);
    const mapping = onnxMapping(operator, domain);
    if (mapping === undefined) throw new NotRunnable("the operator is not supported");
    if (inputs.includes("unknown")) return [];
    const tensors = inputs as (Tensor | undefined)[];
    const node = new OnnxNode(operator, version, tensors, outputs, attributes, (attribute) =>
      this.attributeTensor(attribute, name),
    );
    const named = outputs.find((output) => output !== "") ?? name;
    const write = new GraphWriter(this.graph, named);
    const texts = movedTexts(operator, node.inputs);
    const own =
      mapping.takesQuantized === true ? node : node.withInputs(integersFor(write, operator, node.inputs));
    const read = mapping.read(broadcastByAxis(own, write), write);
    const results = "dtype" in read ? [read] : read;
    if (mapping.takesQuantized !== true) markMoved(own.inputs, results);
    return texts === undefined ? results : results.map((value) => value && standingFor(value, texts));
  }

  /** The tensor that is an attribute of a node. Throws `NotRunnable` for one of a type that is not supported. */
  private attributeTensor({ tensor, name }: Attribute, node: string): Tensor {
    const read = constantOf(tensor as NonNullable<typeof tensor>, `${node} (${name})`, this.readExternal);
    if (typeof read === "string") throw new NotRunnable(read);
    return read;
  }

  /** The nodes of a function in the place of a node that calls it. */
  private call(
    own: OnnxFunction,
    given: readonly Attribute[],
    inputs: readonly (Value | undefined)[],
  ): Value[] {
    if (++this.calls > maxCalls)
      throw new WasmoteError("model-too-large", `functions call each other more than ${maxCalls} deep`);
    const scope = new Scope();
    for (const [i, name] of own.inputs.entries()) {
      const value = inputs[i];
      if (value !== undefined) scope.set(name, value);
    }
    const attributes = new Map([...own.defaults, ...given].map((attribute) => [attribute.name, attribute]));
    const nodes = own.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map((name) =>
        scope.find(name) === undefined && own.inputs.includes(name) ? "" : name,
      ),
      attributes: node.attributes.flatMap((attribute) => {
        if (attribute.reference === undefined) return [attribute];
        const value = attributes.get(attribute.reference);
        return value === undefined ? [] : [{ ...value, name: attribute.name }];
      }),
    }));
    this.nodes({ nodes: liveNodes(nodes, own.outputs), versions: own.versions }, scope);
    this.calls--;
    return own.outputs.map((name) => scope.get(name, own.name));
  }
}

const sparseReason = "constants most of whose elements are left out are not supported";

function keyOf(domain: string, name: string, overload: string): string {
  return `${domain}:${name}:${overload}`;
}

/** What an operator is called: with its domain, where that is not ONNX's own. */
function operatorName(domain: string, operator: string): string {
  return domain === "" ? operator : `${domain}.${operator}`;
}
