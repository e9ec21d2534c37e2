import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { DType, Tensor } from "../../graph/tensor.js";
import {
  type FixedPointMultiplier,
  quantizedParameters,
  quantizeMultiplier,
  sameParameters,
} from "../../numerics/requantization.js";
import type { IntegerForm, KeptState } from "../operator.js";
import { weightsScale } from "../weights.js";
import { type LayerAttributes, type LayerKind, layerInputs, layerShape, namedOutputs } from "./layer.js";
import { powerOfScale } from "./lstm.js";
import { requireWeights } from "./weights.js";

/** Elements of a vector, at most, whose product with a row of int8 an int32 holds. */
const mostElements = 2 ** 15;

/** Scale of gates before their functions, and of what these give. */
const [gateScale, activatedScale] = [2 ** -12, 2 ** -15];

/** Powers of the scale of a state of int16: what functions give is in the smallest of them. */
const [leastPower, mostPower] = [-15, 0];

/** Smallest scale of a hidden state, so that products of 30 bits are brought to it by shifts to the right. */
const leastHiddenScale = 2 ** -29;

type WideState = LayerKind<LayerAttributes>["wideState"];

/** Tensors that hold a state, of an input and of outputs. */
function stateTensors(wideState: WideState, node: BoundNode<LayerAttributes>) {
  const { sequence, hidden, cell } = namedOutputs(node, node.outputs);
  const given = wideState && node.inputs[layerInputs[wideState]];
  const initialHidden = wideState === "hidden" ? undefined : node.inputs[layerInputs.hidden];
  const last = wideState === "cell" ? cell : hidden?.dtype === "int16" ? hidden : undefined;
  const own = [initialHidden, sequence, hidden === last ? undefined : hidden];
  const present = (tensors: readonly (Tensor | undefined)[]): Tensor[] =>
    tensors.filter((tensor) => tensor !== undefined);
  return { narrow: present(own), wide: present([given, last]) };
}

/** What the tensors of a state have in common. Throws `NotRunnable`. */
function sharedParameters(tensors: readonly Tensor[], dtype: DType) {
  const [first, ...others] = tensors.map((tensor) => ({ ...tensor, ...quantizedParameters(tensor, dtype) }));
  for (const other of others)
    requireThat(
      first !== undefined && sameParameters(first, other),
      `"${first?.name}" and "${other.name}" hold one state by different scales or zero points`,
    );
  return first;
}

/** How a layer of integers holds its state and rescales. */
export interface IntegerLayer {
  /** Scale and zero point of what products take of the hidden state. */
  hidden: { scale: number; zeroPoint: number };
  /** log2 of the scale of the state of int16. */
  statePower: number;
  /** Of a row's sum of inputs and of its sum of hidden states to Q3.12. */
  toGate: (row: number) => { input: FixedPointMultiplier; recurrent: FixedPointMultiplier };
  /** Of the product of input gate and cell gate to the cell. */
  toCell: FixedPointMultiplier;
  /** Of what a time gives to the hidden state. */
  toHidden: FixedPointMultiplier;
}

/** The constants of a layer of integers. Throws `NotRunnable`. */
export function integerLayer(wideState: WideState, node: BoundNode<LayerAttributes>): IntegerLayer {
  const { narrow, wide } = stateTensors(wideState, node);
  const state = sharedParameters(wide, "int16") ?? { scale: activatedScale };
  const statePower = powerOfScale(state.scale);
  requireThat(
    statePower >= leastPower && statePower <= mostPower,
    `the state of int16 has scale ${state.scale}; 2^${leastPower} to 2^${mostPower} are expected`,
  );
  // A hidden state of int16 alone is multiplied by its upper byte.
  const hidden = sharedParameters(narrow, "int8") ?? { scale: state.scale * 2 ** 8, zeroPoint: 0 };
  requireThat(
    hidden.scale >= leastHiddenScale,
    `the hidden state has scale ${hidden.scale}; at least ${leastHiddenScale} is expected`,
  );
  const [input, weights, recurrent] = node.inputs as [Tensor, Tensor, Tensor];
  const { scale } = quantizedParameters(input, "int8");
  const factor = (of: number, matrix: Tensor, row: number): FixedPointMultiplier =>
    quantizeMultiplier(Math.fround(of * weightsScale(matrix, row)) / gateScale);
  const given = { cell: activatedScale ** 2, hidden: state.scale, none: activatedScale };
  return {
    hidden: { scale: hidden.scale, zeroPoint: hidden.zeroPoint },
    statePower,
    toGate: (row) => ({
      input: factor(scale, weights, row),
      recurrent: factor(hidden.scale, recurrent, row),
    }),
    toCell: quantizeMultiplier(activatedScale ** 2 / state.scale),
    toHidden: quantizeMultiplier(given[wideState ?? "none"] / hidden.scale),
  };
}

/** Why a layer has no form of integers, whatever its types; undefined where it has one. */
function withoutIntegers<A extends LayerAttributes>(
  kind: LayerKind<A>,
  { inputs, attributes }: BoundNode<A>,
): string | undefined {
  const isUsual = attributes.activations.every(({ name, alpha, beta }, i) => {
    const usual = kind.functions[i];
    return name === usual?.name && (name === "logistic" || (alpha === usual.alpha && beta === usual.beta));
  });
  if (!isUsual) return `activations are others than ${kind.functions.map(({ name }) => name).join(", ")}`;
  if (attributes.clip !== 0) return "gates are clipped";
  if ("coupled" in attributes && attributes.coupled === true) return "input and forget gate are coupled";
  return inputs[layerInputs.peepholes] === undefined ? undefined : "it has peepholes";
}

/** Checks what is of integers only, and answers the dtypes of hidden state and cell. Throws `NotRunnable`. */
export function checkIntegerLayer<A extends LayerAttributes>(
  kind: LayerKind<A>,
  node: BoundNode<A>,
): { hidden: DType; cell: DType } {
  const { inputs, units } = layerShape(node);
  const at = (name: keyof typeof layerInputs): Tensor | undefined => node.inputs[layerInputs[name]];
  const reason = withoutIntegers(kind, node);
  requireThat(reason === undefined, `${reason}, which layers of int8 do not take`);
  const longest = Math.max(inputs, units);
  requireThat(longest <= mostElements, `${longest} elements of a vector; at most ${mostElements} of int8`);
  requireWeights(at("weights"), "weights", ["int8"], [kind.gates * units, inputs]);
  requireWeights(at("recurrent"), "recurrent weights", ["int8"], [kind.gates * units, units]);
  integerLayer(kind.wideState, node);
  const { hidden } = namedOutputs(node, node.outputs);
  return {
    hidden: kind.wideState === "hidden" && hidden?.dtype === "int16" ? "int16" : "int8",
    cell: "int16",
  };
}

/** How post-training quantization makes a layer of integers. */
export function integerForm<A extends LayerAttributes>(
  kind: LayerKind<A>,
  stateValues: IntegerForm<A>["stateValues"],
): IntegerForm<A> {
  return {
    states(node) {
      if (withoutIntegers(kind, node) !== undefined) return undefined;
      const { sequence, hidden, cell } = namedOutputs(node, [...node.outputs.keys()]);
      // A GRU that is given its state passes it on in as many bits.
      const isHiddenWide = kind.wideState === "hidden" && node.inputs[layerInputs.hidden] !== undefined;
      const positions = (all: readonly (number | undefined)[]): number[] =>
        all.filter((position) => position !== undefined);
      const narrow: KeptState = {
        dtype: "int8",
        inputs: kind.wideState === "hidden" ? [] : [layerInputs.hidden],
        outputs: positions([sequence, isHiddenWide ? undefined : hidden]),
        variables: [],
      };
      if (kind.wideState === undefined) return [narrow];
      const last = kind.wideState === "cell" ? cell : isHiddenWide ? hidden : undefined;
      const inputs = [layerInputs[kind.wideState]];
      return [narrow, { dtype: "int16", inputs, outputs: positions([last]), variables: [] }];
    },
    stateValues,
    weights: () => [
      { input: layerInputs.weights, axis: 0, bias: layerInputs.bias },
      { input: layerInputs.recurrent, axis: 0, bias: layerInputs.recurrentBias, state: 0 },
    ],
  };
}
