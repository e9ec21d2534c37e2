import type { Refusal } from "../errors.js";
import { bind, type Graph, tensorAt } from "../graph/graph.js";
import { maxConnections } from "../graph/limits.js";
import type { TensorIndex } from "../graph/node.js";
import { describeType, type Tensor, tensorBytes } from "../graph/tensor.js";
import type { Imported, Outline } from "../import/imported.js";
import type { BuiltModel } from "../pipeline.js";
import { longestLine } from "./layout.js";

/** A node of a picture. */
export interface PictureNode {
  readonly kind: "input" | "output" | "operator" | "refused";
  /** The operator, or what the node is. */
  readonly heading: string;
  readonly lines: readonly string[];
  /** What a pointer over the node shows. */
  readonly tooltip: string;
  /** Whether memory is fullest here. */
  readonly isPeak?: boolean;
}

/** A tensor that one node of a picture gives to another, by their numbers. */
export interface PictureEdge {
  readonly from: number;
  readonly to: number;
  readonly tooltip: string;
  /** What is written beside it, where its node gives several. */
  readonly label?: string;
}

/** A graph as it is drawn: nodes in an order in which they run. */
export interface Picture {
  readonly heading: string;
  readonly lines: readonly string[];
  readonly nodes: readonly PictureNode[];
  readonly edges: readonly PictureEdge[];
}

/** Tensors that a node's tooltip tells. */
const mostTensors = 20;

/** A name as a node shows it: of a long one its end, which tells nodes apart. */
function endOfName(name: string): string {
  return name.length <= longestLine ? name : `...${name.slice(3 - longestLine)}`;
}

const bytes = (count: number): string => `${count.toLocaleString("en-US")} bytes`;

/** Reasons by the names of the nodes that are refused. */
function reasonsByNode(refusals: readonly Refusal[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { node, reason } of refusals) reasons.set(node, [...(reasons.get(node) ?? []), reason]);
  return reasons;
}

/** Nodes and edges that grow as a graph is read: each tensor is known by a key. */
class Sketch<Key> {
  readonly nodes: PictureNode[] = [];
  readonly edges: PictureEdge[] = [];
  /** Names of the model's nodes that are drawn. */
  readonly names = new Set<string>();
  /** Connections that are not drawn: there are more than any graph that runs has. */
  leftOut = 0;
  private readonly givers = new Map<Key, { node: number; label?: string }>();

  add(node: PictureNode): number {
    return this.nodes.push(node) - 1;
  }

  gives(node: number, key: Key, label?: string): void {
    this.givers.set(key, { node, ...(label === undefined ? {} : { label }) });
  }

  takes(node: number, key: Key, tooltip: string): void {
    const giver = this.givers.get(key);
    if (giver === undefined) return;
    if (this.edges.length >= maxConnections) {
      this.leftOut++;
      return;
    }
    const { label } = giver;
    this.edges.push({ from: giver.node, to: node, tooltip, ...(label === undefined ? {} : { label }) });
  }
}

const tensorText = (tensor: Tensor): string => `${tensor.name}: ${describeType(tensor)}`;

/** What a graph's picture says of one node beside its operator. */
interface NodeNotes {
  readonly operator: string;
  readonly lines: readonly string[];
  readonly reasons: readonly string[];
  readonly isPeak: boolean;
}

/** The picture of a graph. */
function sketchGraph(graph: Graph, notesOf: (position: number) => NodeNotes): Sketch<TensorIndex> {
  const sketch = new Sketch<TensorIndex>();
  for (const index of graph.inputs) sketch.gives(sketch.add(endOf("input", tensorAt(graph, index))), index);
  for (const [position, node] of graph.nodes.entries()) {
    const { inputs, outputs, variables = [] } = bind(graph, node);
    const { operator, lines, reasons, isPeak } = notesOf(position);
    const constants = inputs.filter((tensor) => tensor?.data !== undefined) as Tensor[];
    const weights = constants.reduce((sum, tensor) => sum + tensorBytes(tensor), 0);
    sketch.names.add(node.name);
    const own = sketch.add({
      kind: reasons.length > 0 ? "refused" : "operator",
      heading: operator,
      lines: [
        endOfName(node.name),
        ...outputs.map(describeType),
        ...(weights > 0 ? [`weights ${bytes(weights)}`] : []),
        ...variables.map(({ name }) => `state ${name}`),
        ...lines,
      ],
      tooltip: [
        node.name,
        ...reasons,
        ...[...outputs, ...constants].slice(0, mostTensors).map(tensorText),
      ].join("\n"),
      ...(isPeak ? { isPeak } : {}),
    });
    for (const index of node.inputs)
      if (index >= 0 && tensorAt(graph, index).data === undefined)
        sketch.takes(own, index, tensorText(tensorAt(graph, index)));
    for (const [i, index] of node.outputs.entries())
      sketch.gives(own, index, node.outputs.length > 1 ? tensorAt(graph, index).name || `${i}` : undefined);
  }
  for (const index of graph.outputs) {
    const tensor = tensorAt(graph, index);
    sketch.takes(sketch.add(endOf("output", tensor)), index, tensorText(tensor));
  }
  return sketch;
}

function endOf(kind: "input" | "output", tensor: Tensor): PictureNode {
  const lines = [endOfName(tensor.name), describeType(tensor)];
  const constant = kind === "output" && tensor.data !== undefined ? ["constant"] : [];
  return { kind, heading: kind, lines: [...lines, ...constant], tooltip: tensorText(tensor) };
}

/**
 * The picture of a model that builds: the graph that runs, the bytes of memory that are alive at each node, and where they
 * are most.
 *
 * @param numbers what it is built in: "as it is", "float32", "int8"
 */
export function pictureOfBuilt(name: string, numbers: string, { graph, plan }: BuiltModel): Picture {
  const stepOf = new Map(plan.order.map((node, step) => [node, step]));
  const peak = plan.order[plan.boundStep];
  const { nodes, edges } = sketchGraph(graph, (position) => {
    const step = stepOf.get(position) ?? 0;
    return {
      operator: graph.nodes[position]?.operator ?? "",
      lines: [`step ${step}: memory ${bytes(plan.aliveBytes[step] ?? 0)}`],
      reasons: [],
      isPeak: position === peak,
    };
  });
  const most = peak === undefined ? "" : `, most of it at "${graph.nodes[peak]?.name}"`;
  const state = graph.variables === undefined ? [] : [`state ${bytes(plan.memoryBytes - plan.arenaBytes)}`];
  return {
    heading: name,
    lines: [
      `as it runs, ${numbers === "as it is" ? "in the model's own numbers" : `in ${numbers}`}`,
      `memory ${bytes(plan.arenaBytes)}${most}`,
      ...state,
    ],
    nodes,
    edges,
  };
}

/** The picture of a model that cannot be built: as its file has it, with what is refused. */
export function pictureOfRefused(imported: Imported, refusals: readonly Refusal[]): Picture {
  const { name, graph, outline, operatorOf } = imported;
  const reasons = reasonsByNode(refusals);
  const drawn =
    graph === undefined
      ? sketchOutline(outline ?? { inputs: [], outputs: [], nodes: [] }, reasons)
      : sketchGraph(graph, (position) => {
          const node = graph.nodes[position];
          const own = node === undefined ? [] : (reasons.get(node.name) ?? []);
          return { operator: node ? operatorOf(node) : "", lines: [], reasons: own, isPeak: false };
        });
  for (const { node, operator } of refusals) {
    if (drawn.names.has(node)) continue;
    drawn.names.add(node);
    drawn.add(refusedNode(node, operator, reasons.get(node) ?? []));
  }
  const count = drawn.nodes.filter(({ kind }) => kind === "refused").length;
  const lines = [`as the file has it; ${count} ${count === 1 ? "node" : "nodes"} in red cannot be run`];
  if (drawn.leftOut > 0)
    lines.push(`${drawn.leftOut.toLocaleString("en-US")} more connections are not drawn`);
  return { heading: name, lines, nodes: drawn.nodes, edges: drawn.edges };
}

function refusedNode(name: string, operator: string, reasons: readonly string[]): PictureNode {
  return {
    kind: "refused",
    heading: operator,
    lines: [endOfName(name)],
    tooltip: [name, ...reasons].join("\n"),
  };
}

/** The picture of nodes of which names alone are known. */
function sketchOutline(
  { inputs, outputs, nodes }: Outline,
  reasons: ReadonlyMap<string, readonly string[]>,
): Sketch<string> {
  const sketch = new Sketch<string>();
  const end = (kind: "input" | "output", name: string): number =>
    sketch.add({ kind, heading: kind, lines: [endOfName(name)], tooltip: name });
  for (const name of inputs) sketch.gives(end("input", name), name);
  for (const { name, operator, inputs: read, outputs: given } of nodes) {
    sketch.names.add(name);
    const own = reasons.get(name);
    const node = sketch.add(
      own === undefined
        ? { kind: "operator", heading: operator, lines: [endOfName(name)], tooltip: name }
        : refusedNode(name, operator, own),
    );
    for (const key of read) sketch.takes(node, key, key);
    for (const key of given) sketch.gives(node, key, given.length > 1 ? key : undefined);
  }
  for (const name of outputs) sketch.takes(end("output", name), name, name);
  return sketch;
}
