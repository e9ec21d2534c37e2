import { type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import { operatorNamed } from "../ops/index.js";
import type { KeptState } from "../ops/operator.js";
import {
  type AffineParameters,
  fixedParametersIn,
  type IntegerArithmetic,
  parametersOf,
} from "./affine-parameters.js";
import { rangeOf } from "./calibrate.js";
import { keptStates, stateHolders, variableAt, wideParameters } from "./kept-states.js";
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

/** Tensors and variables that must have the same parameters because of a node. */
function tiedTensors(graph: Graph, node: Node): TensorIndex[][] {
  const own = (node.variables ?? []).map((variable) => variableAt(graph, variable));
  const states = keptStates(graph, node);
  if (states !== undefined) return states.map((state) => stateHolders(graph, node, state));
  const moves = operatorNamed(node.operator).moves === true && own.length > 0;
  return isAsInput(node) || moves ? [[...realInputs(graph, node), ...node.outputs, ...own]] : [];
}

/** Inputs of a node that must have the same parameters as one another, or as an output. */
function tiedInputs(graph: Graph, node: Node): TensorIndex[] {
  const states = keptStates(graph, node);
  if (states === undefined) return isAsInput(node) ? realInputs(graph, node) : [];
  const positions = states.flatMap(({ inputs }) => inputs);
  return positions.map((position) => node.inputs[position] ?? -1).filter((index) => index >= 0);
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
 * take the parameters of the others. TFLite's converter does the same. Likewise before what a node's state begins with.
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
    const inputs = tiedInputs(graph, node);
    const parameters = inputs.map((index) => fixed.get(groups.of(index)));
    const [first] = parameters;
    const alike = parameters.every((p) => p?.scale === first?.scale && p?.zeroPoint === first?.zeroPoint);
    const isOne = isAsInput(node) && inputs.length < 2;
    const isFree = first === undefined && alike;
    if (isOne || isFree || (isAsInput(node) && alike)) {
      nodes.push(node);
      origins.push(at);
      continue;
    }
    const rescaled = node.inputs.map((index, i) => {
      if (!inputs.includes(index) || fixed.get(groups.of(index)) === undefined) return index;
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

/**
 * Tensors and variables that must have the same parameters: those of every node whose output has its input's, what moves
 * from and to variables, what holds a node's state.
 */
export function tiedGroups(graph: Graph): Groups {
  const groups = new Groups(graph.tensors.length + (graph.variables ?? []).length);
  for (const node of graph.nodes)
    for (const [first, ...others] of tiedTensors(graph, node))
      for (const other of others) groups.tie(other, first as TensorIndex);
  return groups;
}

/** Groups that hold a node's state of int16, or one of int8. */
function stateGroups(graph: Graph, groups: Groups, dtype: KeptState["dtype"]): Set<TensorIndex> {
  const found = graph.nodes.flatMap((node) =>
    (keptStates(graph, node) ?? [])
      .filter((state) => state.dtype === dtype)
      .flatMap((state) => stateHolders(graph, node, state)),
  );
  return new Set(found.map((index) => groups.of(index)));
}

/** Smallest magnitude of a state of int8: what kernels bring to its scale stays within 32 bits. */
const leastState: Range = { min: -(2 ** -20), max: 2 ** -20 };

/** Range of what a variable begins with: zeros where nothing is said. */
const initialRange = ({ data }: Tensor): Range =>
  data instanceof Float32Array ? rangeOf(data) : { min: 0, max: 0 };

/**
 * Parameters of every activation, and of constants tied to activations, by tensor index, and behind them of variables: fixed
 * by the operator that writes them, else from the range of all tensors that must have the same. States of int16 have a
 * power of two for their scale.
 *
 * @param ranges by tensor index: of activations as calibrated, of constants as they are; behind them of variables
 */
export function assignParameters(
  graph: Graph,
  ranges: readonly (Range | undefined)[],
  arithmetic: IntegerArithmetic,
): (AffineParameters | undefined)[] {
  const groups = tiedGroups(graph);
  const fixed = fixedParameters(graph, groups);
  const { tensors, variables = [] } = graph;
  const states = stateGroups(graph, groups, arithmetic);
  const united = new Map<TensorIndex, Range>();
  const add = (index: TensorIndex, range: Range | undefined): void => {
    if (range !== undefined) united.set(groups.of(index), unite(united.get(groups.of(index)), range));
  };
  for (const [index, range] of ranges.entries()) add(index, range);
  for (const [i, variable] of variables.entries()) add(tensors.length + i, initialRange(variable));
  return [...tensors, ...variables].map((_, index) => {
    const group = groups.of(index);
    const isWide = arithmetic === "int16" && states.has(group);
    const ofOperator = fixed.get(group);
    if (ofOperator !== undefined && !isWide) return fixedParametersIn(ofOperator, arithmetic);
    const range = united.get(group);
    if (isWide) return wideParameters(range);
    return range && parametersOf(states.has(group) ? unite(range, leastState) : range, arithmetic);
  });
}

/** Whether a tensor's parameters are fixed by the operator that writes it, or one of the tensors that must have the same. */
export function fixedTensors(graph: Graph): (index: TensorIndex) => boolean {
  const groups = tiedGroups(graph);
  const fixed = fixedParameters(graph, groups);
  return (index) => fixed.has(groups.of(index));
}
