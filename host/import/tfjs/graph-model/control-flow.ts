import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { GraphWriter } from "../../graph-writer.js";
import { holds } from "./conditions.js";
import { type Loop, loopsOf } from "./frames.js";
import type { GraphReader, ReadNode } from "./graph-reader.js";
import { type Outputs, Scope, type Value } from "./scope.js";
import { tensorLists } from "./tensor-lists.js";

/** How often a loop's body is taken, at most. */
const maxTurns = 4096;

/** What is read beside the table: nodes that name functions, that choose, that carry lists. */
export type FlowReading = (read: ReadNode, reader: GraphReader) => Outputs;

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
    const refused = reader.refusals.length;
    carried = reader.call(body, carried, `${name}/turn${turn}`);
    // What a turn cannot do the next cannot either.
    if (reader.refusals.length > refused) return "unknown";
  }
  return carried;
}

/** What each exit of a loop gives: its body is taken as often as its condition, a constant each time, holds. */
function runLoop(loop: Loop, scope: Scope, reader: GraphReader): Map<string, Value> {
  const entered = new Map(
    loop.enters.map(({ name, inputs }): [string, Value] => [
      name,
      inputs[0] === undefined ? "unknown" : reader.value(scope, inputs[0]),
    ]),
  );
  const all = (value: Value) => new Map(loop.exits.map(({ name }): [string, Value] => [name, value]));
  if ([...entered.values()].includes("dead")) return all("dead");
  let values = loop.carried.map(({ enter }) => entered.get(enter) as Value);
  for (let turn = 0; ; turn++) {
    requireThat(turn < maxTurns, `the loop takes more than ${maxTurns} turns`);
    reader.countCall();
    const inner = new Scope(scope.nodes, `${scope.prefix}turn${turn}/`);
    for (const [name, value] of entered) inner.give(name, [value]);
    for (const [i, { merge }] of loop.carried.entries()) inner.give(merge, [values[i] as Value, "unknown"]);
    const refused = reader.refusals.length;
    const again = holds(reader.values(inner, [loop.condition])[0], "condition of the loop");
    const wanted = again ? loop.carried.map(({ next }) => next) : loop.exits.flatMap(({ inputs }) => inputs);
    values = reader.values(inner, wanted);
    // What a turn cannot do the next cannot either.
    if (reader.refusals.length > refused) return all("unknown");
    if (!again) return new Map(loop.exits.map(({ name }, i) => [name, values[i] as Value]));
  }
}

/** What leaves a loop, of which all is known once it has been taken. */
const exit: FlowReading = ({ node, scope }, reader) => {
  const loop = loopsOf(scope.nodes).get(node.name);
  if (loop === undefined) throw new NotRunnable("it leaves no loop as TensorFlow writes them");
  const done = scope.loops.get(loop);
  if (done === undefined) {
    // Where this one is refused, all that leave the loop are.
    scope.loops.set(loop, new Map());
    scope.loops.set(
      loop,
      reader.within("a loop", () => runLoop(loop, scope, reader)),
    );
  }
  return [scope.loops.get(loop)?.get(node.name) ?? "unknown"];
};

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
  ["LoopCond", ({ inputs }) => inputs],
  ["Exit", exit],
  ["NoOp", () => []],
  ["Assert", () => []],
  ...tensorLists,
]);
