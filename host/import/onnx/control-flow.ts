import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { joined, reshaped } from "../compose/movement.js";
import { GraphWriter } from "../graph-writer.js";
import type { Body, GraphReader } from "./graph-reader.js";
import type { Attribute, OnnxGraph } from "./model.js";
import type { Scope, Value } from "./scope.js";

/** A node that holds graphs. */
interface FlowNode {
  readonly name: string;
  readonly attributes: readonly Attribute[];
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly string[];
  readonly scope: Scope;
  readonly versions: Body["versions"];
}

/** How often a loop's body is taken, at most. */
const maxTurns = 4096;

function graphOf({ attributes }: FlowNode, name: string): OnnxGraph {
  const graph = attributes.find((attribute) => attribute.name === name)?.graph;
  if (graph === undefined) throw new NotRunnable(`the graph ${name} is missing`);
  return graph;
}

/** The only element of a constant. Throws `NotRunnable` where it is computed at run time. */
function constantNumber(value: Value | undefined, what: string): number {
  if (value === undefined || value === "unknown" || value.data === undefined)
    throw new NotRunnable(`the ${what} is computed at run time; a constant is expected`);
  requireThat(value.data.length === 1, `the ${what} has ${value.data.length} elements; 1 is expected`);
  return Number(value.data[0]);
}

/** The branch that a constant condition takes. */
function readIf(node: FlowNode, reader: GraphReader): Value[] {
  const holds = constantNumber(node.inputs[0], "condition") !== 0;
  return reader.inline(graphOf(node, holds ? "then_branch" : "else_branch"), [], node.scope, node.versions);
}

/** A loop's body as often as constants say, one after the other. */
function readLoop(node: FlowNode, reader: GraphReader): Value[] {
  const body = graphOf(node, "body");
  const [count, condition, ...first] = node.inputs;
  const turns = count === undefined ? Number.POSITIVE_INFINITY : constantNumber(count, "number of turns");
  let holds = condition === undefined || constantNumber(condition, "condition") !== 0;
  let carried = first.map((value) => value ?? "unknown");
  const scans: Value[][] = body.outputs.slice(1 + first.length).map(() => []);
  const write = new GraphWriter(reader.graph, node.outputs.find((output) => output !== "") ?? node.name);
  for (let turn = 0; holds && turn < turns; turn++) {
    requireThat(turn < maxTurns, `the loop takes more than ${maxTurns} turns`);
    const number: Tensor = { ...write.scalar(turn, "int64"), name: `${node.name} (turn ${turn})` };
    const values = reader.inline(
      body,
      [number, write.scalar(1, "bool"), ...carried],
      node.scope,
      node.versions,
    );
    const [again, ...results] = values;
    holds = constantNumber(again, "condition of the body") !== 0;
    carried = results.slice(0, first.length);
    for (const [i, scan] of scans.entries()) scan.push(results[first.length + i] as Value);
  }
  return [...carried, ...scans.map((values) => stacked(write, values))];
}

/** Values of all turns as one, along a new first axis. */
function stacked(write: GraphWriter, values: readonly Value[]): Value {
  if (values.includes("unknown") || values.length === 0) return "unknown";
  const rows = (values as Tensor[]).map((value) => reshaped(write, value, [1, ...value.shape]));
  return joined(write, rows, 0);
}

/** Operators that hold graphs. */
export const controlFlow: ReadonlyMap<string, (node: FlowNode, reader: GraphReader) => Value[]> = new Map([
  ["If", readIf],
  ["Loop", readLoop],
]);
