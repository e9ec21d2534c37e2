import { type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import type { Tensor } from "../graph/tensor.js";
import { operatorNamed } from "../ops/index.js";
import { type AffineParameters, int8ParametersOf } from "./affine-parameters.js";
import { type Calibration, type Range, rangeOf, unite } from "./calibrate.js";
import { keptStates } from "./kept-states.js";

/** Tensors that must have the same scale and zero point, as disjoint sets. */
class Groups {
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

function isAsInput(node: Node): boolean {
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
 * @returns the graph, and the ranges with those of the new tensors appended
 */
export function separateFixed(
  graph: Graph,
  ranges: readonly (Range | undefined)[],
): { graph: Graph; ranges: (Range | undefined)[] } {
  const groups = singleInputGroups(graph);
  const fixed = fixedParameters(graph, groups);
  const tensors = [...graph.tensors];
  const extended = [...ranges];
  const nodes: Node[] = [];
  for (const node of graph.nodes) {
    const inputs = realInputs(graph, node);
    const parameters = inputs.map((index) => fixed.get(groups.of(index)));
    const [first] = parameters;
    const alike = parameters.every((p) => p?.scale === first?.scale && p?.zeroPoint === first?.zeroPoint);
    if (!isAsInput(node) || inputs.length < 2 || alike) {
      nodes.push(node);
      continue;
    }
    const rescaled = node.inputs.map((index, i) => {
      if (index < 0 || fixed.get(groups.of(index)) === undefined) return index;
      const name = `${node.name}/rescaled${i}`;
      const { dtype, shape } = tensorAt(graph, index);
      const output = tensors.push({ name, dtype, shape }) - 1;
      extended[output] = ranges[index];
      nodes.push({ name, operator: "quantize", attributes: {}, inputs: [index], outputs: [output] });
      return output;
    });
    nodes.push({ ...node, inputs: rescaled });
  }
  return { graph: { ...graph, tensors, nodes }, ranges: extended };
}

/** Smallest magnitude of a state's range: what its kernels bring to its scale stays within 32 bits. */
const leastState = 2 ** -20;

/**
 * Ties variables to the tensors that nodes move from and to them, and states of int8 to the tensors and variables that hold
 * them; answers the states' ranges by group.
 *
 * @param variableAt a variable's place among the groups
 * @param inFloat variables that stay in float32
 */
function tieStates(
  graph: Graph,
  groups: Groups,
  states: Calibration["states"],
  inFloat: ReadonlySet<number>,
): { index: TensorIndex; range: Range }[] {
  const variableAt = (variable: number): TensorIndex => graph.tensors.length + variable;
  const found: { index: TensorIndex; range: Range }[] = [];
  for (const node of graph.nodes) {
    const own = node.variables ?? [];
    const { moves } = operatorNamed(node.operator);
    for (const variable of own.filter((each) => moves === true && !inFloat.has(each)))
      for (const index of [...realInputs(graph, node), ...node.outputs])
        groups.tie(index, variableAt(variable));
    for (const [i, { dtype, outputs, variables }] of (keptStates(graph, node) ?? []).entries()) {
      const range = states.get(node)?.[i];
      const holders = [
        ...outputs.map((position) => node.outputs[position] as TensorIndex),
        ...variables.map((position) => variableAt(own[position] as number)),
      ];
      const [first] = holders;
      if (dtype !== "int8" || first === undefined || range === undefined) continue;
      for (const holder of holders) groups.tie(holder, first);
      found.push({ index: first, range: unite(range, { min: -leastState, max: leastState }) });
    }
  }
  return found;
}

/** Range of what a variable begins with: zeros where nothing is said. */
const initialRange = ({ data }: Tensor): Range =>
  data instanceof Float32Array ? rangeOf(data) : { min: 0, max: 0 };

/**
 * int8 parameters of every activation, and of constants tied to activations, by tensor index, and behind them those of
 * variables: fixed by the operator that writes them, else from the range of all that must have the same.
 *
 * @param ranges by tensor index: of activations as calibrated, of constants as they are
 * @param inFloat variables that stay in float32
 */
export function assignParameters(
  graph: Graph,
  ranges: readonly (Range | undefined)[],
  states: Calibration["states"],
  inFloat: ReadonlySet<number>,
): (AffineParameters | undefined)[] {
  const { variables = [] } = graph;
  const groups = new Groups(graph.tensors.length + variables.length);
  for (const node of graph.nodes.filter(isAsInput)) {
    for (const input of realInputs(graph, node)) {
      for (const output of node.outputs) groups.tie(input, output);
    }
  }
  const stateRanges = tieStates(graph, groups, states, inFloat);
  const fixed = fixedParameters(graph, groups);
  const united = new Map<TensorIndex, Range>();
  const add = (index: TensorIndex, range: Range | undefined): void => {
    if (range !== undefined) united.set(groups.of(index), unite(united.get(groups.of(index)), range));
  };
  for (const [index, range] of ranges.entries()) add(index, range);
  for (const [i, variable] of variables.entries()) add(graph.tensors.length + i, initialRange(variable));
  for (const { index, range } of stateRanges) add(index, range);
  return [...graph.tensors, ...variables].map((_, index) => {
    const range = united.get(groups.of(index));
    return fixed.get(groups.of(index)) ?? (range === undefined ? undefined : int8ParametersOf(range));
  });
}
