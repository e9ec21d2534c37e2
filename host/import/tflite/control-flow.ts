import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { describeType, type Tensor, tensorBytes } from "../../graph/tensor.js";
import { type FileNode, inputTensors } from "./read-node.js";
import type { SubgraphReader } from "./subgraph-reader.js";
import type { ImportedTensor } from "./tensors.js";

/** An operator that names variables or subgraphs instead of computing: what it says is done while the file is read. */
export interface ControlFlow {
  /** Highest operator version whose meaning is known. */
  readonly maxVersion: number;
  readonly takesResources: true;
  /** Does what the node says to the graph that is read. Throws `NotRunnable` where it cannot be known before a run. */
  read(node: FileNode, reader: SubgraphReader): void;
}

/** VAR_HANDLE: its output stands for a variable. */
const varHandle: ControlFlow = {
  maxVersion: 1,
  takesResources: true,
  read(node, { file }) {
    const options = node.options(111);
    for (const { tensor } of node.outputs) {
      file.resources.declare(tensor, options.text(0), options.text(1) ?? "");
    }
  },
};

/** CALL_ONCE: a subgraph that runs before the first run. What it assigns is what variables start with. */
const callOnce: ControlFlow = {
  maxVersion: 1,
  takesResources: true,
  read(node, reader) {
    const once = reader.apart();
    once.inline(node.options(103).int32(0, 0), []);
    const [refused] = once.refusals;
    if (refused !== undefined) {
      throw new NotRunnable(
        `in what is called once, ${refused.operator} "${refused.node}": ${refused.reason}`,
      );
    }
    for (const { variable, value } of once.graph.assignments()) {
      requireThat(!reader.graph.uses(variable), `nodes before it use variable "${variable.name}"`);
      const data = once.graph.constant(value);
      if (data === undefined) {
        throw new NotRunnable(`what variable "${variable.name}" starts with is not made of constants alone`);
      }
      requireThat(
        value.dtype === variable.dtype && data.byteLength === tensorBytes(variable),
        `variable "${variable.name}" is ${describeType(variable)}, and starts with ${describeType(value)}`,
      );
      variable.data = data;
    }
  },
};

/** IF, whose condition is constant: the subgraph of the branch that is taken, in its place. */
const branch: ControlFlow = {
  maxVersion: 1,
  takesResources: true,
  read(node, reader) {
    const [condition, ...inputs] = present(node);
    if (condition === undefined) throw new NotRunnable("the condition is missing");
    const options = node.options(92);
    const taken = isTrue(condition.tensor, reader) ? options.int32(0, 0) : options.int32(1, 0);
    give(node, reader.inline(taken, inputs), reader);
  },
};

/** WHILE, whose condition is constant each time: the subgraph of its body as often as it holds, in its place. */
const loop: ControlFlow = {
  maxVersion: 1,
  takesResources: true,
  read(node, reader) {
    const options = node.options(93);
    let values = present(node);
    for (;;) {
      const [condition] = reader.inline(options.int32(0, 0), values);
      if (condition === undefined) throw new NotRunnable("the condition's subgraph has no output");
      if (!isTrue(condition.tensor, reader)) break;
      values = reader.inline(options.int32(1, 0), values);
    }
    give(node, values, reader);
  },
};

/** Operators that are read in this way, by their names. */
export const controlFlow: ReadonlyMap<string, ControlFlow> = new Map([
  ["VAR_HANDLE", varHandle],
  ["CALL_ONCE", callOnce],
  ["IF", branch],
  ["WHILE", loop],
]);

function present(node: FileNode): ImportedTensor[] {
  requireThat(!inputTensors(node).includes(undefined), "an input is missing");
  return node.inputs as ImportedTensor[];
}

/** Whether a condition holds. Throws `NotRunnable` where that depends on more than constants. */
function isTrue(condition: Tensor, { graph }: SubgraphReader): boolean {
  requireThat(
    condition.dtype === "bool",
    `the condition is ${describeType(condition)}; one of dtype bool is expected`,
  );
  const data = graph.constant(condition);
  if (data === undefined) {
    throw new NotRunnable(
      "the condition is computed from inputs or variables; only a constant one is supported",
    );
  }
  return data[0] === 1;
}

/** Gives a node's outputs the values that a subgraph made: the same bytes under the node's own types. */
function give(node: FileNode, values: readonly ImportedTensor[], reader: SubgraphReader): void {
  const { graph, file, operators } = reader;
  requireThat(
    values.length === node.outputs.length,
    `its subgraph gives ${values.length} outputs; the node has ${node.outputs.length}`,
  );
  for (const [i, { tensor, isResource }] of node.outputs.entries()) {
    const from = (values[i] as ImportedTensor).tensor;
    if (isResource === true) {
      file.resources.alias(tensor, from);
      continue;
    }
    reader.closeShape(tensor, from.shape);
    const attributes = { shape: tensor.shape };
    const copy = { operator: "reshape", attributes, inputs: [from], outputs: [tensor], variables: [] };
    operators.set(graph.add(copy), node.code.name);
  }
}
