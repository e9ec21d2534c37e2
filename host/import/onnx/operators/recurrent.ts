import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import { describeType, type Tensor } from "../../../graph/tensor.js";
import { greater } from "../../../ops/elementwise/comparisons.js";
import { limitedShape } from "../../../ops/movement/moved.js";
import type { Operator } from "../../../ops/operator.js";
import { type GateActivation, logisticGate, tanhGate } from "../../../ops/recurrent/gate-activation.js";
import type { LayerAttributes } from "../../../ops/recurrent/layer.js";
import { gruLayer, lstmLayer, rnnLayer } from "../../../ops/recurrent/layers.js";
import { joined, reshaped, sliced } from "../../compose/movement.js";
import { gatesInOrder, type LayerOutputs, recurrentLayer } from "../../compose/recurrent.js";
import type { GraphWriter } from "../../graph-writer.js";
import type { OnnxMapping, OnnxNode } from "./mapping.js";

/** Functions of gates by ONNX's names in small letters, with their numbers by default, and which of them are given. */
const functions: Readonly<Record<string, GateActivation & { takes?: "alpha" | "both" }>> = {
  sigmoid: logisticGate,
  tanh: tanhGate,
  relu: { name: "relu", alpha: 0, beta: 0 },
  affine: { name: "affine", alpha: 1, beta: 0, takes: "both" },
  leakyrelu: { name: "leaky-relu", alpha: 0.01, beta: 0, takes: "alpha" },
  thresholdedrelu: { name: "thresholded-relu", alpha: 1, beta: 0, takes: "alpha" },
  scaledtanh: { ...tanhGate, takes: "both" },
  hardsigmoid: { name: "hard-sigmoid", alpha: 0.2, beta: 0.5, takes: "both" },
  elu: { name: "elu", alpha: 1, beta: 1, takes: "alpha" },
  softsign: { name: "softsign", alpha: 0, beta: 0 },
  softplus: { name: "softplus", alpha: 0, beta: 0 },
};

/** What tells LSTM, GRU and RNN apart. */
interface Kind {
  operator: Operator<LayerAttributes>;
  /** Where the operator's gates are among ONNX's. */
  order: readonly number[];
  /** Its functions by default. */
  activations: readonly string[];
  /** Attributes of its own. */
  attributes(node: OnnxNode): object;
  /** Positions of the inputs that it alone has. */
  cell?: number;
  peepholes?: number;
}

const kinds = {
  LSTM: {
    operator: lstmLayer as unknown as Operator<LayerAttributes>,
    order: [0, 2, 3, 1],
    activations: ["Sigmoid", "Tanh", "Tanh"],
    attributes: (node) => ({ coupled: node.flag("input_forget") }),
    cell: 6,
    peepholes: 7,
  },
  GRU: {
    operator: gruLayer as unknown as Operator<LayerAttributes>,
    order: [0, 1, 2],
    activations: ["Sigmoid", "Tanh"],
    attributes: (node) => ({ resetAfter: node.flag("linear_before_reset") }),
  },
  RNN: {
    operator: rnnLayer as unknown as Operator<LayerAttributes>,
    order: [0],
    activations: ["Tanh"],
    attributes: () => ({}),
  },
} satisfies Readonly<Record<string, Kind>>;

/** The functions of all directions; alphas and betas are taken in order by the functions that have them. */
function activationsOf(node: OnnxNode, { activations }: Kind, directions: number): GateActivation[] {
  const given = node.texts("activations") ?? [];
  const names = given.length > 0 ? given : Array.from({ length: directions }, () => activations).flat();
  const expected = directions * activations.length;
  requireThat(names.length === expected, `${names.length} activations; ${expected} are expected`);
  const alphas = [...(node.floats("activation_alpha") ?? [])];
  const betas = [...(node.floats("activation_beta") ?? [])];
  return names.map((text) => {
    const known = functions[text.toLowerCase()];
    if (known === undefined)
      throw new NotRunnable(`activation ${text} is none of ${Object.keys(functions).join(", ")}`);
    const { name, takes } = known;
    const alpha = takes === undefined ? undefined : alphas.shift();
    const beta = takes === "both" ? betas.shift() : undefined;
    return { name, alpha: alpha ?? known.alpha, beta: beta ?? known.beta };
  });
}

/** Which times belong to each batch's sequence, as the input's first two axes have them; undefined where all do. */
function maskOf(
  write: GraphWriter,
  lengths: Tensor | undefined,
  times: number,
  timeMajor: boolean,
): Tensor | undefined {
  const isWhole = lengths?.data !== undefined && Array.from(lengths.data, Number).every((n) => n >= times);
  if (lengths === undefined || isWhole) return undefined;
  requireThat(
    lengths.shape.length === 1 && lengths.dtype === "int32",
    `sequence_lens is ${describeType(lengths)}; one int32 for each batch is expected`,
  );
  const [batches] = lengths.shape as [number];
  limitedShape([times, batches]);
  const numbers = write.constant(
    Int32Array.from({ length: times }, (_, time) => time),
    [times],
    "int32",
  );
  const [left, right] = timeMajor
    ? ([
        [1, batches],
        [times, 1],
      ] as const)
    : ([
        [batches, 1],
        [1, times],
      ] as const);
  return write.node(greater, {}, [reshaped(write, lengths, left), reshaped(write, numbers, right)]);
}

/** The numbers of one direction, of a tensor that has all along an axis, without that axis. */
function ofDirection(
  write: GraphWriter,
  tensor: Tensor | undefined,
  direction: number,
  axis = 0,
): Tensor | undefined {
  if (tensor === undefined) return undefined;
  const part = sliced(write, tensor, axis, direction, 1);
  return reshaped(
    write,
    part,
    part.shape.filter((_, i) => i !== axis),
  );
}

/** Both biases of one direction, which follow each other. */
function biasesOf(write: GraphWriter, node: OnnxNode, direction: number, order: readonly number[]) {
  const both = ofDirection(write, node.inputs[3], direction);
  if (both === undefined) return {};
  const half = node.input(1).shape[1] as number;
  const found = both.shape.join("x");
  requireThat(found === `${2 * half}`, `B has ${found} numbers of a direction; ${2 * half} are expected`);
  const [bias, recurrentBias] = [0, 1].map((i) =>
    gatesInOrder(write, sliced(write, both, 0, i * half, half), order),
  );
  return { bias, recurrentBias };
}

/** Peepholes of one direction: ONNX has input, output, forget gate. */
function peepholesOf(write: GraphWriter, node: OnnxNode, direction: number, { peepholes }: Kind) {
  const own = peepholes === undefined ? undefined : ofDirection(write, node.inputs[peepholes], direction);
  return own && { peepholes: gatesInOrder(write, own, [0, 2, 1]) };
}

/** Directions by the name of the attribute: whether each goes backwards. */
const directionsOf: Readonly<Record<string, readonly boolean[]>> = {
  forward: [false],
  reverse: [true],
  bidirectional: [false, true],
};

/** A tensor of each direction joined along a new axis. */
function together(
  write: GraphWriter,
  tensors: readonly (Tensor | undefined)[],
  axis: number,
): Tensor | undefined {
  const whole = tensors.filter((tensor) => tensor !== undefined);
  if (whole.length < tensors.length) return undefined;
  const parts = whole.map((tensor) => reshaped(write, tensor, tensor.shape.toSpliced(axis, 0, 1)));
  return joined(write, parts, axis);
}

function readLayer(node: OnnxNode, write: GraphWriter, kind: Kind): (Tensor | undefined)[] {
  const [input, weights, recurrent] = [node.input(0), node.input(1), node.input(2)];
  requireThat(input.shape.length === 3, `X has ${input.shape.length} axes; 3 are expected`);
  for (const [name, { shape }] of Object.entries({ W: weights, R: recurrent }))
    requireThat(shape.length === 3, `${name} has ${shape.length} axes; 3 are expected`);
  const timeMajor = !node.flag("layout");
  const direction = node.text("direction", "forward") || "forward";
  const backwards = directionsOf[direction];
  if (backwards === undefined)
    throw new NotRunnable(`direction is ${direction}; forward, reverse or bidirectional is expected`);
  requireThat(
    weights.shape[0] === backwards.length,
    `W has ${weights.shape[0]} directions; ${backwards.length} are expected of ${direction}`,
  );
  const [units] = recurrent.shape.slice(2) as [number];
  const hidden = node.integer("hidden_size", units);
  requireThat(hidden === units, `hidden_size is ${hidden}; R has ${units} units`);
  const activations = activationsOf(node, kind, backwards.length);
  const mask = maskOf(write, node.inputs[4], input.shape[timeMajor ? 0 : 1] as number, timeMajor);
  const stateAxis = timeMajor ? 0 : 1;
  const results = backwards.map((isBackwards, i): LayerOutputs => {
    const count = kind.activations.length;
    const attributes = {
      timeMajor,
      backwards: isBackwards,
      sequence: node.wants(0),
      masked: "zero" as const,
      clip: node.float("clip", 0),
      activations: activations.slice(i * count, (i + 1) * count),
      ...kind.attributes(node),
    };
    return recurrentLayer(write, kind.operator, attributes, {
      input,
      weights: gatesInOrder(write, ofDirection(write, weights, i) as Tensor, kind.order),
      recurrent: gatesInOrder(write, ofDirection(write, recurrent, i) as Tensor, kind.order),
      ...biasesOf(write, node, i, kind.order),
      hidden: ofDirection(write, node.inputs[5], i, stateAxis),
      mask,
      cell: kind.cell === undefined ? undefined : ofDirection(write, node.inputs[kind.cell], i, stateAxis),
      ...peepholesOf(write, node, i, kind),
    });
  });
  const state = (name: "hidden" | "cell", position: number): Tensor | undefined =>
    node.wants(position)
      ? together(
          write,
          results.map((result) => result[name]),
          stateAxis,
        )
      : undefined;
  const sequence = together(
    write,
    results.map((result) => result.sequence),
    timeMajor ? 1 : 2,
  );
  return [sequence, state("hidden", 1), state("cell", 2)];
}

/** What walks through the times of a sequence. */
export const recurrent: readonly OnnxMapping[] = Object.entries(kinds).map(([operator, kind]) => ({
  operator,
  becomes: [kind.operator.name, "view", "reshape", "concatenation", "greater"],
  read: (node, write) => readLayer(node, write, kind),
}));
