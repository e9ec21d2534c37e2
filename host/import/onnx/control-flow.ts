import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { positiveAxis } from "../../ops/movement/moved.js";
import { joined, reshaped, sliced } from "../compose/movement.js";
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

/** Values of all turns as one, along a new axis. */
function stacked(write: GraphWriter, values: readonly Value[], axis = 0): Value {
  if (values.includes("unknown")) return "unknown";
  requireThat(values.length > 0, "the loop takes no turn, so that what it collects has no elements");
  const at = positiveAxis(axis, (values[0] as Tensor).shape.length + 1);
  const rows = (values as Tensor[]).map((value) => reshaped(write, value, value.shape.toSpliced(at, 0, 1)));
  return joined(write, rows, at);
}

/** A list of whole numbers of a node; as many zeros where it has none. Throws `NotRunnable` for one of another length. */
function listOf({ attributes }: FlowNode, name: string, length: number): number[] {
  const own = attributes.find((attribute) => attribute.name === name)?.integers ?? [];
  if (own.length === 0) return Array.from({ length }, () => 0);
  requireThat(own.length === length, `${name} has ${own.length} numbers; ${length} are expected`);
  return own;
}

/** A body for each slice of some tensors along an axis, which carries values on: one after the other. */
function readScan(node: FlowNode, reader: GraphReader): Value[] {
  const version = node.versions.get("") ?? 0;
  requireThat(version >= 9, `Scan of operator set ${version} has batches; 9 or later is supported`);
  const body = graphOf(node, "body");
  const count = node.attributes.find(({ name }) => name === "num_scan_inputs")?.integer ?? 0;
  const states = node.inputs.length - count;
  const results = body.outputs.length - states;
  requireThat(count >= 1 && states >= 0 && results >= 0, `num_scan_inputs is ${count}`);
  const scanned = node.inputs.slice(states) as Value[];
  if (scanned.includes("unknown")) return node.outputs.map(() => "unknown");
  const backwards = listOf(node, "scan_input_directions", count);
  const axes = listOf(node, "scan_input_axes", count).map((axis, i) =>
    positiveAxis(axis, (scanned[i] as Tensor).shape.length),
  );
  const [turns = 0, ...others] = axes.map((axis, i) => (scanned[i] as Tensor).shape[axis] ?? 0);
  requireThat(
    turns >= 1 && turns <= maxTurns && others.every((length) => length === turns),
    `the lengths of what is scanned are ${[turns, ...others].join(", ")}; equal ones from 1 to ${maxTurns} are expected`,
  );
  const write = new GraphWriter(reader.graph, node.outputs.find((output) => output !== "") ?? node.name);
  const sliceOf = (i: number, turn: number): Tensor => {
    const [tensor, axis] = [scanned[i] as Tensor, axes[i] as number];
    const index = backwards[i] === 1 ? turns - 1 - turn : turn;
    const shape = tensor.shape.filter((_, own) => own !== axis);
    return reshaped(write, sliced(write, tensor, axis, index, 1), shape);
  };
  let carried = node.inputs.slice(0, states).map((value) => value ?? "unknown");
  const scans: Value[][] = Array.from({ length: results }, () => []);
  for (let turn = 0; turn < turns; turn++) {
    const slices = scanned.map((_, i) => sliceOf(i, turn));
    const values = reader.inline(body, [...carried, ...slices], node.scope, node.versions);
    carried = values.slice(0, states);
    for (const [i, scan] of scans.entries()) scan.push(values[states + i] as Value);
  }
  const outputAxes = listOf(node, "scan_output_axes", results);
  const outputsBackwards = listOf(node, "scan_output_directions", results);
  return [
    ...carried,
    ...scans.map((values, i) => {
      const ordered = outputsBackwards[i] === 1 ? values.toReversed() : values;
      return stacked(write, ordered, outputAxes[i]);
    }),
  ];
}

/** Operators that hold graphs. */
export const controlFlow: ReadonlyMap<string, (node: FlowNode, reader: GraphReader) => Value[]> = new Map([
  ["If", readIf],
  ["Loop", readLoop],
  ["Scan", readScan],
]);
