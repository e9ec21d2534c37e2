import { type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { operatorNamed } from "../ops/index.js";
import {
  type AffineParameters,
  fixedParametersIn,
  type IntegerArithmetic,
  parametersOf,
} from "./affine-parameters.js";
import { type Range, unite } from "./ranges/range.js";

/** Tensors that must have the same scale and zero point, as disjoint sets. */
export class Groups {
  private readonly parents: number[];

  constructor(count: number) {
    this.parents = [...Array(count).keys()];
  }

  /** Representative of a tensor's group. */
  of(index: TensorIndex): TensorIndex {
    let root = index;
    while (this.parents[root] !== root) root = this.parents[root] as number;
    this.parents[index] = root;
    return root;
  }

  tie(a: TensorIndex, b: TensorIndex): void {
    this.parents[this.of(a)] = this.of(b);
  }
}

export function isAsInput(node: Node): boolean {
  return operatorNamed(node.operator).quantization.output === "as-input";
}

function fixedOutput(node: Node): AffineParameters | undefined {
  const { output } = operatorNamed(node.operator).quantization;
  return typeof output === "object" ? output : undefined;
}

/** Inputs that hold real values: indices and the like have no parameters. */
const realInputs = (graph: Graph, node: Node): TensorIndex[] =>
  node.inputs.filter((index) => index >= 0 && tensorAt(graph, index).dtype === "float32");

/** Fixed parameters by group, as far as nodes of a single input tie tensors together. */
function fixedParameters(graph: Graph, groups: Groups): Map<TensorIndex, AffineParameters> {
  const fixed = new Map<TensorIndex, AffineParameters>();
  for (const node of graph.nodes) {
    const parameters = fixedOutput(node);
    if (parameters === undefined) continue;
    for (const index of node.outputs) fixed.set(groups.of(index), parameters);
  }
  return fixed;
}

function singleInputGroups(graph: Graph): Groups {
  const groups = new Groups(graph.tensors.length);
  for (const node of graph.nodes) {
    if (!isAsInput(node) || realInputs(graph, node).length !== 1) continue;
    for (const index of node.outputs) groups.tie(realInputs(graph, node)[0] as TensorIndex, index);
  }
  return groups;
}

/**
 * Puts a `quantize` node before those inputs of a node of several tied inputs whose parameters are fixed by the
 * operator that computes them (softmax into a concatenation), unless all its inputs are fixed alike: they could not
 * take the parameters of the others. TFLite's converter does the same.
 *
 * @returns the graph, the ranges with those of the new tensors appended, and of each node the number that it had before
 */
export function separateFixed(
  graph: Graph,
  ranges: readonly (Range | undefined)[],
): { graph: Graph; ranges: (Range | undefined)[]; origins: (number | undefined)[] } {
  const groups = singleInputGroups(graph);
  const fixed = fixedParameters(graph, groups);
  const tensors = [...graph.tensors];
  const extended = [...ranges];
  const nodes: Node[] = [];
  const origins: (number | undefined)[] = [];
  for (const [at, node] of graph.nodes.entries()) {
    const inputs = realInputs(graph, node);
    const parameters = inputs.map((index) => fixed.get(groups.of(index)));
    const [first] = parameters;
    const alike = parameters.every((p) => p?.scale === first?.scale && p?.zeroPoint === first?.zeroPoint);
    if (!isAsInput(node) || inputs.length < 2 || alike) {
      nodes.push(node);
      origins.push(at);
      continue;
    }
    const rescaled = node.inputs.map((index, i) => {
      if (index < 0 || fixed.get(groups.of(index)) === undefined) return index;
      const name = `${node.name}/rescaled${i}`;
      const { dtype, shape } = tensorAt(graph, index);
      const output = tensors.push({ name, dtype, shape }) - 1;
      extended[output] = ranges[index];
      nodes.push({ name, operator: "quantize", attributes: {}, inputs: [index], outputs: [output] });
      origins.push(undefined);
      return output;
    });
    nodes.push({ ...node, inputs: rescaled });
    origins.push(at);
  }
  return { graph: { ...graph, tensors, nodes }, ranges: extended, origins };
}

/** Tensors that must have the same parameters: those of every node whose output has its input's. */
export function tiedGroups(graph: Graph): Groups {
  const groups = new Groups(graph.tensors.length);
  for (const node of graph.nodes.filter(isAsInput)) {
    for (const input of realInputs(graph, node)) {
      for (const output of node.outputs) groups.tie(input, output);
    }
  }
  return groups;
}

/**
 * Parameters of every activation, and of constants tied to activations, by tensor index: fixed by the operator
 * that writes them, else from the range of all tensors that must have the same.
 *
 * @param ranges by tensor index: of activations as calibrated, of constants as they are
 */
export function assignParameters(
  graph: Graph,
  ranges: readonly (Range | undefined)[],
  arithmetic: IntegerArithmetic,
): (AffineParameters | undefined)[] {
  const groups = tiedGroups(graph);
  const fixed = fixedParameters(graph, groups);
  const united = new Map<TensorIndex, Range>();
  ranges.forEach((range, index) => {
    if (range !== undefined) united.set(groups.of(index), unite(united.get(groups.of(index)), range));
  });
  return graph.tensors.map((_, index) => {
    const ofOperator = fixed.get(groups.of(index));
    if (ofOperator !== undefined) return fixedParametersIn(ofOperator, arithmetic);
    const range = united.get(groups.of(index));
    return range && parametersOf(range, arithmetic);
  });
}

/** Whether a tensor's parameters are fixed by the operator that writes it, or one of the tensors that must have the same. */
export function fixedTensors(graph: Graph): (index: TensorIndex) => boolean {
  const groups = tiedGroups(graph);
  const fixed = fixedParameters(graph, groups);
  return (index) => fixed.has(groups.of(index));
}
