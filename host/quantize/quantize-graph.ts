import { dropUnusedTensors } from "../graph/drop-unused-tensors.js";
import { type Graph, tensorAt } from "../graph/graph.js";
import type { Node, TensorIndex } from "../graph/node.js";
import type { Quantization, Tensor } from "../graph/tensor.js";
import { checkOperators } from "../ops/check.js";
import { operatorNamed } from "../ops/index.js";
import type { KeptState } from "../ops/operator.js";
import { type AffineParameters, toInt8 } from "./affine-parameters.js";
import { assumedRanges, type Calibration, calibrate, type Range, rangeOf } from "./calibrate.js";
import { withoutFloatEnds } from "./float-ends.js";
import { isFloat } from "./graph-kind.js";
import {
  floatVariables,
  integerWeights,
  keptStates,
  ofStateType,
  quantizeInput,
  type StateType,
  wideType,
} from "./kept-states.js";
import { assignParameters, separateFixed } from "./parameter-groups.js";
import { quantizeWeights } from "./quantize-weights.js";

function perTensorQuantization({ scale, zeroPoint }: AffineParameters): Quantization {
  return { scale: [scale], zeroPoint: [zeroPoint], axis: 0 };
}

/** Positions of a node's constant float inputs that are weights or bias: these have rules of their own. */
function weightPositions(graph: Graph, node: Node): { weights?: number; bias?: number; axis: number } {
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

class Quantizing {
  readonly tensors: Tensor[];
  readonly variables: Tensor[];
  readonly nodes: Node[] = [];
  private readonly graph: Graph;
  private readonly parameters: readonly (AffineParameters | undefined)[];
  private readonly states: Calibration["states"];
  private readonly inFloat: ReadonlySet<number>;
  /** Tensors of int16 that nodes have written beside those of int8. */
  private readonly wide = new Map<TensorIndex, TensorIndex>();
  /** Quantized weights and biases by what they were made from, so that equal ones are made once. */
  private readonly made = new Map<string, TensorIndex>();
  /** Tensors of float32 that nodes have written. */
  private readonly written = new Set<TensorIndex>();
  /** Tensors that nodes read or that are outputs. */
  private readonly needed: ReadonlySet<TensorIndex>;

  constructor(graph: Graph, ranges: readonly (Range | undefined)[], states: Calibration["states"]) {
    this.graph = graph;
    this.states = states;
    this.inFloat = floatVariables(graph);
    const parameters = assignParameters(graph, ranges, states, this.inFloat);
    this.parameters = parameters;
    this.needed = new Set([...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs]);
    this.tensors = graph.tensors.map((tensor, index) => this.perTensor(tensor, parameters[index]));
    this.variables = (graph.variables ?? []).map((variable, i) => {
      const own = parameters[graph.tensors.length + i];
      const stays = this.inFloat.has(i) || own === undefined;
      return stays ? variable : ofStateType(variable, { dtype: "int8", ...own });
    });
  }

  private perTensor(tensor: Tensor, parameters: AffineParameters | undefined): Tensor {
    if (tensor.dtype !== "float32" || parameters === undefined) return tensor;
    const quantization = perTensorQuantization(parameters);
    if (tensor.data === undefined) return { ...tensor, dtype: "int8", quantization };
    return { ...tensor, dtype: "int8", quantization, data: toInt8(tensor.data as Float32Array, parameters) };
  }

  private add(key: string, tensor: Tensor): TensorIndex {
    const existing = this.made.get(key);
    if (existing !== undefined) return existing;
    const index = this.tensors.push(tensor) - 1;
    this.made.set(key, index);
    return index;
  }

  /** A tensor of float32 beside that of int8 into which one of the graph's was made. */
  private float(index: TensorIndex): TensorIndex {
    const original = tensorAt(this.graph, index);
    return this.add(`${index} in float32`, { ...original, name: `${original.name}/float32` });
  }

  private convert(operator: "quantize" | "dequantize", from: TensorIndex, to: TensorIndex): void {
    const { name } = this.tensors[to] as Tensor;
    this.nodes.push({ name: `${name}/${operator}`, operator, attributes: {}, inputs: [from], outputs: [to] });
  }

  /** Whether a tensor of the graph holds real numbers. */
  private isReal(index: TensorIndex): boolean {
    return index >= 0 && tensorAt(this.graph, index).dtype === "float32";
  }

  /** What a node that stays in float32 reads: the tensor of float32, which is dequantized where nothing has written it. */
  private floatInput(index: TensorIndex): TensorIndex {
    if (!this.isReal(index)) return index;
    const float = this.float(index);
    const isConstant = tensorAt(this.graph, index).data !== undefined;
    const from = this.wide.get(index) ?? index;
    if (!isConstant && !this.written.has(float)) this.convert("dequantize", from, float);
    this.written.add(float);
    return float;
  }

  /** Weights of a node that stays in float32, in int8; undefined of any other input. */
  private floatWeights({ operator, inputs }: Node, position: number): TensorIndex | undefined {
    const rule = operatorNamed(operator).quantization.floatWeights?.find(({ input }) => input === position);
    const index = inputs[position] as TensorIndex;
    const weights = this.graph.tensors[index];
    if (rule === undefined || !(weights?.data instanceof Float32Array)) return undefined;
    const key = `${index} along ${rule.axis} of float32`;
    return this.add(key, quantizeWeights(weights, rule.axis, undefined, 1).weights);
  }

  /** A node that stays in float32: what it reads is dequantized, what it writes quantized. */
  private floatNode(node: Node): void {
    const inputs = node.inputs.map(
      (index, position) => this.floatWeights(node, position) ?? this.floatInput(index),
    );
    const outputs = node.outputs.map((index) => (this.isReal(index) ? this.float(index) : index));
    this.nodes.push({ ...node, inputs, outputs });
    for (const [i, float] of outputs.entries()) {
      const own = node.outputs[i] as TensorIndex;
      if (float === own) continue;
      this.written.add(float);
      if (this.needed.has(own)) this.convert("quantize", float, own);
    }
  }

  /** Type of the integers that hold a node's state number `i`. */
  private stateType(node: Node, states: readonly KeptState[], i: number): StateType {
    const { dtype, outputs, variables } = states[i] as KeptState;
    if (dtype === "int16") return wideType(this.states.get(node)?.[i] as Range);
    const [holder] = [
      ...outputs.map((position) => node.outputs[position] as TensorIndex),
      ...variables.map((at) => this.graph.tensors.length + (node.variables?.[at] as number)),
    ];
    const own = holder === undefined ? undefined : this.parameters[holder];
    if (own !== undefined) return { dtype, ...own };
    return { dtype, scale: this.stateType(node, states, i + 1).scale * 2 ** 8, zeroPoint: 0 };
  }

  /** A tensor of the graph as one of a state's type, converted from what there is of it in most bits. */
  private asState(index: TensorIndex, type: StateType): TensorIndex {
    const original = tensorAt(this.graph, index);
    const float = this.float(index);
    const from = this.written.has(float) ? float : (this.wide.get(index) ?? index);
    const { dtype, quantization } = this.tensors[from] as Tensor;
    const [scale, zeroPoint] = [quantization?.scale[0], quantization?.zeroPoint[0]];
    if (dtype === type.dtype && scale === type.scale && zeroPoint === type.zeroPoint) return from;
    const tensor = ofStateType({ ...original, name: `${original.name}/${type.dtype}` }, type);
    const count = this.tensors.length;
    const own = this.add(`${index} as ${type.dtype} ${type.scale} ${type.zeroPoint}`, tensor);
    if (own === count && original.data === undefined) this.convert("quantize", from, own);
    return own;
  }

  /** A node that keeps a state, in integers. */
  private integerNode(node: Node, states: readonly KeptState[]): void {
    const types = states.map((_, i) => this.stateType(node, states, i));
    const inputs = node.inputs.map((index, position) => {
      const type = types[states.findIndex((state) => state.inputs.includes(position))];
      return index < 0 || type === undefined ? index : this.asState(index, type);
    });
    for (const each of integerWeights(this.graph, node)) {
      const scale = each.state === undefined ? this.scaleOf(node.inputs[0]) : types[each.state]?.scale;
      const made = quantizeInput(this.graph, node, each, scale as number);
      const key = `${made.weights.quantization?.scale.join()} of ${scale}`;
      inputs[each.input] = this.add(`${node.inputs[each.input]} in ${key}`, made.weights);
      if (each.bias !== undefined && made.bias !== undefined)
        inputs[each.bias] = this.add(`${node.inputs[each.bias]} with ${key}`, made.bias);
    }
    const outputs = node.outputs.map((index, position) => {
      const type = types[states.findIndex((state) => state.outputs.includes(position))];
      if (type?.dtype !== "int16") return index;
      const { name, dtype: _, ...tensor } = tensorAt(this.graph, index);
      const wide = ofStateType({ ...tensor, name: `${name}/int16`, dtype: "int16" }, type);
      this.wide.set(index, this.tensors.push(wide) - 1);
      return this.wide.get(index) as TensorIndex;
    });
    for (const [i, { variables }] of states.entries())
      for (const at of variables) {
        const variable = node.variables?.[at] as number;
        this.variables[variable] = ofStateType(
          this.graph.variables?.[variable] as Tensor,
          types[i] as StateType,
        );
      }
    this.nodes.push({ ...node, inputs, outputs });
    for (const [position, index] of node.outputs.entries())
      if (outputs[position] !== index && this.needed.has(index))
        this.convert("quantize", outputs[position] as TensorIndex, index);
  }

  private scaleOf(index: TensorIndex | undefined): number | undefined {
    return this.parameters[index ?? -1]?.scale;
  }

  /** Whether a node stays in float32: its operator has no other form, or its variable does. */
  private staysFloat({ operator, variables = [] }: Node): boolean {
    const isFloat = operatorNamed(operator).quantization.output === "float";
    return isFloat || variables.some((variable) => this.inFloat.has(variable));
  }

  node(node: Node): void {
    const states = keptStates(this.graph, node);
    if (states !== undefined) {
      this.integerNode(node, states);
      return;
    }
    if (this.staysFloat(node)) {
      this.floatNode(node);
      return;
    }
    const positions = weightPositions(this.graph, node);
    const input = this.parameters[node.inputs[0] ?? -1];
    if (positions.weights === undefined || input === undefined) {
      this.nodes.push(node);
      return;
    }
    const weightsIndex = node.inputs[positions.weights] as TensorIndex;
    const biasIndex = positions.bias === undefined ? undefined : (node.inputs[positions.bias] as TensorIndex);
    const bias = biasIndex === undefined ? undefined : tensorAt(this.graph, biasIndex);
    const quantized = quantizeWeights(tensorAt(this.graph, weightsIndex), positions.axis, bias, input.scale);
    const scales = (quantized.weights.quantization as Quantization).scale.join();
    const inputs = [...node.inputs];
    inputs[positions.weights] = this.add(
      `${weightsIndex} along ${positions.axis}: ${scales}`,
      quantized.weights,
    );
    if (quantized.bias !== undefined && positions.bias !== undefined) {
      inputs[positions.bias] = this.add(`${biasIndex} at ${input.scale}: ${scales}`, quantized.bias);
    }
    this.nodes.push({ ...node, inputs });
  }
}

/** Whether a graph computes real numbers in float32 alone, so that it can be quantized, for which samples are needed. */
export function canBeQuantized(graph: Graph): boolean {
  return isFloat(withoutFloatEnds(graph));
}

/**
 * Post-training quantization of a float32 graph: int8 activations with one scale and zero point a tensor, from the
 * ranges seen on the samples; int8 weights, symmetric, one scale for each output channel; int32 bias and
 * accumulators; model inputs and outputs int8. Nodes for which TFLite has no int8 form stay in float32. Source: the TFLite 8-bit quantization specification; operators say
 * how each is treated (`Operator.quantization`).
 *
 * @param graph whose real numbers are all float32
 * @param samples samples[i][j] holds input j of sample i, in real values
 * @returns a graph that passes every operator's validation; the same samples give the same graph
 * @throws `calibration-missing`, `calibration-invalid`; `model-unsupported` where an operator cannot run with the
 * parameters found
 */
export function quantizeGraph(graph: Graph, samples: Samples): Graph {
  const known = samples === "assumed" ? assumedRanges(graph) : calibrate(graph, samples);
  const separated = separateFixed(graph, known.ranges);
  const constants = constantRanges(separated.graph);
  const ranges = separated.graph.tensors.map((_, index) => separated.ranges[index] ?? constants[index]);
  const quantizing = new Quantizing(separated.graph, ranges, known.states);
  for (const node of separated.graph.nodes) quantizing.node(node);
  const { tensors, nodes, variables } = quantizing;
  const result = dropUnusedTensors({
    ...separated.graph,
    tensors,
    nodes,
    ...(variables.length > 0 && { variables }),
  });
  checkOperators(result);
  return result;
}
