import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { describeType, type Tensor, type TensorType } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { checkInt8Weights, weightsZeroPoint } from "../weights.js";
import { activate, checkGateActivation, type GateActivation } from "./gate-activation.js";
import { requireConstant } from "./weights.js";

/** What the layers that walk through the times of a sequence have in common. */
export interface LayerAttributes {
  /** Whether the first axis of sequences is time and the second the batch; else the other way round. */
  timeMajor: boolean;
  /** Whether time is walked from its end. */
  backwards: boolean;
  /** Whether the hidden states of all times are an output, the first one. */
  sequence: boolean;
  /** What the sequence has where the mask is false: 0, or what it had at the time that was walked before. */
  masked: "zero" | "held";
  /** Largest magnitude of what a gate's function is applied to; 0 for any. */
  clip: number;
  /** The gates' functions, in the order that the layer says. */
  activations: readonly GateActivation[];
}

/** Positions of a layer's inputs. Those behind the recurrent weights may be absent. */
export const layerInputs = {
  input: 0,
  weights: 1,
  recurrent: 2,
  bias: 3,
  recurrentBias: 4,
  hidden: 5,
  mask: 6,
  cell: 7,
  peepholes: 8,
} as const;

/** Lengths of a layer. */
export interface LayerShape {
  times: number;
  batches: number;
  inputs: number;
  units: number;
}

/** The lengths, as input and recurrent weights have them. Throws `NotRunnable`. */
export function layerShape({ inputs, attributes }: BoundNode<LayerAttributes>): LayerShape {
  const [input, , recurrent] = inputs;
  if (input === undefined || recurrent === undefined) throw new NotRunnable("an input is missing");
  requireThat(input.shape.length === 3, `input has rank ${input.shape.length}; 3 is expected`);
  const [first, second, length] = input.shape as [number, number, number];
  const [times, batches] = attributes.timeMajor ? [first, second] : [second, first];
  return { times, batches, inputs: length, units: recurrent.shape[1] ?? 0 };
}

function requireType(tensor: Tensor | undefined, what: string, type: TensorType): void {
  requireThat(
    tensor === undefined || describeType(tensor) === describeType(type),
    `${what} is ${tensor && describeType(tensor)}; ${describeType(type)} is expected`,
  );
}

/** What tells one layer from another. */
export interface LayerKind<Attributes extends LayerAttributes> {
  name: string;
  /** Gates, each with as many rows of the weights as there are units, in their order. */
  gates: number;
  /** Functions that it takes. */
  activations: number;
  /** Whether it has a cell beside the hidden state. */
  hasCell: boolean;
  /**
   * One time of one batch.
   *
   * @param state hidden state and cell of the batch, changed in place
   * @param peepholes of all units for each gate that has them
   */
  step(
    attributes: Attributes,
    sums: GateSums,
    state: { hidden: Values; cell: Values },
    peepholes: Values | undefined,
  ): void;
}

/** Sums of gates before their functions. */
export interface GateSums {
  /** Of the inputs, with their bias. */
  input(gate: number, unit: number): number;
  /** Of a vector in the place of the hidden state, with the recurrent bias. */
  recurrent(gate: number, unit: number, vector: Values): number;
}

/** A gate's value: its function of the sum, which is limited before. */
export function gateValue({ clip, activations }: LayerAttributes, activation: number, sum: number): number {
  const limited = clip > 0 ? Math.min(clip, Math.max(-clip, sum)) : sum;
  return activate(activations[activation] as GateActivation, limited);
}

function inferLayer<A extends LayerAttributes>(kind: LayerKind<A>, node: BoundNode<A>): TensorType[] {
  const { inputs: tensors, attributes } = node;
  const { times, batches, inputs, units } = layerShape(node);
  const at = (name: keyof typeof layerInputs): Tensor | undefined => tensors[layerInputs[name]];
  const { dtype } = tensors[0] as Tensor;
  requireThat(dtype === "float32", `input is ${dtype}; float32 is expected`);
  const rows = kind.gates * units;
  requireWeights(at("weights"), "weights", [rows, inputs]);
  requireWeights(at("recurrent"), "recurrent weights", [rows, units]);
  if (at("bias") !== undefined) requireConstant(at("bias"), "biases", ["float32"], [rows]);
  if (at("recurrentBias") !== undefined)
    requireConstant(at("recurrentBias"), "recurrent biases", ["float32"], [rows]);
  for (const name of ["cell", "peepholes"] as const)
    requireThat(kind.hasCell || at(name) === undefined, `${name} is given to a layer that has none`);
  if (at("peepholes") !== undefined) requireConstant(at("peepholes"), "peepholes", ["float32"], [3 * units]);
  const state: TensorType = { dtype: "float32", shape: [batches, units] };
  requireType(at("hidden"), "the initial hidden state", state);
  requireType(at("cell"), "the initial cell", state);
  const leading = attributes.timeMajor ? [times, batches] : [batches, times];
  requireType(at("mask"), "the mask", { dtype: "bool", shape: leading });
  checkAttributes(kind, attributes);
  const sequence: TensorType[] = attributes.sequence ? [{ dtype, shape: [...leading, units] }] : [];
  return [...sequence, state, ...(kind.hasCell ? [state] : [])];
}

/** Checks weights of float32, or of int8 with a scale for each row or for all of them. */
function requireWeights(weights: Tensor | undefined, what: string, shape: readonly [number, number]): void {
  requireConstant(weights, what, ["float32", "int8"], shape);
  if (weights.dtype !== "int8") return;
  checkInt8Weights(weights, 0, shape[0]);
  requireThat(
    weightsZeroPoint(weights) === 0,
    `${what} have zero point ${weightsZeroPoint(weights)}; 0 is expected`,
  );
}

function checkAttributes<A extends LayerAttributes>(kind: LayerKind<A>, { clip, activations }: A): void {
  requireThat(
    Number.isFinite(clip) && clip >= 0,
    `gates are clipped to ${clip}; a positive number is expected`,
  );
  requireThat(
    activations.length === kind.activations,
    `${activations.length} activations; ${kind.activations} are expected`,
  );
  for (const activation of activations) checkGateActivation(activation);
}

/** A row of a matrix times a vector. */
function product(matrix: Values, row: number, vector: Values): number {
  let sum = 0;
  for (const [i, value] of vector.entries()) sum += value * (matrix[row * vector.length + i] as number);
  return sum;
}

/** The layer on real values, batch by batch. */
function layerReference<A extends LayerAttributes>(
  kind: LayerKind<A>,
  node: BoundNode<A>,
  values: readonly (Values | undefined)[],
): Values[] {
  const { attributes } = node;
  const { times, batches, inputs, units } = layerShape(node);
  const at = (name: keyof typeof layerInputs): Values | undefined => values[layerInputs[name]];
  const [input, weights, recurrent] = values as [Values, Values, Values];
  const initial = (given: Values | undefined): Values => given?.slice() ?? valuesLike(input, batches * units);
  const [hidden, cell] = [initial(at("hidden")), initial(at("cell"))];
  const sequence = valuesLike(input, times * batches * units);
  for (let batch = 0; batch < batches; batch++) {
    const own = (all: Values): Values => all.subarray(batch * units, (batch + 1) * units);
    let before: Values | undefined;
    for (let step = 0; step < times; step++) {
      const time = attributes.backwards ? times - 1 - step : step;
      const row = attributes.timeMajor ? time * batches + batch : batch * times + time;
      const x = input.subarray(row * inputs, (row + 1) * inputs);
      const isAwake = at("mask")?.[row] !== 0;
      const sums: GateSums = {
        input: (gate, unit) =>
          product(weights, gate * units + unit, x) + (at("bias")?.[gate * units + unit] ?? 0),
        recurrent: (gate, unit, vector) =>
          product(recurrent, gate * units + unit, vector) + (at("recurrentBias")?.[gate * units + unit] ?? 0),
      };
      if (isAwake) kind.step(attributes, sums, { hidden: own(hidden), cell: own(cell) }, at("peepholes"));
      const held = attributes.masked === "held" ? before : undefined;
      const result = isAwake ? own(hidden) : held;
      const output = sequence.subarray(row * units, (row + 1) * units);
      if (result !== undefined) output.set(result);
      before = output;
    }
  }
  return [...(attributes.sequence ? [sequence] : []), hidden, ...(kind.hasCell ? [cell] : [])];
}

/** The operator of a layer: shapes are those of `inferLayer`. */
export function recurrentLayer<A extends LayerAttributes>(kind: LayerKind<A>): Operator<A> {
  return {
    name: kind.name,
    quantization: {
      output: "float",
      floatWeights: [
        { input: layerInputs.weights, axis: 0 },
        { input: layerInputs.recurrent, axis: 0 },
      ],
    },
    infer: (node) => inferLayer(kind, node),
    macs(node) {
      const { times, batches, inputs, units } = layerShape(node);
      return times * batches * units * kind.gates * (inputs + units);
    },
    reference: (node, values) => layerReference(kind, node, values),
  };
}
