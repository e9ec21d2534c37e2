import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { GraphWriter } from "../../graph-writer.js";
import type { GraphReader, ReadNode } from "./graph-reader.js";
import type { Outputs, Value } from "./scope.js";
import { tensorLists } from "./tensor-lists.js";

/** How often a loop's body is taken, at most. */
const maxTurns = 4096;

/** What is read beside the table: nodes that name functions, that choose, that carry lists. */
export type FlowReading = (read: ReadNode, reader: GraphReader) => Outputs;

/** Whether a condition holds. Throws `NotRunnable` where it is computed while the model runs. */
function holds(value: Value | undefined, what: string): boolean {
  const { data } = (typeof value === "object" && "dtype" in value ? value : {}) as Partial<Tensor>;
  if (data === undefined)
    throw new NotRunnable(`the ${what} is computed while the model runs; only a constant one is supported`);
  requireThat(data.length === 1, `the ${what} has ${data.length} elements; 1 is expected`);
  return Number(data[0]) !== 0;
}

function branch({ node, name, inputs: [condition, ...inputs] }: ReadNode, reader: GraphReader): Outputs {
  const taken = holds(condition, "condition") ? "then_branch" : "else_branch";
  return reader.call(node.attributes.functionName(taken), inputs, name);
}

/** A loop's body as often as its condition, a constant each time, holds. */
function loop({ node, name, inputs }: ReadNode, reader: GraphReader): Outputs {
  const [condition, body] = ["cond", "body"].map((attribute) => node.attributes.functionName(attribute));
  let carried: Value[] = [...inputs];
  for (let turn = 0; holds(reader.call(condition, carried, `${name}/cond${turn}`)[0], "condition"); turn++) {
    requireThat(turn < maxTurns, `the loop takes more than ${maxTurns} turns`);
    carried = reader.call(body, carried, `${name}/turn${turn}`);
  }
  return carried;
}

/** What was given to one of two outputs: the first where the condition does not hold. */
function choose({ inputs: [value, condition] }: ReadNode): Outputs {
  if (value === undefined) throw new NotRunnable("input 0 is missing");
  return holds(condition, "condition") ? ["dead", value] : [value, "dead"];
}

/** The one input that is given, and its number. */
function merge({ name, inputs }: ReadNode, { graph }: GraphReader): Outputs {
  const position = inputs.findIndex((value) => value !== "dead");
  const value = inputs[position];
  return value === undefined ? "dead" : [value, new GraphWriter(graph, name).scalar(position, "int32")];
}

const call: FlowReading = ({ node, name, inputs }, reader) =>
  reader.call(node.attributes.functionName("f"), inputs, name);

/** Operators that are no node of the graph: those that call functions, choose, or carry lists. */
export const controlFlow: ReadonlyMap<string, FlowReading> = new Map<string, FlowReading>([
  ["PartitionedCall", call],
  ["StatefulPartitionedCall", call],
  ["If", branch],
  ["StatelessIf", branch],
  ["While", loop],
  ["StatelessWhile", loop],
  ["Switch", choose],
  ["Merge", merge],
  ["NoOp", () => []],
  ["Assert", () => []],
  ...tensorLists,
]);
