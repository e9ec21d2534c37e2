import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { integerLayerParameters } from "../../abi/parameters.js";
import type { Tensor } from "../../graph/tensor.js";
import { tilesOf, type WeightMatrix } from "../../numerics/narrow-weights.js";
import { quantizedParameters } from "../../numerics/requantization.js";
import { sigmoidTable, sigmoidTableEntries } from "../../numerics/sigmoid-table.js";
import { type IntegerLayer, integerLayer } from "../../ops/recurrent/integer-layer.js";
import { layerShape, namedOutputs } from "../../ops/recurrent/layer.js";
import { bytesOf } from "../bytes.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import { packTiles, rowLayout } from "../tiles.js";
import { channelWriter, tileHeaderBytes } from "../weight-tiles.js";
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

/** Bytes of the 4 sums before a tile. */
const sumBytes = 16;

/** Which states no output holds: they lie in scratch memory. */
function statesInScratch({ wideState }: LayerLayout, node: LayerNode): { hidden: boolean; state: boolean } {
  if (wideState !== "hidden") return { hidden: false, state: false };
  const isWide = namedOutputs(node, node.outputs).hidden?.dtype === "int16";
  return { hidden: isWide, state: !isWide };
}

/** Where scratch memory's parts are, in bytes from its start, and its size. */
export function integerScratch(layout: LayerLayout, node: LayerNode) {
  const { batches, inputs, units } = layerShape(node);
  const inScratch = statesInScratch(layout, node);
  const products = 2 * alignUp(layout.gates * units, 4);
  const rowBytes = products + (layout.rowGates > layout.gates ? 2 * alignUp(units, 4) : 0);
  const chunk = Math.min(chunkLimit, alignUp(Math.max(inputs, units), 4));
  const table = alignUp(blockBytes(integerLayerParameters), 8);
  const gates = table + 2 * sigmoidTableEntries;
  const tile = gates + batches * rowBytes;
  const state = tile + sumBytes + tileHeaderBytes + 4 * chunk;
  const hidden = state + (inScratch.state ? alignUp(2 * batches * units, 4) : 0);
  const bytes = hidden + (inScratch.hidden ? batches * units : 0);
  return { table, gates, tile, state, hidden, bytes, products, rowBytes, chunk };
}

/** A matrix of int8 and what it is multiplied by. */
interface Product {
  matrix: Tensor;
  bias: Tensor | undefined;
  zeroPoint: number;
  side: "input" | "recurrent";
}

/** Rows of a matrix in tiles, the zero point of what they are multiplied by in their biases. */
function packRows({ toGate }: IntegerLayer, of: Product, first: number, rows: number): Uint8Array {
  const depth = of.matrix.shape[1] as number;
  const at = (n: number, k: number): number => Number(of.matrix.data?.[(first + n) * depth + k]);
  const constants = {
    bias: new Int32Array(rows),
    multiplier: new Int32Array(rows),
    shift: new Int32Array(rows),
  };
  for (let n = 0; n < rows; n++) {
    const { multiplier, shift } = toGate(first + n)[of.side];
    let sum = 0;
    for (let k = 0; k < depth; k++) sum += at(n, k);
    constants.bias[n] = Number(of.bias?.data?.[first + n] ?? 0) - Math.imul(of.zeroPoint, sum);
    constants.multiplier[n] = multiplier;
    constants.shift[n] = -shift;
  }
  const matrix: WeightMatrix = {
    key: `rows ${first} to ${first + rows}`,
    tiles: tilesOf(rows),
    depth,
    index: (n, k) => (first + n) * depth + k,
  };
  return packTiles(rowLayout(matrix, tileHeaderBytes), "as-computed", of.matrix, channelWriter(constants));
}

/** The products of a layer, for its block. */
function products(layout: LayerLayout, node: LayerNode, layer: IntegerLayer, placement: Placement) {
  const { times, inputs, units } = layerShape(node);
  const { timeMajor, resetAfter } = node.attributes;
  const [gates, together] = [layout.gates * units, layout.recurrentGates * units];
  const matrix = (name: "weights" | "recurrent"): Tensor => inputOf(node, name) as Tensor;
  const { zeroPoint } = quantizedParameters(node.inputs[0] as Tensor);
  const input = { matrix: matrix("weights"), bias: inputOf(node, "bias"), zeroPoint, side: "input" as const };
  const recurrent = {
    matrix: matrix("recurrent"),
    bias: inputOf(node, "recurrentBias"),
    zeroPoint: layer.hidden.zeroPoint,
    side: "recurrent" as const,
  };
  const pack = (of: Product, first: number, rows: number): number =>
    rows === 0 ? 0 : placement.weights(packRows(layer, of, first, rows));
  return {
    inputWeights: pack(input, 0, gates),
    inputDepth: inputs,
    inputOutputs: alignUp(gates, 4),
    inputStep: (timeMajor ? 1 : times) * inputs,
    recurrentWeights: pack(recurrent, 0, together),
    recurrentDepth: units,
    recurrentOutputs: alignUp(together, 4),
    recurrentStep: units,
    candidateWeights: pack(recurrent, together, gates - together),
    candidateDepth: units,
    candidateOutputs: alignUp(gates - together, 4),
    candidateStep: resetAfter === true ? units : integerScratch(layout, node).rowBytes,
  };
}

/** How results are brought to the state and the hidden state; shifts of kernels are to the right. */
function rescaling({ hidden, statePower, toCell, toHidden }: IntegerLayer) {
  const left = 12 + statePower;
  return {
    hiddenMultiplier: toHidden.multiplier,
    hiddenShift: -toHidden.shift,
    hiddenZeroPoint: hidden.zeroPoint,
    cellMultiplier: toCell.multiplier,
    cellShift: -toCell.shift,
    tanhMultiplier: left < 0 ? 3 : 3 * 2 ** left,
    tanhShift: Math.max(0, -left),
    stateShift: 15 + statePower,
  };
}

/** A layer of integers: one call for all of a sequence. */
export function emitInteger(layout: LayerLayout, node: LayerNode, placement: Placement): KernelCall[] {
  const { wideState } = layout;
  const layer = integerLayer(wideState, node);
  const { table, gates, tile, state, hidden, bytes: _, ...lengths } = integerScratch(layout, node);
  const inScratch = statesInScratch(layout, node);
  const outputs = outputAddresses(node, placement);
  const isHiddenWide = wideState === "hidden";
  const hiddenAt = inScratch.hidden ? placement.scratch + hidden : outputs.hidden;
  return [
    callKernel(
      { name: `${layout.operator}Int8`, parameters: integerLayerParameters },
      {
        ...walkOf(node, placement, hiddenAt, layer.hidden.zeroPoint),
        state: inScratch.state ? placement.scratch + state : outputs[wideState ?? "cell"],
        initialHidden: isHiddenWide ? 0 : addressOf(placement, "hidden"),
        initialState: wideState === undefined ? 0 : addressOf(placement, wideState),
        gates: placement.scratch + gates,
        tile: placement.scratch + tile,
        table: placement.scratch + table,
        tableWeights: placement.weights(bytesOf(sigmoidTable())),
        ...lengths,
        ...products(layout, node, layer, placement),
        units: layerShape(node).units,
        hasInitialHidden: isHiddenWide ? 0 : has(node, "hidden"),
        hasInitialState: wideState === undefined ? 0 : has(node, wideState),
        resetAfter: node.attributes.resetAfter === true ? 1 : 0,
        ...rescaling(layer),
      },
      placement.scratch,
      placement,
    ),
  ];
}
