import type { BoundNode } from "../../graph/node.js";
import { elementBytes, type Tensor } from "../../graph/tensor.js";
import { type LayerAttributes, layerInputs, layerShape, namedOutputs } from "../../ops/recurrent/layer.js";
import type { GruLayerAttributes, LstmLayerAttributes } from "../../ops/recurrent/layers.js";
import type { Placement } from "../kernel.js";

/** A recurrent layer of any kind. */
export type LayerNode = BoundNode<LayerAttributes & Partial<LstmLayerAttributes & GruLayerAttributes>>;

/** How the kernel of a layer lays out its gates. */
export interface LayerLayout {
  operator: "lstmLayer" | "gruLayer" | "rnnLayer";
  /** Gates that the weights have. */
  gates: number;
  /** Gates to which the hidden state's product is added in one; the last gate's, the candidate's, is one of its own else. */
  recurrentGates: number;
  /** Numbers of a unit in a row of sums: gates, and what the candidate's product takes. */
  rowGates: number;
  /** What integers keep in int16. */
  wideState: "hidden" | "cell" | undefined;
}

/** Elements of a vector whose weights lie in scratch memory at once, at most: a tile of 4 outputs then takes 4 KiB, of int8 1. */
export const chunkLimit = 256;

/** A layer's input by name. */
export const inputOf = (node: LayerNode, name: keyof typeof layerInputs): Tensor | undefined =>
  node.inputs[layerInputs[name]];

/** Address of a layer's input by name; 0 where there is none. */
export const addressOf = ({ inputs }: Placement, name: keyof typeof layerInputs): number =>
  inputs[layerInputs[name]] ?? 0;

/** 1 where a layer has that input. */
export const has = (node: LayerNode, name: keyof typeof layerInputs): number =>
  inputOf(node, name) === undefined ? 0 : 1;

/** Addresses of a layer's outputs; 0 for those that it has none of. */
export function outputAddresses(node: LayerNode, { outputs }: Placement) {
  const { sequence = 0, hidden = 0, cell = 0 } = namedOutputs(node, outputs);
  return { sequence, hidden, cell };
}

/** How a walk goes through a sequence whose rows have some bytes: where it begins, its steps. */
function stepsOf(node: LayerNode, rowBytes: number): { first: number; timeStep: number; batchStep: number } {
  const { times, batches } = layerShape(node);
  const { timeMajor, backwards } = node.attributes;
  const timeStep = (timeMajor ? batches : 1) * rowBytes;
  return {
    first: backwards ? (times - 1) * timeStep : 0,
    timeStep: backwards ? -timeStep : timeStep,
    batchStep: (timeMajor ? 1 : times) * rowBytes,
  };
}

/**
 * What a layer's block begins with.
 *
 * @param hidden address of the hidden state that the sequence holds
 * @param zero byte of which a 0 of the sequence consists
 */
export function walkOf(node: LayerNode, placement: Placement, hidden: number, zero: number) {
  const { times, batches, inputs, units } = layerShape(node);
  const { attributes } = node;
  const bytes = elementBytes[(node.inputs[0] as Tensor).dtype];
  const [input, output, mask] = [
    stepsOf(node, inputs * bytes),
    stepsOf(node, units * bytes),
    stepsOf(node, 1),
  ];
  return {
    input: addressOf(placement, "input") + input.first,
    output: attributes.sequence ? outputAddresses(node, placement).sequence + output.first : 0,
    mask: has(node, "mask") ? addressOf(placement, "mask") + mask.first : 0,
    hidden,
    hiddenBytes: units * bytes,
    time: 0,
    times,
    batches,
    inputTimeStep: input.timeStep,
    outputTimeStep: output.timeStep,
    outputBatchStep: output.batchStep,
    maskTimeStep: mask.timeStep,
    maskBatchStep: mask.batchStep,
    hasSequence: attributes.sequence ? 1 : 0,
    hasMask: has(node, "mask"),
    holds: attributes.masked === "held" ? 1 : 0,
    zero,
  };
}
