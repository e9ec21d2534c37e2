import { dropUnusedTensors } from "../graph/drop-unused-tensors.js";
import { bind, type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import { elementCount, type Quantization, type Tensor } from "../graph/tensor.js";
import { checkOperators } from "../ops/check.js";
import { operatorNamed } from "../ops/index.js";
import type { KeptState } from "../ops/operator.js";
import { type AffineParameters, type IntegerArithmetic, toCodes } from "./affine-parameters.js";
import { assumedRanges, calibrate, rangeOf } from "./calibrate.js";
import { withoutFloatEnds } from "./float-ends.js";
import { isFloat } from "./graph-kind.js";
import { keptStates, quantizeInput, stateHolders, variableAt, wideParameters } from "./kept-states.js";
import { assignParameters, isAsInput, separateFixed } from "./parameter-groups.js";
import type { Range } from "./ranges/range.js";
import { type Arithmetic, type NodeScheme, plainScheme, type WeightKind } from "./scheme.js";
import { quantizeWeights, type WeightedInput } from "./weights/quantize-weights.js";

/** Positions of a node's constant float inputs that are weights or bias: these have rules of their own. */
export function weightPositions(graph: Graph, node: Node): { weights?: number; bias?: number; axis: number } {
  const { weights, bias } = operatorNamed(node.operator).quantization;
  const isConstant = (position: number | undefined): boolean =>
    position !== undefined && graph.tensors[node.inputs[position] ?? -1]?.data instanceof Float32Array;
  if (weights === undefined || !isConstant(weights.input)) return { axis: 0 };
  return { weights: weights.input, axis: weights.axis, ...(isConstant(bias) ? { bias } : {}) };
}

/** Ranges of the float constants that are quantized like activations: operands of sums, products, concatenations. */
function constantRanges(graph: Graph): (Range | undefined)[] {
  const ranges: (Range | undefined)[] = graph.tensors.map(() => undefined);
  for (const node of graph.nodes) {
    const { weights, bias } = weightPositions(graph, node);
    node.inputs.forEach((index, position) => {
      const data = graph.tensors[index]?.data;
      if (position === weights || position === bias || !(data instanceof Float32Array)) return;
      ranges[index] = rangeOf(data);
    });
  }
  return ranges;
}

/** Samples of the inputs, `samples[i][j]` for input j; or ranges that are assumed, for a build that shows what is possible. */
export type Samples = readonly (readonly Float32Array[])[] | "assumed";

/** Ranges of activations, by tensor index, and behind them of variables that hold what nodes keep. */
export interface KnownRanges {
  /** For int8, where it may pay to leave out the largest values. */
  int8: readonly (Range | undefined)[];
  /** For int16: of all values. */
  int16: readonly (Range | undefined)[];
}

/** A quantized graph, and which node of the float graph each of its nodes computes; conversions compute none. */
export interface QuantizedGraph {
  graph: Graph;
  origins: readonly (number | undefined)[];
}

class Quantizing {
  readonly tensors: Tensor[];
  readonly variables: Tensor[];
  readonly nodes: Node[] = [];
  readonly origins: (number | undefined)[] = [];
  private readonly graph: Graph;
  private readonly own: readonly Arithmetic[];
  private readonly parameters: Readonly<Record<IntegerArithmetic, readonly (AffineParameters | undefined)[]>>;
  /** Weights, biases and versions of tensors by what they were made from, so that equal ones are made once. */
  private readonly made = new Map<string, TensorIndex>();
  /** Versions of activations that have been computed, the first of them by the node that writes the tensor. */
  private readonly computed = new Map<TensorIndex, Arithmetic[]>();

  /**
   * @param own arithmetic in which each tensor is, where nothing asks for another, and behind them each variable
   */
  constructor(
    graph: Graph,
    own: readonly Arithmetic[],
    parameters: Readonly<Record<IntegerArithmetic, readonly (AffineParameters | undefined)[]>>,
  ) {
    this.graph = graph;
    this.own = own;
    this.parameters = parameters;
    this.tensors = graph.tensors.map((tensor, index) => this.versionOf(tensor, index, this.ownOf(index)));
    this.variables = (graph.variables ?? []).map((variable, i) => {
      const at = variableAt(graph, i);
      const type = this.versionOf(variable, at, this.ownOf(at));
      const { zeroPoint = 0 } = this.parameters[type.dtype as IntegerArithmetic]?.[at] ?? {};
      if (type.data !== undefined || zeroPoint === 0) return type;
      // A variable that says nothing begins with zeros, which are other integers than 0 here.
      return { ...type, data: new Int8Array(elementCount(type.shape)).fill(zeroPoint) };
    });
    for (const index of graph.inputs) this.computed.set(index, [this.ownOf(index)]);
  }

  private ownOf(index: TensorIndex): Arithmetic {
    return this.own[index] as Arithmetic;
  }

  /** Whether a tensor of the graph holds real numbers. */
  private isReal(index: TensorIndex): boolean {
    return index >= 0 && tensorAt(this.graph, index).dtype === "float32";
  }

  private versionOf(tensor: Tensor, index: TensorIndex, arithmetic: Arithmetic): Tensor {
    if (tensor.dtype !== "float32" || arithmetic === "float32") return tensor;
    const parameters = this.parameters[arithmetic][index];
    if (parameters === undefined) return tensor;
    const { scale, zeroPoint } = parameters;
    const quantization: Quantization = { scale: [scale], zeroPoint: [zeroPoint], axis: 0 };
    const type = { ...tensor, dtype: arithmetic, quantization };
    if (tensor.data === undefined) return type;
    return { ...type, data: toCodes(tensor.data as Float32Array, parameters, arithmetic) };
  }

  private add(key: string, make: () => Tensor): TensorIndex {
    const existing = this.made.get(key);
    if (existing !== undefined) return existing;
    const index = this.tensors.push(make()) - 1;
    this.made.set(key, index);
    return index;
  }

  /** The tensor that holds one of the graph's in some arithmetic. */
  private version(index: TensorIndex, arithmetic: Arithmetic): TensorIndex {
    if (!this.isReal(index) || arithmetic === this.ownOf(index)) return index;
    const original = tensorAt(this.graph, index);
    return this.add(`${index} in ${arithmetic}`, () =>
      this.versionOf({ ...original, name: `${original.name}/${arithmetic}` }, index, arithmetic),
    );
  }

  private push(node: Node, origin?: number): void {
    this.nodes.push(node);
    this.origins.push(origin);
  }

  /** What a node of some arithmetic reads: that version of a tensor, which is converted where nothing has computed it. */
  read(index: TensorIndex, arithmetic: Arithmetic): TensorIndex {
    const version = this.version(index, arithmetic);
    if (!this.isReal(index) || tensorAt(this.graph, index).data !== undefined) return version;
    const computed = this.computed.get(index) ?? [];
    const [from] = computed;
    if (from === undefined || computed.includes(arithmetic)) return version;
    const operator = arithmetic === "float32" ? "dequantize" : "quantize";
    const { name } = this.tensors[version] as Tensor;
    const inputs = [this.version(index, from)];
    this.push({ name: `${name}/${operator}`, operator, attributes: {}, inputs, outputs: [version] });
    this.computed.set(index, [...computed, arithmetic]);
    return version;
  }

  /** How a node that computes in some arithmetic takes what multiplies its weights. */
  private weightedInput(index: TensorIndex | undefined, arithmetic: Arithmetic): WeightedInput | undefined {
    if (arithmetic === "float32") return { scale: 1, bias: "float32" };
    const parameters = this.parameters[arithmetic][index ?? -1];
    return parameters && { scale: parameters.scale, bias: arithmetic === "int8" ? "int32" : "int64" };
  }

  /** A constant input as integers with a scale for each index of an axis. */
  private setWeights(
    inputs: TensorIndex[],
    { weights, bias, axis }: { weights: number; bias?: number | undefined; axis: number | undefined },
    made: { weights: Tensor; bias: Tensor | undefined },
    by: string,
  ): void {
    const scales = (made.weights.quantization as Quantization).scale.join();
    inputs[weights] = this.add(`${inputs[weights]} along ${axis} as ${by}: ${scales}`, () => made.weights);
    if (made.bias === undefined || bias === undefined) return;
    inputs[bias] = this.add(`${inputs[bias]} as ${by}: ${scales}`, () => made.bias as Tensor);
  }

  /** A node that keeps a state, in integers. */
  stateNode(node: Node, states: readonly KeptState[], origin: number | undefined): void {
    const dtypeOf = (position: number, side: "inputs" | "outputs"): IntegerArithmetic =>
      states.find((state) => state[side].includes(position))?.dtype ?? "int8";
    const weights = operatorNamed(node.operator).integers?.weights(bind(this.graph, node)) ?? [];
    const special = weights.flatMap(({ input, bias }) => [input, bias]);
    const inputs = node.inputs.map((index, position) =>
      special.includes(position) ? index : this.read(index, dtypeOf(position, "inputs")),
    );
    for (const each of weights) {
      const scale = this.scaleOfFactor(node, states, each.state);
      const made = quantizeInput(this.graph, node, each, scale);
      this.setWeights(inputs, { weights: each.input, bias: each.bias, axis: each.axis }, made, `by ${scale}`);
    }
    const outputs = node.outputs.map((index, position) => {
      const dtype = dtypeOf(position, "outputs");
      this.computed.set(index, [dtype]);
      return this.version(index, dtype);
    });
    this.push({ ...node, inputs, outputs }, origin);
  }

  /** Scale of what weights of a node are multiplied by: its first input, or one of its states. */
  private scaleOfFactor(node: Node, states: readonly KeptState[], state: number | undefined): number {
    if (state === undefined) return this.parameters.int8[node.inputs[0] as TensorIndex]?.scale as number;
    const [holder, wide] = states
      .slice(state, state + 2)
      .map((each) => stateHolders(this.graph, node, each)[0]);
    if (holder !== undefined) return this.parameters.int8[holder]?.scale as number;
    const { scale } = (wide === undefined ? undefined : this.parameters.int16[wide]) ?? wideParameters();
    return scale * 2 ** 8;
  }

  /** Weights of a node that stays in float32, in fewer bits. */
  private floatWeights(inputs: TensorIndex[], node: Node, kind: WeightKind): void {
    if (kind === "float32") return;
    for (const { input, axis } of operatorNamed(node.operator).quantization.floatWeights ?? []) {
      const index = node.inputs[input] ?? -1;
      const weights = this.graph.tensors[index];
      if (!(weights?.data instanceof Float32Array)) continue;
      inputs[input] = index;
      const made = quantizeWeights(weights, axis, undefined, { scale: 1, bias: "float32" }, kind);
      this.setWeights(inputs, { weights: input, axis }, made, kind);
    }
  }

  /** A node that computes in some arithmetic, with weights of some kind. */
  node(node: Node, { arithmetic, weights: kind }: NodeScheme, origin: number | undefined): void {
    const positions = weightPositions(this.graph, node);
    const input = this.weightedInput(node.inputs[0], arithmetic);
    const hasWeights = positions.weights !== undefined && input !== undefined && kind !== "float32";
    const special = hasWeights ? [positions.weights, positions.bias] : [];
    const inputs = node.inputs.map((index, position) =>
      special.includes(position) ? index : this.read(index, arithmetic),
    );
    if (hasWeights) {
      const weights = node.inputs[positions.weights as number] as TensorIndex;
      const bias = positions.bias === undefined ? undefined : (node.inputs[positions.bias] as TensorIndex);
      const given = bias === undefined ? undefined : tensorAt(this.graph, bias);
      const made = quantizeWeights(tensorAt(this.graph, weights), positions.axis, given, input, kind);
      const scales = (made.weights.quantization as Quantization).scale.join();
      const key = `${weights} along ${positions.axis} as ${kind}: ${scales}`;
      inputs[positions.weights as number] = this.add(key, () => made.weights);
      if (made.bias !== undefined) {
        const biasKey = `${bias} as ${input.bias} at ${input.scale}: ${scales}`;
        inputs[positions.bias as number] = this.add(biasKey, () => made.bias as Tensor);
      }
    }
    if (arithmetic === "float32") this.floatWeights(inputs, node, kind);
    const outputs = node.outputs.map((index) => this.version(index, arithmetic));
    for (const index of node.outputs) if (this.isReal(index)) this.computed.set(index, [arithmetic]);
    this.push({ ...node, inputs, outputs }, origin);
  }
}

/** What a node computes in: float32 where its operator has no other form; what keeps a state has one of int8 alone. */
function computesIn(graph: Graph, node: Node, { arithmetic }: NodeScheme): Arithmetic {
  const { integers, quantization } = operatorNamed(node.operator);
  if (integers !== undefined) {
    const isInteger = arithmetic === "int8" && keptStates(graph, node) !== undefined;
    return isInteger ? "int8" : "float32";
  }
  return quantization.output === "float" ? "float32" : arithmetic;
}

/** What a node's output of that number is in, by itself. */
function writesIn(graph: Graph, node: Node, position: number, scheme: NodeScheme): Arithmetic {
  if (operatorNamed(node.operator).integers === undefined) return scheme.arithmetic;
  const arithmetic = computesIn(graph, node, scheme);
  if (arithmetic === "float32") return arithmetic;
  return keptStates(graph, node)?.find(({ outputs }) => outputs.includes(position))?.dtype ?? arithmetic;
}

/** Variables that a node moves values from or to. */
function movedVariables({ operator, variables = [] }: Node): readonly number[] {
  return operatorNamed(operator).moves === true ? variables : [];
}

/**
 * In what each tensor is by itself: as its writer says; an input as its first reader, and what ties an input as that. Behind
 * them variables: as what is moved to them, or as what keeps a state in them.
 *
 * @param variables what is known of variables already: what is moved from them is in that
 */
function ownArithmetics(
  graph: Graph,
  schemeOf: (at: number) => NodeScheme,
  variables?: readonly (Arithmetic | undefined)[],
): { own: Arithmetic[]; schemes: NodeScheme[] } {
  const own: Arithmetic[] = graph.tensors.map(() => plainScheme.arithmetic);
  const held: (Arithmetic | undefined)[] = (graph.variables ?? []).map((_, i) => variables?.[i]);
  const readers = new Map<TensorIndex, number>();
  for (const [at, { inputs }] of graph.nodes.entries())
    for (const index of inputs) if (!readers.has(index)) readers.set(index, at);
  for (const index of graph.inputs) {
    const reader = readers.get(index);
    if (reader !== undefined) own[index] = schemeOf(reader).arithmetic;
  }
  const schemes = graph.nodes.map((node, at) => {
    const given = schemeOf(at);
    const before = own[node.inputs[0] ?? -1];
    const [variable] = movedVariables(node);
    const moved = variable === undefined ? undefined : variables?.[variable];
    const tied = moved ?? (isAsInput(node) ? before : undefined);
    const scheme = tied === undefined ? given : { ...given, arithmetic: tied };
    for (const [position, index] of node.outputs.entries())
      own[index] = writesIn(graph, node, position, scheme);
    if (variable !== undefined && before !== undefined) held[variable] ??= before;
    else if (operatorNamed(node.operator).integers !== undefined)
      for (const [i, each] of (node.variables ?? []).entries()) held[each] = keepsIn(graph, node, i, scheme);
    return scheme;
  });
  if (variables === undefined && held.length > 0) return ownArithmetics(graph, schemeOf, held);
  return { own: [...own, ...held.map((arithmetic) => arithmetic ?? plainScheme.arithmetic)], schemes };
}

/** What a node keeps in its variable of that number. */
function keepsIn(graph: Graph, node: Node, variable: number, scheme: NodeScheme): Arithmetic {
  if (computesIn(graph, node, scheme) === "float32") return "float32";
  return keptStates(graph, node)?.find(({ variables }) => variables.includes(variable))?.dtype ?? "int8";
}

/**
 * A float32 graph quantized by ranges that are known: activations with one scale and zero point a tensor, int8 or int16;
 * weights int8 or int4, symmetric, one scale for each output channel; int32 or int64 bias. Nodes for which TFLite has no
 * integer form, or that are to compute in float32, do so between conversions. Source: the TFLite 8-bit quantization
 * specification; operators say how each is treated (`Operator.quantization`).
 *
 * @param graph whose real numbers are all float32
 * @param schemes how each node is quantized, by its number; int8 by default
 * @returns a graph of which operators may refuse nodes: `checkOperators` tells
 */
export function quantizeByRanges(
  graph: Graph,
  known: KnownRanges,
  schemes: readonly (NodeScheme | undefined)[] = [],
): QuantizedGraph {
  const separated = separateFixed(graph, known.int8.slice(0, graph.tensors.length));
  const constants = constantRanges(separated.graph);
  const rangesOf = (given: readonly (Range | undefined)[]): (Range | undefined)[] => [
    ...separated.graph.tensors.map(
      (_, index) =>
        (index < graph.tensors.length ? given[index] : separated.ranges[index]) ?? constants[index],
    ),
    ...given.slice(graph.tensors.length),
  ];
  const { own, schemes: all } = ownArithmetics(separated.graph, (at) => {
    const origin = separated.origins[at];
    return (origin === undefined ? undefined : schemes[origin]) ?? plainScheme;
  });
  const quantizing = new Quantizing(separated.graph, own, {
    int8: assignParameters(separated.graph, rangesOf(known.int8), "int8"),
    int16: assignParameters(separated.graph, rangesOf(known.int16), "int16"),
  });
  for (const [at, node] of separated.graph.nodes.entries()) {
    const scheme = all[at] as NodeScheme;
    const arithmetic = computesIn(separated.graph, node, scheme);
    const states = arithmetic === "int8" ? keptStates(separated.graph, node) : undefined;
    if (states === undefined) quantizing.node(node, { ...scheme, arithmetic }, separated.origins[at]);
    else quantizing.stateNode(node, states, separated.origins[at]);
  }
  const outputs = separated.graph.outputs.map((index) => quantizing.read(index, own[index] as Arithmetic));
  const { tensors, nodes, origins, variables } = quantizing;
  const hasVariables = separated.graph.variables !== undefined;
  const result = dropUnusedTensors({
    ...separated.graph,
    ...{ tensors, nodes, outputs },
    ...(hasVariables && { variables }),
  });
  return { graph: result, origins };
}

/** Whether a graph computes real numbers in float32 alone, so that it can be quantized, for which samples are needed. */
export function canBeQuantized(graph: Graph): boolean {
  return isFloat(withoutFloatEnds(graph));
}

/**
 * Plain post-training quantization of a float32 graph to int8: the ranges are all that is seen on the samples, weights are
 * rounded to the nearest. It is what better quantization is measured against.
 *
 * @param graph whose real numbers are all float32
 * @param samples samples[i][j] holds input j of sample i, in real values
 * @returns a graph that passes every operator's validation; the same samples give the same graph
 * @throws `calibration-missing`, `calibration-invalid`; `model-unsupported` where an operator cannot run with the parameters found
 */
export function quantizeGraph(graph: Graph, samples: Samples): Graph {
  const ranges = samples === "assumed" ? assumedRanges(graph) : calibrate(graph, samples);
  const quantized = quantizeByRanges(graph, { int8: ranges, int16: ranges }).graph;
  checkOperators(quantized);
  return quantized;
}
