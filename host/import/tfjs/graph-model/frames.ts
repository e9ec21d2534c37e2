import type { GraphNode, Nodes, Reference } from "./graph-def.js";

/** What a loop carries from turn to turn: where it is joined, what it begins with, and what a turn makes of it. */
interface Carried {
  readonly merge: string;
  readonly enter: string;
  readonly next: Reference;
}

/** A loop of TensorFlow 1's control flow: a frame of nodes that are entered, taken again and again, and left. */
export interface Loop {
  readonly enters: readonly GraphNode[];
  readonly carried: readonly Carried[];
  readonly condition: Reference;
  readonly exits: readonly GraphNode[];
}

/** The loops of graphs, as they are looked up again and again. */
const known = new WeakMap<Nodes, ReadonlyMap<string, Loop>>();

/** The loops among nodes, by the names of the nodes that leave them. */
export function loopsOf(nodes: Nodes): ReadonlyMap<string, Loop> {
  const found = known.get(nodes) ?? findLoops(nodes);
  known.set(nodes, found);
  return found;
}

function findLoops(nodes: Nodes): Map<string, Loop> {
  const all = [...nodes.values()];
  const at = (reference: Reference | undefined, operator: string): GraphNode | undefined => {
    const node = reference && nodes.get(reference.node);
    return node?.operator === operator ? node : undefined;
  };
  const carried = new Map<string, Carried>();
  for (const { name, operator, inputs } of all) {
    const [enter, way] = [at(inputs[0], "Enter"), at(inputs[1], "NextIteration")];
    const next = way?.inputs[0];
    if (operator === "Merge" && enter !== undefined && next !== undefined)
      carried.set(name, { merge: name, enter: enter.name, next });
  }
  const frames = new Map<string, { condition: Reference; exits: GraphNode[] }>();
  for (const exit of all) {
    const [value, condition] = (exit.operator === "Exit" && at(exit.inputs[0], "Switch")?.inputs) || [];
    const own = carried.get(value?.node ?? "");
    const enter = nodes.get(own?.enter ?? "");
    if (condition === undefined || enter === undefined) continue;
    const frame = frames.get(frameOf(enter)) ?? { condition, exits: [] };
    frames.set(frameOf(enter), frame);
    frame.exits.push(exit);
  }
  return new Map(
    [...frames].flatMap(([name, { condition, exits }]) => {
      const own = all.filter((node) => node.operator === "Enter" && frameOf(node) === name);
      const names = new Set(own.map((enter) => enter.name));
      const loop: Loop = {
        enters: own,
        carried: [...carried.values()].filter(({ enter }) => names.has(enter)),
        condition,
        exits,
      };
      return exits.map((exit): [string, Loop] => [exit.name, loop]);
    }),
  );
}

function frameOf({ attributes }: GraphNode): string {
  return attributes.text("frame_name", "");
}
