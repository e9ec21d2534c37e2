import { bind, type Graph } from "../graph/graph.js";
import type { BoundNode, Node, TensorIndex } from "../graph/node.js";
import { elementCount, integerRange, perTensor, type Tensor } from "../graph/tensor.js";
import { readersOf, writersOf } from "../graph/uses.js";
import { biasLimit, roundHalfEven, roundsOnce, sameParameters } from "../numerics/requantization.js";
import { inferredTypes, refusalOf } from "../ops/check.js";
import { operatorNamed } from "../ops/index.js";
import { anyOrder } from "../ops/operator.js";
import { removeDeadNodes } from "./remove-dead-nodes.js";

/**
 * Makes nodes of integers of those of float32 that stand between dequantizations and a quantization, as graphs have them that
 * were quantized before they were exported. What only moves elements is done before they are dequantized; functions of one
 * byte become tables of what they are defined as; sums of products take
 * integers that are rescaled and rounded once. What no operator takes as integers stays as it is.
 */
export function fuseQuantization(graph: Graph): Graph {
  return graph.nodes.some((node) => isDefinition(node, graph.tensors))
    ? removeDeadNodes(new Fusing(raiseQuantizations(graph)).graph())
    : graph;
}

/** Whether a node quantizes as ONNX does. TFLite's models have quantizations between integers alone where they are meant so. */
function isDefinition({ operator, outputs: [output = -1] }: Node, tensors: readonly Tensor[]): boolean {
  return operator === "quantize" && roundsOnce(tensors[output] as Tensor);
}

/** Operators that answer elements of one tensor, of which a quantization keeps the order. */
const raisable = new Set(["reshape", "view", "maxPool2d"]);

/** The node that moves what a quantization reads, where nothing else wants that; undefined where it reads anything else. */
function moverBefore(
  { tensors, outputs }: Graph,
  quantization: Node,
  readers: ReturnType<typeof readersOf>,
  writers: ReturnType<typeof writersOf>,
): Node | undefined {
  const [moved = -1] = quantization.inputs;
  const mover = writers.get(moved);
  if (!isDefinition(quantization, tensors) || mover === undefined || !raisable.has(mover.operator))
    return undefined;
  if (readers.get(moved)?.length !== 1 || outputs.includes(moved)) return undefined;
  const { data, dtype } = tensors[mover.inputs[0] ?? -1] as Tensor;
  return data === undefined && dtype === "float32" ? mover : undefined;
}

/**
 * Quantizations before what moves the elements of one tensor, and nothing else reads: what computes the numbers is then next to
 * its quantization. One rises above one node at a time, until all of them are next to what computes.
 */
function raiseQuantizations(graph: Graph): Graph {
  const tensors = [...graph.tensors];
  let current: Graph = { ...graph, tensors };
  for (;;) {
    const [readers, writers] = [readersOf(current), writersOf(current)];
    const quantizationBehind = new Map<Node, Node>();
    for (const node of current.nodes) {
      const mover = moverBefore(current, node, readers, writers);
      if (mover !== undefined) quantizationBehind.set(mover, node);
    }
    if (quantizationBehind.size === 0) return current;
    const raised = new Set(quantizationBehind.values());
    const nodes = current.nodes.flatMap((node): Node[] => {
      const quantization = quantizationBehind.get(node);
      if (quantization === undefined) return raised.has(node) ? [] : [node];
      const [input = -1] = node.inputs;
      const [output = -1] = quantization.outputs;
      const { shape } = tensors[input] as Tensor;
      const made = tensors.push({ ...(tensors[output] as Tensor), shape }) - 1;
      return [
        { ...quantization, inputs: [input], outputs: [made] },
        { ...node, inputs: [made], outputs: [output] },
      ];
    });
    current = { ...current, nodes };
  }
}

class Fusing {
  private readonly tensors: Tensor[];
  private readonly nodes: Node[] = [];
  /** The integers that a tensor of float32 is dequantized from. */
  private readonly integers = new Map<TensorIndex, TensorIndex>();
  private readonly readers: ReadonlyMap<TensorIndex, readonly Node[]>;
  /** Tensors of integers that a node has written already, in place of the quantization that the graph has. */
  private readonly written = new Set<TensorIndex>();

  constructor(private readonly before: Graph) {
    this.tensors = [...before.tensors];
    this.readers = readersOf(before);
  }

  graph(): Graph {
    for (const node of this.before.nodes) this.add(node);
    return { ...this.before, tensors: this.tensors, nodes: this.nodes };
  }

  private tensor(index: TensorIndex): Tensor {
    return this.tensors[index] as Tensor;
  }

  private add(node: Node): void {
    const [input = -1] = node.inputs;
    const [output = -1] = node.outputs;
    if (node.operator === "dequantize" && this.isByte(input) && this.tensor(input).data === undefined)
      this.integers.set(output, input);
    const isDone =
      this.written.has(output) ||
      this.requantize(node) ||
      this.move(node) ||
      this.tabulate(node) ||
      this.join(node) ||
      this.compute(node);
    if (!isDone) this.nodes.push(node);
  }

  /** Whether a tensor is int8 of one scale. */
  private isByte(index: TensorIndex): boolean {
    const tensor = this.before.tensors[index];
    return tensor?.dtype === "int8" && perTensor(tensor) !== undefined;
  }

  private bound(node: Node): BoundNode {
    return bind({ ...this.before, tensors: this.tensors }, node);
  }

  /** The node's only output where quantizations to int8 of one scale are all that reads it: those. */
  private quantizations(node: Node): { nodes: readonly Node[]; output: TensorIndex } | undefined {
    const [float, ...others] = node.outputs;
    if (float === undefined || others.length > 0 || this.before.outputs.includes(float)) return undefined;
    if (this.tensor(float).dtype !== "float32") return undefined;
    const nodes = this.readers.get(float) ?? [];
    const outputs = nodes.map(({ outputs: [output = -1] }) => output);
    const [output] = outputs;
    const areQuantizations = nodes.every((node) => isDefinition(node, this.tensors));
    if (output === undefined || !areQuantizations || !outputs.every((index) => this.isByte(index)))
      return undefined;
    const isOne = outputs.every((index) => sameParameters(this.tensor(index), this.tensor(output)));
    return isOne ? { nodes, output } : undefined;
  }

  /** Writes a node of integers in place of one and of the quantizations behind it. */
  private replace(made: Node, { nodes, output }: { nodes: readonly Node[]; output: TensorIndex }): void {
    this.nodes.push({ ...made, outputs: [output] });
    for (const { outputs, name } of nodes) {
      const [other = -1] = outputs;
      this.written.add(other);
      if (other === output) continue;
      const attributes = { shape: this.tensor(other).shape };
      this.nodes.push({ name, operator: "reshape", attributes, inputs: [output], outputs: [other] });
    }
  }

  private isTaken(node: Node): boolean {
    return refusalOf(node.operator, this.bound(node)) === undefined;
  }

  /** A quantization of what was dequantized: from the integers to the integers, or nothing at all. */
  private requantize(node: Node): boolean {
    const [input = -1] = node.inputs;
    const [output = -1] = node.outputs;
    const from = this.integers.get(input);
    if (!isDefinition(node, this.tensors) || from === undefined || !this.isByte(output)) return false;
    if (sameParameters(this.tensor(from), this.tensor(output))) {
      const attributes = { shape: this.tensor(output).shape };
      this.nodes.push({ ...node, operator: "reshape", attributes, inputs: [from] });
      return true;
    }
    const table = this.tableOf(this.tensor(from), this.tensor(output), (value) => value);
    this.nodes.push({ ...node, operator: "lookupTable", attributes: { table }, inputs: [from] });
    return true;
  }

  /** What moves elements of one tensor, or keeps some of them, is done to the integers, which are dequantized behind it. */
  private move(node: Node): boolean {
    const [input = -1] = node.inputs;
    const [output, ...others] = node.outputs;
    const from = this.integers.get(input);
    if (from === undefined || output === undefined || others.length > 0) return false;
    if (operatorNamed(node.operator).quantization.output !== "as-input" || node.operator === "dequantize")
      return false;
    if (node.inputs.slice(1).some((index) => this.isReal(index)) || this.tensor(output).dtype !== "float32")
      return false;
    const { dtype, quantization } = this.tensor(from);
    const own = { ...this.tensor(output), dtype, ...(quantization && { quantization }) };
    const made = this.tensors.push(own) - 1;
    const moved = { ...node, inputs: [from, ...node.inputs.slice(1)], outputs: [made] };
    if (!this.keepsValues(node) || !this.isTaken(moved)) {
      this.tensors.pop();
      return false;
    }
    this.nodes.push(moved);
    this.integers.set(output, made);
    this.nodes.push({
      name: `${node.name}/dequantize`,
      operator: "dequantize",
      attributes: {},
      inputs: [made],
      outputs: [output],
    });
    return true;
  }

  /** Whether an operator of one real input answers elements of it, or what a border of 0 adds, and computes nothing. */
  private keepsValues({ operator, attributes }: Node): boolean {
    if (operator === "pad") return (attributes as { value: number }).value === 0;
    return (
      operatorNamed(operator).moves === true || ["maxPool2d", "reduceMax", "reduceMin"].includes(operator)
    );
  }

  private isReal(index: TensorIndex): boolean {
    return index >= 0 && this.tensor(index).dtype === "float32";
  }

  /** What a function of single elements makes of each byte, in the order of the unsigned byte. */
  private tableOf(from: Tensor, to: Tensor, real: (value: number) => number): Uint8Array {
    const [input, output] = [perTensor(from), perTensor(to)] as { scale: number; zeroPoint: number }[];
    const [low, high] = integerRange.int8;
    return Uint8Array.from({ length: 256 }, (_, byte) => {
      const q = byte < 128 ? byte : byte - 256;
      const value = Math.fround(real(Math.fround((input?.scale ?? 1) * (q - (input?.zeroPoint ?? 0)))));
      const steps = roundHalfEven(Math.fround(value / (output?.scale ?? 1))) + (output?.zeroPoint ?? 0);
      return (Number.isNaN(steps) ? low : Math.min(high, Math.max(low, steps))) & 255;
    });
  }

  /** Functions of single elements, of others too where all but one operand are one number each: a table of bytes. */
  private tabulate(node: Node): boolean {
    const operator = operatorNamed(node.operator);
    const target = this.quantizations(node);
    if (target === undefined || operator.reordered !== anyOrder || (node.variables ?? []).length > 0)
      return false;
    const positions = [...node.inputs.keys()].filter((i) => this.integers.has(node.inputs[i] as number));
    const [position, ...more] = positions;
    if (position === undefined || more.length > 0) return false;
    const bound = this.bound(node);
    const isNumber = (tensor: Tensor | undefined, i: number): boolean =>
      i === position ||
      tensor === undefined ||
      (tensor.data !== undefined && elementCount(tensor.shape) === 1);
    const from = this.tensor(this.integers.get(node.inputs[position] as number) as number);
    if (
      !bound.inputs.every(isNumber) ||
      elementCount(from.shape) !== elementCount(this.tensor(target.output).shape)
    )
      return false;
    const one: BoundNode = {
      ...bound,
      inputs: bound.inputs.map((tensor, i) => tensor && { ...tensor, shape: i === position ? [1] : [] }),
      outputs: bound.outputs.map((tensor) => ({ ...tensor, shape: [1] })),
    };
    const numbers = bound.inputs.map(
      (tensor) => tensor?.data && Float32Array.from(tensor.data as Float32Array, Number),
    );
    const real = (value: number): number =>
      operator.reference(
        one,
        numbers.map((constant, i) => (i === position ? Float32Array.of(value) : constant)),
      )[0]?.[0] as number;
    const table = this.tableOf(from, this.tensor(target.output), real);
    const input = this.integers.get(node.inputs[position] as number) as number;
    const inputs = [this.reshaped(input, this.tensor(target.output).shape)];
    this.replace({ ...node, operator: "lookupTable", attributes: { table }, inputs }, target);
    return true;
  }

  /** Integers in another shape: that of what they were broadcast to, which may have more axes of length 1. */
  private reshaped(input: TensorIndex, shape: readonly number[]): TensorIndex {
    const tensor = this.tensor(input);
    if (tensor.shape.join() === shape.join()) return input;
    const output = this.tensors.push({ ...tensor, shape }) - 1;
    const name = `${tensor.name}/reshape`;
    this.nodes.push({ name, operator: "reshape", attributes: { shape }, inputs: [input], outputs: [output] });
    return output;
  }

  /** What chooses among elements of several tensors: each is requantized to the output's scale before. */
  private join(node: Node): boolean {
    const target = this.quantizations(node);
    const isChoice = ["concatenation", "maximum", "minimum"].includes(node.operator);
    if (target === undefined || !isChoice || !node.inputs.every((index) => this.source(index) !== undefined))
      return false;
    const output = this.tensor(target.output);
    const inputs = node.inputs.map((index): TensorIndex => {
      const from = this.source(index) as number;
      const tensor = this.tensor(from);
      if (sameParameters(tensor, output)) return from;
      const table = this.tableOf(tensor, output, (value) => value);
      const own = { ...tensor, ...(output.quantization && { quantization: output.quantization }) };
      if (tensor.data !== undefined) {
        const data = Int8Array.from(tensor.data as Int8Array, (q) => table[q & 255] as number);
        return this.tensors.push({ ...own, data }) - 1;
      }
      const made = this.tensors.push(own) - 1;
      const name = `${tensor.name}/requantize`;
      this.nodes.push({
        name,
        operator: "lookupTable",
        attributes: { table },
        inputs: [from],
        outputs: [made],
      });
      return made;
    });
    const made = { ...node, inputs, outputs: [target.output] };
    if (!this.isTaken(made)) return false;
    this.replace(made, target);
    return true;
  }

  /** The integers of a tensor: those that it is dequantized from, or that a constant came as. */
  private source(index: TensorIndex): TensorIndex | undefined {
    const known = this.integers.get(index);
    if (known !== undefined || index < 0) return known;
    const { integers } = this.tensor(index);
    if (integers === undefined) return undefined;
    const made = this.tensors.push(integers) - 1;
    this.integers.set(index, made);
    return made;
  }

  /** Any other node whose operator takes the integers. */
  private compute(node: Node): boolean {
    const target = this.quantizations(node);
    if (target === undefined || node.operator === "quantize") return false;
    const { quantization, integers } = operatorNamed(node.operator);
    // What steps a state has that a node keeps is nowhere said.
    if (integers !== undefined) return false;
    const { weights, bias } = quantization;
    const inputs: TensorIndex[] = [];
    for (const [position, index] of node.inputs.entries()) {
      if (index < 0) inputs.push(index);
      else if (position === bias) inputs.push(-1);
      else {
        const own = this.isReal(index) ? this.source(index) : index;
        if (own === undefined) return false;
        inputs.push(own);
      }
    }
    if (bias !== undefined && node.inputs[bias] !== undefined && (node.inputs[bias] as number) >= 0) {
      const made = this.bias(
        node.inputs[bias] as number,
        inputs[0] as number,
        inputs[weights?.input ?? 1] as number,
      );
      if (made === undefined) return false;
      inputs[bias] = made;
    }
    const made = { ...node, inputs, outputs: [target.output] };
    const [type] = inferredTypes(node.operator, this.bound(made)) ?? [];
    if (type === undefined || type.dtype !== "int8" || !this.isTaken(made)) return false;
    this.replace(made, target);
    return true;
  }

  /** A bias as int32 of the scale that sums of products have; undefined where it is none, or does not fit. */
  private bias(index: TensorIndex, input: TensorIndex, weights: TensorIndex): TensorIndex | undefined {
    const bias = this.tensor(index);
    const inputScale = perTensor(this.tensor(input))?.scale;
    const scales = this.tensor(weights).quantization?.scale;
    if (!(bias.data instanceof Float32Array) || inputScale === undefined || scales === undefined)
      return undefined;
    const scale = Array.from(
      bias.data,
      (_, n) => inputScale * ((scales.length === 1 ? scales[0] : scales[n]) as number),
    );
    const data = Int32Array.from(bias.data, (value, n) => Math.round(value / (scale[n] as number)));
    if (bias.data.some((value, n) => Math.abs(value / (scale[n] as number)) > biasLimit)) return undefined;
    const quantization = { scale, zeroPoint: scale.map(() => 0), axis: 0 };
    const { stored: _, ...plain } = bias;
    return this.tensors.push({ ...plain, dtype: "int32", data, quantization }) - 1;
  }
}
