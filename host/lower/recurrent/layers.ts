import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { recurrentLayerParameters } from "../../abi/parameters.js";
import type { Tensor } from "../../graph/tensor.js";
import { tilesOf, type WeightMatrix } from "../../numerics/narrow-weights.js";
import type { GateActivation } from "../../ops/recurrent/gate-activation.js";
import { type LayerAttributes, layerInputs, layerShape } from "../../ops/recurrent/layer.js";
import type { GruLayerAttributes, LstmLayerAttributes } from "../../ops/recurrent/layers.js";
import { weightsScale } from "../../ops/weights.js";
import { bytesOf } from "../bytes.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { storageNumber, storageOf } from "../stored-weights.js";
import { packTiles, type Storage, type TileLayout } from "../tiles.js";
import { emitInteger, integerScratch } from "./integer-layers.js";
import {
  addressOf,
  chunkLimit,
  has,
  inputOf,
  type LayerLayout,
  type LayerNode,
  outputAddresses,
  walkOf,
} from "./layer-walk.js";

/** Weights of some gates, and how they lie in tiles: of 4 units of a gate, for every input 4 weights. */
function gateTiles(
  node: LayerNode,
  name: "weights" | "recurrent",
  firstGate: number,
  gates: number,
): { weights: Tensor; layout: TileLayout; storage: Storage } {
  const { units } = layerShape(node);
  const { stored, ...weights } = inputOf(node, name) as Tensor;
  const depth = weights.shape[1] as number;
  const matrix: WeightMatrix = {
    key: `gates ${firstGate} to ${firstGate + gates} of ${weights.shape}`,
    tiles: tilesOf(gates * units, gates),
    depth,
    index: (n, k) => (firstGate * units + n) * depth + k,
  };
  const place = (lane: number, k: number): number => 4 * k + lane;
  const layout = { matrix, headerBytes: weights.dtype === "int8" ? 16 : 0, step: 1, alignment: 1, place };
  const kept = stored === "float16" ? { ...weights, stored } : weights;
  return { weights: kept, layout, storage: storageOf(kept, node.inputs[0] as Tensor, layout) };
}

/** How the weights of an input are stored: in 8 bits where they have fewer. */
const storageAt = (node: LayerNode, name: "weights" | "recurrent"): Storage =>
  gateTiles(node, name, 0, 1).storage;

/** Bytes of the scales before a tile's weights. */
const scaleBytes = (storage: Storage): number => (storage === "int8" ? 16 : 0);

/** Where scratch memory's parts are, in bytes from its start, and its size. */
function scratchLayout({ rowGates }: LayerLayout, node: LayerNode) {
  const { batches, inputs, units } = layerShape(node);
  const gateBytes = alignUp(units, 4) * 4;
  const rowBytes = rowGates * gateBytes;
  const chunk = Math.min(chunkLimit, Math.max(inputs, units));
  const gates = alignUp(blockBytes(recurrentLayerParameters), 8);
  const storages = [storageAt(node, "weights"), storageAt(node, "recurrent")];
  const tile = gates + batches * rowBytes + Math.max(...storages.map(scaleBytes));
  // Weights of int8 stay so; all others are widened.
  const peepholes = tile + chunk * (storages.every((storage) => storage === "int8") ? 4 : 16);
  const bytes = peepholes + 4 * (inputOf(node, "peepholes")?.shape[0] ?? 0);
  return { gateBytes, rowBytes, chunk, gates, tile, peepholes, bytes };
}

/** Rows of a matrix of some gates in tiles: for 4 units of a gate, filled up with zeros, their scales and weights. */
function packGates(
  node: LayerNode,
  name: "weights" | "recurrent",
  firstGate: number,
  gates: number,
): Uint8Array {
  const { weights, layout, storage } = gateTiles(node, name, firstGate, gates);
  const firstRow = firstGate * layerShape(node).units;
  return packTiles(layout, storage, weights, (view, at, lane, n) => {
    if (layout.headerBytes > 0) view.setFloat32(at + 4 * lane, weightsScale(weights, firstRow + n), true);
  });
}

/** What a row of sums begins with: both biases, of which the recurrent one of a candidate of its own lies behind the gates. */
function biasRow(layout: LayerLayout, node: LayerNode): Uint8Array {
  const { units } = layerShape(node);
  const stride = alignUp(units, 4);
  const values = new Float32Array(layout.rowGates * stride);
  const [bias, recurrent] = [inputOf(node, "bias")?.data, inputOf(node, "recurrentBias")?.data];
  for (let gate = 0; gate < layout.gates; gate++) {
    const isApart = node.attributes.resetAfter === true && gate === layout.recurrentGates;
    for (let unit = 0; unit < units; unit++) {
      const [own, other] = [bias, recurrent].map((data) => Number(data?.[gate * units + unit] ?? 0)) as [
        number,
        number,
      ];
      values[gate * stride + unit] = isApart ? own : own + other;
      if (isApart) values[(gate + 1) * stride + unit] = other;
    }
  }
  return bytesOf(values);
}

/** The products of a layer, for its block. */
function products(layout: LayerLayout, node: LayerNode, placement: Placement) {
  const { times, inputs, units } = layerShape(node);
  const { rowBytes } = scratchLayout(layout, node);
  const [inputStorage, recurrentStorage] = (["weights", "recurrent"] as const).map((name) =>
    storageNumber(storageAt(node, name)),
  ) as [number, number];
  const { gates, recurrentGates } = layout;
  const stateBytes = units * 4;
  const outputs = (count: number): number => count * alignUp(units, 4);
  const own = gates - recurrentGates;
  return {
    inputWeights: placement.weights(packGates(node, "weights", 0, gates)),
    inputDepth: inputs,
    inputOutputs: outputs(gates),
    inputStep: (node.attributes.timeMajor ? 1 : times) * inputs * 4,
    inputStorage,
    recurrentWeights: placement.weights(packGates(node, "recurrent", 0, recurrentGates)),
    recurrentDepth: units,
    recurrentOutputs: outputs(recurrentGates),
    recurrentStep: stateBytes,
    recurrentStorage,
    candidateWeights: own === 0 ? 0 : placement.weights(packGates(node, "recurrent", recurrentGates, own)),
    candidateDepth: units,
    candidateOutputs: outputs(own),
    candidateStep: node.attributes.resetAfter === true ? stateBytes : rowBytes,
    candidateStorage: recurrentStorage,
  };
}

/** Numbers of gates' functions in kernels. */
const numbers: Readonly<Record<GateActivation["name"], number>> = {
  logistic: 0,
  tanh: 1,
  affine: 2,
  relu: 3,
  "hard-sigmoid": 4,
  "leaky-relu": 5,
  "thresholded-relu": 6,
  softsign: 7,
  elu: 8,
  softplus: 9,
};

/** The functions of the gates, for a block; those that a layer does not have are the first one. */
function functionsOf({ activations }: LayerAttributes) {
  const of = (i: number) => activations[i] ?? (activations[0] as GateActivation);
  const number = (i: number): number => numbers[of(i).name];
  return {
    ...{ activation0: number(0), alpha0: of(0).alpha, beta0: of(0).beta },
    ...{ activation1: number(1), alpha1: of(1).alpha, beta1: of(1).beta },
    ...{ activation2: number(2), alpha2: of(2).alpha, beta2: of(2).beta },
  };
}

/** A layer of float32: one call for all of a sequence. */
function emitFloat(layout: LayerLayout, node: LayerNode, placement: Placement): KernelCall[] {
  const { attributes } = node;
  const { gates, tile, peepholes, bytes: _, ...lengths } = scratchLayout(layout, node);
  const { hidden, cell } = outputAddresses(node, placement);
  const peepholeData = inputOf(node, "peepholes")?.data;
  return [
    callKernel(
      { name: `${layout.operator}Float32`, parameters: recurrentLayerParameters },
      {
        ...walkOf(node, placement, hidden, 0),
        cell,
        initialHidden: addressOf(placement, "hidden"),
        initialCell: addressOf(placement, "cell"),
        gates: placement.scratch + gates,
        tile: placement.scratch + tile,
        peepholes: placement.scratch + peepholes,
        peepholeWeights: peepholeData === undefined ? 0 : placement.weights(bytesOf(peepholeData)),
        biases: placement.weights(biasRow(layout, node)),
        ...lengths,
        ...products(layout, node, placement),
        units: layerShape(node).units,
        hasInitialHidden: has(node, "hidden"),
        hasInitialCell: has(node, "cell"),
        hasPeepholes: has(node, "peepholes"),
        coupled: attributes.coupled === true ? 1 : 0,
        resetAfter: attributes.resetAfter === true ? 1 : 0,
        clip: attributes.clip > 0 ? attributes.clip : Number.POSITIVE_INFINITY,
        ...functionsOf(attributes),
      },
      placement.scratch,
      placement,
    ),
  ];
}

const constantNames = ["weights", "recurrent", "bias", "recurrentBias", "peepholes"] as const;

function lowerLayer(layout: LayerLayout): Lowering<LayerNode["attributes"]> {
  const isFloat = ({ inputs }: LayerNode): boolean => inputs[0]?.dtype === "float32";
  return {
    operator: layout.operator,
    dtypes: ["int8", "float32"],
    constantInputs: () => constantNames.map((name) => layerInputs[name]),
    scratchBytes: (node) => [
      (isFloat(node) ? scratchLayout(layout, node) : integerScratch(layout, node)).bytes,
    ],
    emit: (node, placement) => (isFloat(node) ? emitFloat : emitInteger)(layout, node, placement),
  };
}

/** A long short-term memory over a whole sequence. */
export const lstmLayer: Lowering<LstmLayerAttributes> = lowerLayer({
  operator: "lstmLayer",
  gates: 4,
  recurrentGates: 4,
  rowGates: 4,
  wideState: "cell",
});

/** Gated recurrent units over a whole sequence. */
export const gruLayer: Lowering<GruLayerAttributes> = lowerLayer({
  operator: "gruLayer",
  gates: 3,
  recurrentGates: 2,
  rowGates: 4,
  wideState: "hidden",
});

/** Plain recurrent units over a whole sequence. */
export const rnnLayer: Lowering<LayerAttributes> = lowerLayer({
  operator: "rnnLayer",
  gates: 1,
  recurrentGates: 1,
  rowGates: 1,
  wideState: undefined,
});
