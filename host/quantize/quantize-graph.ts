import { dropUnusedTensors } from "../graph/drop-unused-tensors.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import type { Quantization, Tensor } from "../graph/tensor.js";
import { checkOperators } from "../ops/check.js";
import { operatorNamed } from "../ops/index.js";
import { type AffineParameters, type IntegerArithmetic, toCodes } from "./affine-parameters.js";
import { assumedRanges, calibrate, rangeOf } from "./calibrate.js";
import { withoutFloatEnds } from "./float-ends.js";
import { isFloat } from "./graph-kind.js";
import { assignParameters, isAsInput, separateFixed } from "./parameter-groups.js";
import type { Range } from "./ranges/range.js";
import { type Arithmetic, type NodeScheme, plainScheme } from "./scheme.js";
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

/** A quantized graph, and which node of the float graph each of its nodes computes; conversions compute none. */
export interface QuantizedGraph {
  graph: Graph;
  origins: readonly (number | undefined)[];
}

class Quantizing {
  readonly tensors: Tensor[];
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
   * @param own arithmetic in which each tensor is, where nothing asks for another
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
    const outputs = node.outputs.map((index) => this.version(index, arithmetic));
    for (const index of node.outputs) if (this.isReal(index)) this.computed.set(index, [arithmetic]);
    this.push({ ...node, inputs, outputs }, origin);
  }
}

/** What a node computes in: float32 where its operator has no other form. */
function computesIn(node: Node, { arithmetic }: NodeScheme): Arithmetic {
  return operatorNamed(node.operator).quantization.output === "float" ? "float32" : arithmetic;
}

/** In what each tensor is by itself: as its writer says; an input as its first reader, and what ties an input as that. */
function ownArithmetics(
  graph: Graph,
  schemeOf: (at: number) => NodeScheme,
): { own: Arithmetic[]; schemes: NodeScheme[] } {
  const own: Arithmetic[] = graph.tensors.map(() => plainScheme.arithmetic);
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
    const scheme = isAsInput(node) && before !== undefined ? { ...given, arithmetic: before } : given;
    for (const index of node.outputs) own[index] = scheme.arithmetic;
    return scheme;
  });
  return { own, schemes };
}

/**
 * A float32 graph quantized by ranges that are known: activations with one scale and zero point a tensor, int8 or int16;
 * weights int8 or int4, symmetric, one scale for each output channel; int32 or int64 bias. Nodes for which TFLite has no
 * integer form, or that are to compute in float32, do so between conversions. Source: the TFLite 8-bit quantization
 * specification; operators say how each is treated (`Operator.quantization`).
 *
 * @param graph whose real numbers are all float32
 * @param known ranges of activations, by tensor index
 * @param schemes how each node is quantized, by its number; int8 by default
 * @throws `model-unsupported` where an operator cannot run with the parameters found
 */
export function quantizeByRanges(
  graph: Graph,
  known: readonly (Range | undefined)[],
  schemes: readonly (NodeScheme | undefined)[] = [],
): QuantizedGraph {
  const separated = separateFixed(graph, known);
  const constants = constantRanges(separated.graph);
  const ranges = separated.graph.tensors.map((_, index) => separated.ranges[index] ?? constants[index]);
  const { own, schemes: all } = ownArithmetics(separated.graph, (at) => {
    const origin = separated.origins[at];
    return (origin === undefined ? undefined : schemes[origin]) ?? plainScheme;
  });
  const quantizing = new Quantizing(separated.graph, own, {
    int8: assignParameters(separated.graph, ranges, "int8"),
    int16: assignParameters(separated.graph, ranges, "int16"),
  });
  for (const [at, node] of separated.graph.nodes.entries()) {
    const scheme = all[at] as NodeScheme;
    const arithmetic = computesIn(node, scheme);
    quantizing.node(node, { ...scheme, arithmetic }, separated.origins[at]);
  }
  const outputs = separated.graph.outputs.map((index) => quantizing.read(index, own[index] as Arithmetic));
  const { tensors, nodes, origins } = quantizing;
  const result = dropUnusedTensors({ ...separated.graph, tensors, nodes, outputs });
  checkOperators(result);
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
 * @throws `calibration-missing`, `calibration-invalid`; `model-unsupported` as `quantizeByRanges`
 */
export function quantizeGraph(graph: Graph, samples: Samples): Graph {
  return quantizeByRanges(graph, samples === "assumed" ? assumedRanges(graph) : calibrate(graph, samples))
    .graph;
}
