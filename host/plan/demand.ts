import { WasmoteError } from "../errors.js";
import { activationInputs, bind, type Graph, tensorAt } from "../graph/graph.js";
import type { BoundNode, TensorIndex } from "../graph/node.js";
import { elementBytes, tensorBytes } from "../graph/tensor.js";
import { type Place, type Places, placeParts } from "./places.js";
import { type Ranges, rangesOf } from "./ranges.js";
import type { Part } from "./types.js";

/** What the planner asks of how an operator runs: of a `Lowering`, but for its calls. */
export interface Needs {
  scratchBytes?(node: BoundNode): readonly number[];
  inPlace?(node: BoundNode): readonly number[];
  parts?(node: BoundNode): readonly Part[];
  liesInVariable?(node: BoundNode): boolean;
}

/** How the planner finds that, by the operator's name. */
export type NeedsLookup = (operator: string) => Needs;

/** What one node needs in linear memory. Tensors are indices, each named once. */
export interface NodeDemand {
  inputs: readonly TensorIndex[];
  outputs: readonly TensorIndex[];
  /** Inputs whose memory output 0 may take over where they are not needed afterwards; preferred first. */
  inPlace: readonly TensorIndex[];
  /** Sizes of scratch memory that the kernel can work with, ascending; empty where none is needed. */
  scratchBytes: readonly number[];
  /** Nodes besides those that give its inputs which must have run: the last ones of its variables. */
  after: readonly number[];
}

/** What a graph needs in linear memory, whatever the order of its nodes. Constants are left out, and what lies in variables. */
export interface Demand {
  nodes: readonly NodeDemand[];
  /** Bytes by tensor index. */
  bytes: readonly number[];
  /** Alignment by tensor index, in bytes: that of the element. */
  alignment: readonly number[];
  /** Nodes that read a tensor, by tensor index. */
  consumers: readonly (readonly number[])[];
  /** Where tensors lie in others, by tensor index. */
  places: readonly Place[];
  /** What lies in linear memory, cut into ranges that are needed from one node to some others. */
  ranges: Ranges;
  inputs: readonly TensorIndex[];
  outputs: ReadonlySet<TensorIndex>;
  /** Tensors that lie in variables, with the numbers of these. */
  inVariables: Places["inVariables"];
}

const distinct = (indices: readonly TensorIndex[]): TensorIndex[] => [...new Set(indices)];

/**
 * Inputs that output 0 may take over: no model output, no smaller than the output, and read by the node only at
 * positions where the operator allows it (so `add(x, x)` may, if it allows both). Of no other input may any of that memory be
 * a part.
 */
function takeovers(
  graph: Graph,
  node: Graph["nodes"][number],
  needs: Needs,
  bytes: readonly number[],
  { places, inVariables }: Places,
): TensorIndex[] {
  const [output] = node.outputs;
  if (output === undefined || needs.inPlace === undefined) return [];
  const positions = needs.inPlace(bind(graph, node));
  const allowed = positions.map((position) => node.inputs[position] as TensorIndex);
  const overlap = (input: TensorIndex, other: TensorIndex): boolean => {
    const [a, b] = [places[input] as Place, places[other] as Place];
    const reaches =
      b.offset < a.offset + (bytes[output] as number) && a.offset < b.offset + (bytes[other] as number);
    return input !== other && a.root === b.root && reaches;
  };
  return distinct(allowed).filter(
    (input) =>
      input >= 0 &&
      tensorAt(graph, input).data === undefined &&
      !inVariables.has(input) &&
      !graph.outputs.includes(input) &&
      (bytes[output] as number) <= (bytes[input] as number) &&
      node.inputs.every((index, position) => index !== input || positions.includes(position)) &&
      node.inputs.every((index) => index < 0 || !overlap(input, index)),
  );
}

/** Whether all that the node would copy lies where it belongs. */
function doesNothing({ inputs }: Graph["nodes"][number], parts: readonly Part[]): boolean {
  if (parts.some(({ part }) => part === "output")) return true;
  return parts.length > 0 && inputs.every((_, position) => parts.some(({ input }) => input === position));
}

/**
 * What every node of the graph needs in linear memory, with tensors in these places; by default in others wherever they may be.
 * Throws `model-invalid` where a node reads a tensor that nothing before it gives, or writes one a second time.
 */
export function demandOf(
  graph: Graph,
  needsOf: NeedsLookup,
  placing: Places = placeParts(graph, needsOf),
): Demand {
  const isActivation = (index: TensorIndex) => tensorAt(graph, index).data === undefined;
  const bytes = graph.tensors.map(tensorBytes);
  const { inVariables } = placing;
  const writers = new Map<TensorIndex, number>();
  const consumers = graph.tensors.map((): number[] => []);
  const inputs = distinct(graph.inputs).filter(isActivation);
  const given = new Set(inputs);
  const lastOf = new Map<number, number>();
  const nodes = graph.nodes.map((node, at): NodeDemand => {
    const needs = needsOf(node.operator);
    const parts = placing.parts[at] ?? [];
    const place = { node: node.name, operator: node.operator };
    const reads = distinct(activationInputs(graph, node));
    for (const index of reads) {
      if (!given.has(index)) {
        throw new WasmoteError(
          "model-invalid",
          `"${tensorAt(graph, index).name}" is read before it is written`,
          place,
        );
      }
      consumers[index]?.push(at);
    }
    for (const index of node.outputs) {
      if (given.has(index) || !isActivation(index)) {
        throw new WasmoteError(
          "model-invalid",
          `"${tensorAt(graph, index).name}" is written a second time`,
          place,
        );
      }
      given.add(index);
      writers.set(index, at);
    }
    const variables = node.variables ?? [];
    const isElsewhere = (index: TensorIndex): boolean => inVariables.has(index);
    const after = distinct([
      ...variables.flatMap((variable) => lastOf.get(variable) ?? []),
      ...reads.filter(isElsewhere).map((index) => writers.get(index) as number),
    ]);
    for (const variable of variables) lastOf.set(variable, at);
    return {
      inputs: reads.filter((index) => !isElsewhere(index)),
      outputs: node.outputs.filter((index) => !isElsewhere(index)),
      inPlace: parts.length === 0 ? takeovers(graph, node, needs, bytes, placing) : [],
      scratchBytes: doesNothing(node, parts) ? [] : (needs.scratchBytes?.(bind(graph, node)) ?? []),
      after,
    };
  });
  const outputs = new Set(graph.outputs.filter(isActivation));
  for (const index of outputs) {
    if (!given.has(index)) {
      throw new WasmoteError(
        "model-invalid",
        `the model's output "${tensorAt(graph, index).name}" is never written`,
      );
    }
  }
  const alignment = graph.tensors.map((tensor) => elementBytes[tensor.dtype]);
  const { places } = placing;
  return {
    nodes,
    bytes,
    alignment,
    consumers,
    places,
    ranges: rangesOf(graph, placing),
    inputs,
    outputs,
    inVariables,
  };
}
