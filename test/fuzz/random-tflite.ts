import type { WrittenModel, WrittenNode, WrittenTensor } from "../import/tflite-writer.js";
import type { Choices } from "../link/random-numbers.js";

/** Fields of a node's options: number, bytes, value. */
type Options = NonNullable<WrittenNode["options"]>;
const bytes1 = (field: number, value: number) => ({ field, bytes: 1 as const, value });
const bytes4 = (field: number, value: number) => ({ field, bytes: 4 as const, value });
/** The bits of a float32 number, which the writer takes as a whole number. */
const floatBits = (value: number) => new Int32Array(Float32Array.of(value).buffer)[0] as number;

/** A model that grows by one node after the other; `shape` is that of its last tensor, 1 x height x width x channels. */
interface Growing {
  model: WrittenModel;
  last: number;
  shape: number[];
  source: Choices;
}

type Grow = (growing: Growing) => void;

const ints = (...values: number[]) => new Uint8Array(Int32Array.from(values).buffer);
const randomBytes = (count: number, source: Choices) =>
  Uint8Array.from({ length: count }, () => source.below(256));

function tensor(growing: Growing, fields: Omit<WrittenTensor, "name">): number {
  const { tensors } = growing.model;
  return tensors.push({ name: `t${tensors.length}`, ...fields }) - 1;
}

const constant = (
  growing: Growing,
  type: "INT8" | "INT32",
  shape: number[],
  data: Uint8Array,
  scale?: number[],
) => tensor(growing, { type, shape, data, ...(scale === undefined ? {} : { scale }) });

/** Appends a node whose output has this shape; its scale and zero point are random unless given. */
function append(
  growing: Growing,
  shape: number[],
  node: Omit<WrittenNode, "outputs">,
  quantization?: { scale: number[]; zeroPoint: number[] },
): void {
  const { source, model } = growing;
  const random = { scale: [(1 + source.below(50)) / 500], zeroPoint: [source.below(256) - 128] };
  const output = tensor(growing, { type: "INT8", shape, ...(quantization ?? random) });
  model.nodes.push({ ...node, outputs: [output] });
  Object.assign(growing, { last: output, shape });
}

const lastQuantization = ({ model, last }: Growing) => {
  const { scale = [1], zeroPoint = [0] } = model.tensors[last] as WrittenTensor;
  return { scale, zeroPoint };
};

const unary =
  (
    builtin: string,
    fixed?: { scale: number[]; zeroPoint: number[] },
    type?: number,
    options?: Options,
  ): Grow =>
  (growing) =>
    append(
      growing,
      growing.shape,
      {
        builtin,
        inputs: [growing.last],
        ...(type === undefined ? {} : { optionsType: type, options: options ?? [] }),
      },
      fixed,
    );

const convolution =
  (depthwise: boolean): Grow =>
  (growing) => {
    const { source, last, shape } = growing;
    const [, height = 1, width = 1, channels = 1] = shape;
    const [filterHeight, filterWidth] = [
      1 + source.below(Math.min(3, height)),
      1 + source.below(Math.min(3, width)),
    ];
    const multiplier = 1 + source.below(2);
    const outputs = depthwise ? channels * multiplier : 1 + source.below(9);
    const filter = depthwise
      ? [1, filterHeight, filterWidth, outputs]
      : [outputs, filterHeight, filterWidth, channels];
    const count = filter.reduce((product, length) => product * length, 1);
    const scales = Array.from({ length: outputs }, () => (1 + source.below(100)) / 2000);
    const [same, stride] = [source.chance(0.5), 1 + source.below(2)];
    const size = (length: number, taken: number) => Math.ceil((same ? length : length - taken + 1) / stride);
    const input = (growing.model.tensors[last] as WrittenTensor).scale?.[0] ?? 1;
    const weights = constant(growing, "INT8", filter, randomBytes(count, source), scales);
    (growing.model.tensors[weights] as WrittenTensor & { axis?: number }).axis = depthwise ? 3 : 0;
    const bias = constant(
      growing,
      "INT32",
      [outputs],
      ints(...scales.map(() => source.below(2000) - 1000)),
      scales.map((scale) => scale * input),
    );
    const activation = source.pick([0, 0, 1, 3]);
    append(growing, [1, size(height, filterHeight), size(width, filterWidth), outputs], {
      builtin: depthwise ? "DEPTHWISE_CONV_2D" : "CONV_2D",
      inputs: [last, weights, source.chance(0.8) ? bias : -1],
      version: depthwise ? 3 : 3,
      optionsType: depthwise ? 2 : 1,
      options: depthwise
        ? [
            bytes1(0, same ? 0 : 1),
            bytes4(1, stride),
            bytes4(2, stride),
            bytes4(3, multiplier),
            bytes1(4, activation),
            bytes4(5, 1),
            bytes4(6, 1),
          ]
        : [
            bytes1(0, same ? 0 : 1),
            bytes4(1, stride),
            bytes4(2, stride),
            bytes1(3, activation),
            bytes4(4, 1),
            bytes4(5, 1),
          ],
    });
  };

const pool =
  (builtin: string): Grow =>
  (growing) => {
    const { source, shape } = growing;
    const [, height = 1, width = 1, channels = 1] = shape;
    const [filterHeight, filterWidth] = [1 + source.below(height), 1 + source.below(width)];
    const [same, stride] = [source.chance(0.5), 1 + source.below(2)];
    const size = (length: number, taken: number) => Math.ceil((same ? length : length - taken + 1) / stride);
    append(
      growing,
      [1, size(height, filterHeight), size(width, filterWidth), channels],
      {
        builtin,
        inputs: [growing.last],
        version: 2,
        optionsType: 5,
        options: [
          bytes1(0, same ? 0 : 1),
          bytes4(1, stride),
          bytes4(2, stride),
          bytes4(3, filterWidth),
          bytes4(4, filterHeight),
          bytes1(5, source.pick([0, 1, 3])),
        ],
      },
      lastQuantization(growing),
    );
  };

/** A sum, difference or product with an earlier tensor of the same shape, or with one number a channel. */
const elementwise =
  (builtin: string, optionsType: number): Grow =>
  (growing) => {
    const { source, model, last, shape } = growing;
    const channels = shape.at(-1) as number;
    const written = new Set([...model.inputs, ...model.nodes.flatMap(({ outputs }) => outputs)]);
    const alike = [...written].filter((index) => model.tensors[index]?.shape.join() === shape.join());
    const other = source.chance(0.6)
      ? source.pick(alike)
      : constant(growing, "INT8", [channels], randomBytes(channels, source), [0.05]);
    append(growing, shape, {
      builtin,
      inputs: source.shuffle([last, other]),
      version: 2,
      optionsType,
      options: [bytes1(0, source.pick([0, 1, 3]))],
    });
  };

function pad(growing: Growing): void {
  const { source, last, shape } = growing;
  const amounts = shape.map((_, axis) => (axis === 0 ? [0, 0] : [source.below(3), source.below(3)]));
  const paddings = constant(growing, "INT32", [4, 2], ints(...amounts.flat()));
  const padded = shape.map((length, axis) => length + amounts[axis]![0]! + amounts[axis]![1]!);
  append(
    growing,
    padded,
    { builtin: "PAD", inputs: [last, paddings], version: 2, optionsType: 22, options: [] },
    lastQuantization(growing),
  );
}

function mean(growing: Growing): void {
  const axes = constant(growing, "INT32", [2], ints(1, 2));
  const shape = [1, 1, 1, growing.shape.at(-1) as number];
  append(growing, shape, {
    builtin: "MEAN",
    inputs: [growing.last, axes],
    version: 2,
    optionsType: 27,
    options: [bytes1(0, 1)],
  });
}

function reshape(growing: Growing): void {
  const { source, last, shape } = growing;
  const [, height = 1, width = 1, channels = 1] = shape;
  const other = source.pick([
    [1, width, height, channels],
    [1, 1, 1, height * width * channels],
    [1, height * width, 1, channels],
  ]);
  const target = constant(growing, "INT32", [4], ints(...other));
  append(growing, other, { builtin: "RESHAPE", inputs: [last, target] }, lastQuantization(growing));
}

function concatenation(growing: Growing): void {
  const { last, shape } = growing;
  const doubled = [...shape.slice(0, 3), 2 * (shape[3] as number)];
  append(
    growing,
    doubled,
    {
      builtin: "CONCATENATION",
      inputs: [last, last],
      version: 2,
      optionsType: 10,
      options: [bytes4(0, 3), bytes1(1, 0)],
    },
    lastQuantization(growing),
  );
}

function fullyConnected(growing: Growing): void {
  const { source, last, shape } = growing;
  const depth = shape.reduce((product, length) => product * length, 1);
  const outputs = 1 + source.below(9);
  const weights = constant(growing, "INT8", [outputs, depth], randomBytes(outputs * depth, source), [0.02]);
  append(growing, [1, 1, 1, outputs], {
    builtin: "FULLY_CONNECTED",
    inputs: [last, weights, -1],
    version: 4,
    optionsType: 8,
    options: [bytes1(0, source.pick([0, 1, 3])), bytes1(1, 0), bytes1(2, depth === shape.at(-1) ? 1 : 0)],
  });
}

const probability = { scale: [1 / 256], zeroPoint: [-128] };

const growths: readonly Grow[] = [
  convolution(false),
  convolution(false),
  convolution(true),
  convolution(true),
  pool("AVERAGE_POOL_2D"),
  pool("MAX_POOL_2D"),
  elementwise("ADD", 11),
  elementwise("SUB", 28),
  elementwise("MUL", 21),
  unary("RELU"),
  unary("RELU6"),
  unary("HARD_SWISH"),
  unary("LEAKY_RELU", undefined, 75, [bytes4(0, floatBits(0.3))]),
  unary("LOGISTIC", probability),
  unary("TANH", { scale: [1 / 128], zeroPoint: [0] }),
  unary("SOFTMAX", probability, 9, [bytes4(0, floatBits(1))]),
  unary("QUANTIZE"),
  pad,
  mean,
  reshape,
  concatenation,
  fullyConnected,
];

/** A random int8 model of one to seven nodes, most of which can be built; not all outputs are in `outputs`. */
export function randomTflite(source: Choices): WrittenModel {
  const shape = [1, 1 + source.below(7), 1 + source.below(7), 1 + source.below(6)];
  const model: WrittenModel = {
    tensors: [{ name: "t0", type: "INT8", shape, scale: [0.05], zeroPoint: [source.below(40) - 20] }],
    nodes: [],
    inputs: [0],
    outputs: [],
  };
  const growing: Growing = { model, last: 0, shape, source };
  for (let left = 1 + source.below(7); left > 0; left--) {
    const elements = growing.shape.reduce((product, length) => product * length, 1);
    if (elements < 2000) source.pick(growths)(growing);
  }
  model.outputs.push(growing.last);
  return model;
}
