import { WasmoteError } from "../../../errors.js";
import type { Tensor } from "../../../graph/tensor.js";
import { shown } from "../../json-fields.js";
import { type Loop, loopsOf } from "./frames.js";
import type { GraphNode, Nodes, Reference } from "./graph-def.js";

/** A list of tensors, as loops of recurrent layers carry them; undefined for an element that was not given yet. */
export interface TensorList {
  readonly items: readonly (Tensor | undefined)[];
}

/**
 * An output of a node: a tensor, a list of tensors, what a branch that is not taken would give, or what could not be read, of
 * which only that is known.
 */
export type Value = Tensor | TensorList | "dead" | "unknown";

/** Outputs of a node; all of them at once where they cannot be told apart. */
export type Outputs = readonly Value[] | "dead" | "unknown";

/** The nodes of a graph or of a function that is called, and what is known of their outputs. */
export class Scope {
  /** What the loops that were taken gave, by the nodes that leave them. */
  readonly loops = new Map<Loop, ReadonlyMap<string, Value>>();
  private readonly outputs = new Map<string, Outputs>();

  /** @param prefix what names of its nodes begin with: where it was called */
  constructor(
    readonly nodes: Nodes,
    readonly prefix: string,
  ) {}

  knows(node: string): boolean {
    return this.outputs.has(node);
  }

  give(node: string, outputs: Outputs): void {
    this.outputs.set(node, outputs);
  }

  isDead(node: string): boolean {
    const outputs = this.outputs.get(node);
    return (
      outputs === "dead" ||
      (Array.isArray(outputs) && outputs.length > 0 && outputs.every((value) => value === "dead"))
    );
  }

  /**
   * The value of an output. Throws `model-invalid` where its node has none of that number.
   *
   * @param lists names of the node's lists of outputs, where its operator has several
   */
  value({ node, output, list }: Reference, lists: readonly string[] | undefined): Value {
    const outputs = this.outputs.get(node);
    if (outputs === undefined) throw missing(node);
    if (outputs === "dead" || outputs === "unknown") return outputs;
    const position = list === undefined ? -1 : (lists?.indexOf(list) ?? -1);
    const value = outputs[position >= 0 ? position : output];
    if (value !== undefined) return value;
    throw new WasmoteError(
      "model-invalid",
      `output ${output} of node ${shown(node)} is read, which has ${outputs.length}`,
    );
  }
}

function missing(node: string): WasmoteError {
  return new WasmoteError("model-invalid", `node ${shown(node)} is read, which is missing`);
}

/** What a node reads; nothing where it leaves a loop, which reads for itself. */
export function inputsOf({ operator, inputs }: GraphNode): readonly Reference[] {
  return operator === "Exit" ? [] : inputs;
}

/** What a node waits for: its inputs, and the switches that decide whether it is taken; of a loop what enters it. */
function waitsFor(node: GraphNode, nodes: Nodes): string[] {
  const loop = node.operator === "Exit" ? loopsOf(nodes).get(node.name) : undefined;
  if (loop !== undefined) return loop.enters.flatMap(({ inputs }) => inputs.map((input) => input.node));
  const switches = node.controls.filter((name) =>
    ["Switch", "Identity"].includes(nodes.get(name)?.operator ?? ""),
  );
  return [...inputsOf(node).map((input) => input.node), ...switches];
}

/**
 * The nodes that the wanted ones are made by, each behind those that it waits for. A loop, as there may be thousands.
 *
 * @throws `model-invalid` for nodes that are missing or wait for each other
 */
export function inOrder(scope: Scope, wanted: readonly string[]): GraphNode[] {
  const { nodes } = scope;
  const order: GraphNode[] = [];
  const open = new Map<string, boolean>();
  const stack: { node: GraphNode; waits: string[] }[] = [];
  const visit = (name: string): void => {
    if (scope.knows(name)) return;
    const isOpen = open.get(name);
    if (isOpen === false) return;
    if (isOpen === true)
      throw new WasmoteError("model-invalid", `node ${shown(name)} waits for itself: the nodes form a cycle`);
    const node = nodes.get(name);
    if (node === undefined) throw missing(name);
    open.set(name, true);
    stack.push({ node, waits: waitsFor(node, nodes).reverse() });
  };
  for (const name of wanted) {
    visit(name);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.waits.pop();
      if (next !== undefined) visit(next);
      else {
        stack.pop();
        open.set(top.node.name, false);
        order.push(top.node);
      }
    }
  }
  return order;
}
