import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import type { Values } from "../operator.js";
import { activate, type GateActivation } from "./gate-activation.js";

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

/** A layer's outputs, or positions of them, by name. */
export function namedOutputs<T>({ attributes }: BoundNode<LayerAttributes>, outputs: readonly T[]) {
  const [sequence, hidden, cell] = attributes.sequence ? outputs : [undefined, ...outputs];
  return { sequence, hidden, cell };
}

/** What tells one layer from another. */
export interface LayerKind<Attributes extends LayerAttributes> {
  name: string;
  /** Gates, each with as many rows of the weights as there are units, in their order. */
  gates: number;
  /** Functions that it takes: these, or others in their place. */
  functions: readonly GateActivation[];
  /** Whether it has a cell beside the hidden state. */
  hasCell: boolean;
  /** What a layer of integers keeps in int16, as small changes add up in it from one time to the next. */
  wideState: "hidden" | "cell" | undefined;
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
