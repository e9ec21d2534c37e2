import type { Graph } from "../../host/graph/graph.js";
import type { BoundNode, Node } from "../../host/graph/node.js";
import { NotRunnable } from "../../host/graph/not-runnable.js";
import { arrayTypes, elementCount, type Tensor, type TensorType } from "../../host/graph/tensor.js";
import { loweringOf } from "../../host/lower/index.js";
import {
  permuteView,
  repeatView,
  reverseView,
  type StridedView,
  sliceView,
  wholeView,
} from "../../host/numerics/strided-view.js";
import { operatorNamed } from "../../host/ops/index.js";
import { type Choices, choices } from "../link/random-numbers.js";

/** Element types that random graphs compute in. */
export type Numbers = "float32" | "int8" | "int16";

/** A graph that grows by one node after the other, each of tensors that there are. */
export class Growing {
  readonly tensors: Tensor[] = [];
  readonly nodes: Node[] = [];
  readonly variables: Tensor[] = [];
  /** Tensors that nodes may read: inputs and outputs of nodes. */
  readonly activations: number[] = [];

  constructor(
    readonly source: Choices,
    readonly numbers: Numbers,
    /** Elements of an output, at most. */
    private readonly mostElements = 600,
  ) {}

  /** A tensor of the graph's numbers; of integers with a scale of its own or, half the time, with that of all. */
  type(shape: readonly number[]): Tensor {
    const { source, numbers } = this;
    const name = `t${this.tensors.length}`;
    if (numbers === "float32") return { name, dtype: numbers, shape };
    const scale = Math.fround(source.chance(0.5) ? 0.05 : (1 + source.below(40)) / 400);
    const zeroPoint = numbers === "int16" ? 0 : source.chance(0.5) ? 3 : source.below(256) - 128;
    return { name, dtype: numbers, shape, quantization: { scale: [scale], zeroPoint: [zeroPoint], axis: 0 } };
  }

  add(tensor: Tensor): number {
    return this.tensors.push(tensor) - 1;
  }

  activation(tensor: Tensor): number {
    const index = this.add(tensor);
    this.activations.push(index);
    return index;
  }

  /** A constant with random elements, of the graph's numbers unless told. */
  constant(shape: readonly number[], own: Partial<Tensor> = {}): number {
    const tensor = { ...this.type(shape), ...own };
    const data = new arrayTypes[tensor.dtype](elementCount(shape));
    const { below } = this.source;
    for (let i = 0; i < data.length; i++) {
      const element = tensor.dtype === "float32" ? (below(401) - 200) / 100 : below(255) - 127;
      data[i] = data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(element) : element;
    }
    return this.add({ ...tensor, data });
  }

  /** Appends a node where its operator takes it; whether it did. Its output has the parameters of `like`, if given. */
  append(operator: string, attributes: object, inputs: readonly number[], like?: Tensor): boolean {
    const output = { ...(like ?? this.type([])), name: `t${this.tensors.length}` };
    const node: BoundNode = {
      name: `n${this.nodes.length}`,
      attributes,
      inputs: inputs.map((index) => this.tensors[index]),
      outputs: [output],
    };
    const type = this.typeOf(operator, node);
    if (type === undefined || elementCount(type.shape) > this.mostElements) return false;
    const whole: Tensor =
      type.dtype === output.dtype ? { ...output, shape: type.shape } : { name: output.name, ...type };
    const index = type.dtype === this.numbers ? this.activation(whole) : this.add(whole);
    this.nodes.push({ name: node.name, operator, attributes, inputs, outputs: [index] });
    return true;
  }

  /** The type of a node's output; undefined where its operator or its kernels refuse it. */
  private typeOf(operator: string, node: BoundNode): TensorType | undefined {
    const { dtypes, check } = loweringOf(operator);
    if (dtypes !== undefined && !dtypes.includes(node.inputs[0]?.dtype ?? this.numbers)) return undefined;
    try {
      const [type] = operatorNamed(operator).infer(node);
      if (type === undefined) return undefined;
      // Some rules hold for the output as it will be.
      const outputs = node.outputs.map((output) => ({ ...output, ...type }));
      const [again] = operatorNamed(operator).infer({ ...node, outputs });
      check?.({ ...node, outputs });
      return again;
    } catch (error) {
      if (error instanceof NotRunnable) return undefined;
      throw error;
    }
  }
}

/** Adds a node of its kind that reads a tensor, where there is one; whether it did. */
export type Grow = (growing: Growing, from: number, input: Tensor) => boolean;

const unary =
  (operator: string, attributes: object = {}): Grow =>
  (growing, from, input) =>
    growing.append(operator, attributes, [from]) || growing.append(operator, attributes, [from], input);

const binary =
  (operator: string): Grow =>
  (growing, from, input) => {
    const { source } = growing;
    const other = source.chance(0.6)
      ? source.pick(growing.activations)
      : growing.constant(
          source.chance(0.5) ? input.shape : input.shape.slice(-1),
          source.chance(0.5) ? { quantization: input.quantization } : {},
        );
    const inputs = source.shuffle([from, other]);
    const attributes = { activation: source.pick(["none", "none", "relu", "relu6"]) };
    return (
      growing.append(operator, attributes, inputs) || growing.append(operator, attributes, inputs, input)
    );
  };

/** Axes in another order, a part of an axis, backwards, several times; two of these in a row. */
const view: Grow = (growing, from, input) => {
  const { source } = growing;
  let found: StridedView = wholeView(input.shape);
  for (let left = 1 + source.below(2); left > 0; left--) {
    const rank = found.lengths.length;
    if (rank === 0) break;
    const axis = source.below(rank);
    const length = found.lengths[axis] as number;
    const begin = source.below(length);
    found = source.pick([
      () => permuteView(found, source.shuffle([...Array(rank).keys()])),
      () => sliceView(found, axis, begin, 1 + source.below(length - begin)),
      () => reverseView(found, axis),
      () => repeatView(found, axis, 2),
    ])();
  }
  return growing.append("view", { ...found, shape: found.lengths }, [from], input);
};

const reshape: Grow = (growing, from, input) => {
  const count = elementCount(input.shape);
  const divisor = growing.source.pick([1, 2, 3, 4].filter((length) => count % length === 0));
  return growing.append("reshape", { shape: [divisor, count / divisor] }, [from], input);
};

const reduction =
  (operator: string): Grow =>
  (growing, from, input) => {
    const axes = input.shape.flatMap((_, axis) => (growing.source.chance(0.5) ? [axis] : []));
    const attributes = { axes, keepDims: growing.source.chance(0.5) };
    return (
      growing.append(operator, attributes, [from]) || growing.append(operator, attributes, [from], input)
    );
  };

const concatenation: Grow = (growing, from, input) => {
  const { source } = growing;
  const inputs = source.shuffle([from, source.chance(0.5) ? from : source.pick(growing.activations)]);
  return growing.append(
    "concatenation",
    { axis: source.below(Math.max(1, input.shape.length)) },
    inputs,
    input,
  );
};

const pad: Grow = (growing, from, { shape, ...input }) => {
  const amounts = () => shape.map(() => growing.source.below(3));
  const value = input.quantization?.zeroPoint[0] ?? 0;
  return growing.append("pad", { before: amounts(), after: amounts(), value }, [from], { ...input, shape });
};

const fullyConnected: Grow = (growing, from, { shape }) => {
  const { source, numbers } = growing;
  const units = 1 + source.below(9);
  const weights = growing.constant(
    [units, shape.at(-1) ?? 1],
    numbers === "float32" ? {} : { dtype: "int8", quantization: { scale: [0.01], zeroPoint: [0], axis: 0 } },
  );
  const attributes = { activation: source.pick(["none", "relu"]), keepAxes: source.chance(0.7) };
  return growing.append("fullyConnected", attributes, [from, weights]);
};

const padding = { top: 0, bottom: 0, left: 0, right: 0 };
const pool =
  (operator: string): Grow =>
  (growing, from, input) => {
    const [filterHeight, filterWidth] = [1 + growing.source.below(3), 1 + growing.source.below(3)];
    const window = { filterHeight, filterWidth, strideHeight: 1 + growing.source.below(2), strideWidth: 1 };
    return growing.append(operator, { ...window, padding, activation: "none" }, [from], input);
  };

/** A sum with a variable, which is then set to it: sums over runs. */
const sumOfRuns: Grow = (growing, from, input) => {
  if (growing.numbers !== "float32") return false;
  const { tensors, nodes, variables } = growing;
  const variable = variables.push({ name: `v${variables.length}`, dtype: "float32", shape: input.shape }) - 1;
  const before = growing.add({ ...input, name: `t${tensors.length}` });
  const name = `n${nodes.length}`;
  nodes.push({
    name,
    operator: "readVariable",
    attributes: {},
    inputs: [],
    outputs: [before],
    variables: [variable],
  });
  growing.append("add", { activation: "none" }, [from, before]);
  const set = { name: `n${nodes.length}`, operator: "assignVariable", attributes: {}, outputs: [] };
  nodes.push({ ...set, inputs: [growing.activations.at(-1) as number], variables: [variable] });
  return true;
};

const growths: readonly Grow[] = [
  ...["abs", "neg", "sign", "square", "relu", "relu6", "reluN1To1", "tanh", "logistic", "hardSwish"].map(
    (name) => unary(name),
  ),
  ...["floor", "ceil", "round", "sin", "cos", "elu"].map((name) => unary(name)),
  unary("gelu", { approximate: false }),
  unary("leakyRelu", { alpha: 0.25 }),
  unary("softmax", { beta: 1 }),
  unary("logSoftmax"),
  unary("quantize"),
  ...["add", "sub", "mul", "maximum", "minimum", "squaredDifference"].map(binary),
  ...["sum", "mean", "reduceMax", "reduceMin"].map(reduction),
  ...["maxPool2d", "averagePool2d"].map(pool),
  ...[view, view, view, reshape, concatenation, pad, fullyConnected, sumOfRuns],
];

/** A random graph of one to eight nodes that can be built; its outputs are those that nothing reads, and some others. */
export function randomGraph(seed: number, numbers: Numbers): Graph {
  const source = choices(seed);
  const growing = new Growing(source, numbers);
  const rank = source.below(5);
  const shape = rank === 4 ? [1, 2, 3, 4] : Array.from({ length: rank }, () => 1 + source.below(5));
  const inputs = Array.from({ length: 1 + source.below(2) }, () => growing.activation(growing.type(shape)));
  const wanted = 1 + source.below(8);
  for (let tries = 0; tries < 60 && growing.nodes.length < wanted; tries++) {
    const from = source.pick(growing.activations);
    source.pick(growths)(growing, from, growing.tensors[from] as Tensor);
  }
  const { tensors, nodes, variables, activations } = growing;
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const outputs = activations.filter((index) => !read.has(index) || source.chance(0.2));
  return {
    name: `random ${seed}`,
    tensors,
    nodes,
    inputs,
    outputs: outputs.length > 0 ? outputs : activations.slice(-1),
    ...(variables.length === 0 ? {} : { variables }),
  };
}
