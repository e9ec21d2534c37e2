import type { Graph } from "../../host/graph/graph.js";
import { elementCount, type Tensor } from "../../host/graph/tensor.js";
import { choices } from "../link/random-numbers.js";
import { type Grow, Growing, type Numbers } from "../passes/random-graph.js";

const activations = ["none", "relu", "relu6"];

/** A window of any kind: strides, dilation, and padding that differs from side to side. */
function window({ source }: Growing) {
  const [filterHeight, filterWidth] = [1 + source.below(4), 1 + source.below(3)];
  const [strideHeight, strideWidth] = [1 + source.below(2), 1 + source.below(2)];
  const dilationHeight = filterHeight < 4 ? 1 + source.below(2) : 1;
  const side = (taps: number): number => source.below(taps);
  const padding = {
    top: side(filterHeight),
    bottom: side(filterHeight),
    left: side(filterWidth),
    right: side(filterWidth),
  };
  const strides = { strideHeight, strideWidth, dilationHeight, dilationWidth: 1 };
  return { filterHeight, filterWidth, strides, padding };
}

/** Weights with a scale for each output, which makes of sums what fills the range, and a bias. */
function weights(growing: Growing, shape: readonly number[], axis: number): number[] {
  const { source, numbers } = growing;
  const outputs = shape[axis] as number;
  if (numbers === "float32") return [growing.constant(shape), growing.constant([outputs])];
  const depth = elementCount(shape) / outputs;
  const scale = Array.from(
    { length: outputs },
    () => (0.5 + source.below(10) / 10) / (60 * Math.sqrt(depth)),
  );
  const quantization = { scale, zeroPoint: scale.map(() => 0), axis };
  const bias = { dtype: numbers === "int8" ? ("int32" as const) : ("int64" as const) };
  return [
    growing.constant(shape, { dtype: "int8", quantization }),
    growing.constant([outputs], { ...bias, quantization: undefined } as Partial<Tensor>),
  ];
}

const convolution: Grow = (growing, from, input) => {
  const { source } = growing;
  const { filterHeight, filterWidth, strides, padding } = window(growing);
  const channels = input.shape[3] as number;
  const pointwise = source.chance(0.4);
  const shape = [1 + source.below(9), ...(pointwise ? [1, 1] : [filterHeight, filterWidth]), channels];
  const none = { top: 0, bottom: 0, left: 0, right: 0 };
  const attributes = {
    ...strides,
    padding: pointwise ? none : padding,
    activation: source.pick(activations),
  };
  return growing.append("conv2d", attributes, [from, ...weights(growing, shape, 0)]);
};

const depthwise: Grow = (growing, from, input) => {
  const { source } = growing;
  const { filterHeight, filterWidth, strides, padding } = window(growing);
  const filter = source.chance(0.5) ? [3, 3] : [filterHeight, filterWidth];
  const shape = [1, ...filter, (input.shape[3] as number) * (1 + source.below(2))];
  const attributes = { ...strides, padding, activation: source.pick(activations) };
  return growing.append("depthwiseConv2d", attributes, [from, ...weights(growing, shape, 3)]);
};

const pool: Grow = (growing, from, input) => {
  const { source } = growing;
  const { strides, ...others } = window(growing);
  const { padding } = others;
  const attributes = { ...others, ...strides, activation: source.pick(activations) };
  const counted = { ...padding, bottom: Math.min(padding.bottom, 1), left: 0 };
  return source.chance(0.5)
    ? growing.append("maxPool2d", attributes, [from], input)
    : growing.append(
        "averagePool2d",
        source.chance(0.5) ? attributes : { ...attributes, counted },
        [from],
        input,
      );
};

/** A sum with the youngest other tensor of that shape: a residual branch. */
const residual: Grow = (growing, from, input) => {
  const others = growing.activations.filter(
    (index) => index !== from && growing.tensors[index]?.shape.join() === input.shape.join(),
  );
  const other = others.at(-1);
  return (
    other !== undefined &&
    growing.append("add", { activation: growing.source.pick(activations) }, [from, other])
  );
};

const scaled: Grow = (growing, from, input) =>
  growing.append("mul", { activation: "none" }, [from, growing.constant(input.shape.slice(3))]);

const pad: Grow = (growing, from, input) => {
  const amount = () => growing.source.below(2);
  const [before, after] = [0, 1].map(() => [0, amount() + 1, amount(), 0]);
  const value = input.quantization?.zeroPoint[0] ?? 0;
  return growing.append(
    "pad",
    { before, after, value: input.quantization === undefined ? value : 0 },
    [from],
    input,
  );
};

const beside: Grow = (growing, from, input) =>
  growing.append("concatenation", { axis: 3 }, [from, from], input);

const unary =
  (operator: string): Grow =>
  (growing, from, input) =>
    growing.append(operator, {}, [from]) || growing.append(operator, {}, [from], input);

const growths: readonly Grow[] = [
  ...[convolution, convolution, convolution, depthwise, depthwise, pool, residual, residual, residual],
  ...[scaled, pad, beside, unary("relu"), unary("logistic"), unary("hardSwish")],
];

/**
 * A chain of windows and functions of elements, with residual branches; half the time with a fully connected layer at its end.
 *
 * @param scale of the input's height and width
 */
export function randomChain(seed: number, numbers: Numbers, scale = 1): Graph {
  const source = choices(seed);
  const growing = new Growing(source, numbers, 4000 * scale * scale);
  // Sound and other sequences have a height or a width of 1.
  const shape = source.pick([
    [1, 9 + source.below(12), 5 + source.below(9), 1 + source.below(5)],
    [1, 1, 20 + source.below(30), 1 + source.below(5)],
    [1, 20 + source.below(20), 1, 2 + source.below(4)],
  ]);
  const larger = shape.map((length, axis) =>
    (axis === 1 || axis === 2) && length > 1 ? length * scale : length,
  );
  const inputs = [growing.activation(growing.type(larger))];
  for (let tries = 0, wanted = 3 + source.below(7); tries < 60 && growing.nodes.length < wanted; tries++) {
    const from = growing.activations.at(-1) as number;
    source.pick(growths)(growing, from, growing.tensors[from] as Tensor);
  }
  const last = growing.activations.at(-1) as number;
  const type = growing.tensors[last] as Tensor;
  if (source.chance(0.5)) {
    const count = elementCount(type.shape);
    growing.append("reshape", { shape: [1, count] }, [last], type);
    const dense = weights(growing, [5, count], 0);
    growing.append("fullyConnected", { activation: "none", keepAxes: false }, [
      growing.activations.at(-1) as number,
      ...dense,
    ]);
  }
  const outputs = [growing.activations.at(-1) as number];
  if (source.chance(0.2)) outputs.push(source.pick(growing.activations.slice(1)));
  return { name: `chain ${seed}`, tensors: growing.tensors, nodes: growing.nodes, inputs, outputs };
}
