import { alignUp } from "../../abi/align.js";
import { type BlockValues, blockBytes } from "../../abi/block.js";
import { productParameters } from "../../abi/parameters.js";
import type { FusedActivation } from "../../graph/node.js";
import { activationRange, floatActivationRange, quantizedParameters } from "../../numerics/requantization.js";
import { weightsZeroPoint } from "../../ops/weights.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import {
  headerBytes,
  packStoredTiles,
  type Sums,
  storageNumber,
  storageOf,
  tilesOf,
  type WeightedNode,
} from "../stored-weights.js";

/** Bytes of weights that lie in scratch memory at once, at least, where an output has more. */
const tileBytesAtLeast = 1024;

/** A window that slides over pixels; a product of matrices has windows of one pixel, a row. */
export interface ProductGeometry {
  batches: number;
  inputHeight: number;
  inputWidth: number;
  inputChannels: number;
  outputHeight: number;
  outputWidth: number;
  /** Output channels; of a depthwise convolution, for each input channel. */
  outputs: number;
  filterHeight: number;
  filterWidth: number;
  strideHeight: number;
  strideWidth: number;
  dilationHeight: number;
  dilationWidth: number;
  padTop: number;
  padLeft: number;
  groups: number;
  spreadHeight: number;
  spreadWidth: number;
}

/** What a product's kernel is made for. */
export interface Product extends WeightedNode {
  geometry: ProductGeometry;
  activation: FusedActivation;
  /** Whether the filter is turned around, as a transposed convolution's is. */
  turned?: boolean;
}

/** A product of matrices: `rows` of `inputs` by weights [outputs, inputs]. */
export function matrixGeometry(rows: number, inputs: number, outputs: number): ProductGeometry {
  return {
    batches: 1,
    inputHeight: 1,
    inputWidth: rows,
    inputChannels: inputs,
    outputHeight: 1,
    outputWidth: rows,
    outputs,
    filterHeight: 1,
    filterWidth: 1,
    strideHeight: 1,
    strideWidth: 1,
    dilationHeight: 1,
    dilationWidth: 1,
    padTop: 0,
    padLeft: 0,
    groups: 1,
    spreadHeight: 1,
    spreadWidth: 1,
  };
}

/** Weights of one output. */
function depthOf({ filterHeight, filterWidth, inputChannels, groups }: ProductGeometry): number {
  return (filterHeight * filterWidth * inputChannels) / groups;
}

/** Bytes of scratch memory before the tile's weights: block of parameters and header. */
function tileOffset(sums: Sums): number {
  return alignUp(blockBytes(productParameters), 8) + headerBytes(sums);
}

/** Bytes of a weight in scratch memory. */
function weightBytes(sums: Sums): number {
  return sums === "float32" ? 4 : 1;
}

/** Scratch sizes of a product: for a part of a tile, and for a whole one. */
export function productScratchBytes({ geometry, sums }: Pick<Product, "geometry" | "sums">): number[] {
  const whole = alignUp(depthOf(geometry), 4) * 4 * weightBytes(sums);
  return [...new Set([Math.min(whole, tileBytesAtLeast), whole])].map((bytes) =>
    alignUp(tileOffset(sums) + bytes, 8),
  );
}

/** Scratch size of a depthwise product. */
export function depthwiseScratchBytes({ geometry, sums }: Pick<Product, "geometry" | "sums">): number[] {
  const taps = geometry.filterHeight * geometry.filterWidth;
  return [alignUp(tileOffset(sums) + taps * 4 * weightBytes(sums), 8)];
}

/** End of a kernel's name: the activations' type, and what its sums are where there are two kinds. */
function suffix({ input, sums }: WeightedNode): string {
  if (input.dtype === "float32") return "Float32";
  return input.dtype === "int8" ? "Int8" : sums === "int64" ? "Int16Long" : "Int16";
}

/** The call of a product's kernel. */
export function emitProduct(product: Product, placement: Placement): KernelCall[] {
  const { geometry: g, sums, turned = false } = product;
  const depth = depthOf(g);
  const layout = {
    tiles: tilesOf(g.outputs, g.groups),
    depth,
    places: alignUp(depth, 4) * 4,
    place: (lane: number, k: number) => (k >> 2) * 16 + lane * 4 + (k & 3),
    index: (n: number, k: number) => n * depth + (turned ? turnedInput(g, k) : k),
  };
  const tiles = packStoredTiles(layout, product, 1);
  const room = placement.scratchBytes - tileOffset(sums);
  const chunk = Math.min(alignUp(depth, 4), Math.floor(room / (16 * weightBytes(sums))) * 4);
  return [callProduct("product", product, tiles, chunk, placement)];
}

/** Input `k` of a filter that is turned around. */
function turnedInput({ filterHeight, filterWidth, inputChannels }: ProductGeometry, k: number): number {
  const tap = Math.floor(k / inputChannels);
  return (filterHeight * filterWidth - 1 - tap) * inputChannels + (k % inputChannels);
}

/** The call of a depthwise product's kernel. */
export function emitDepthwiseProduct(product: Product, placement: Placement): KernelCall[] {
  const { geometry: g } = product;
  const taps = g.filterHeight * g.filterWidth;
  const outputs = g.inputChannels * g.outputs;
  const layout = {
    tiles: tilesOf(outputs),
    depth: taps,
    places: taps * 4,
    place: (lane: number, tap: number) => tap * 4 + lane,
    index: (n: number, tap: number) => tap * outputs + n,
  };
  return [callProduct("depthwiseProduct", product, packStoredTiles(layout, product, 16), taps, placement)];
}

function callProduct(
  stem: string,
  product: Product,
  tiles: Uint8Array,
  chunk: number,
  placement: Placement,
): KernelCall {
  const values: BlockValues<typeof productParameters.fields> = {
    input: placement.inputs[0] as number,
    output: placement.outputs[0] as number,
    scratch: placement.scratch,
    scratchBytes: placement.scratchBytes,
    weights: placement.weights(tiles),
    ...product.geometry,
    ...outputValues(product),
    storage: storageNumber(storageOf(product.weights, product.input)),
    weightsZeroPoint: weightsZeroPoint(product.weights),
    chunk,
    matrix: placement.inputs[1] ?? 0,
  };
  const kernel = { name: `${stem}${suffix(product)}`, parameters: productParameters };
  return callKernel(kernel, values, placement.scratch, placement);
}

/** Zero points, and the range that the activation leaves to the output. */
function outputValues({ input, output, activation }: Product) {
  const { dtype } = input;
  if (dtype === "int8" || dtype === "int16") {
    return {
      inputZeroPoint: quantizedParameters(input).zeroPoint,
      outputZeroPoint: quantizedParameters(output).zeroPoint,
      ...activationRange(activation, output, dtype),
      lowest: 0,
      highest: 0,
    };
  }
  const { lowest, highest } = floatActivationRange(activation);
  return { inputZeroPoint: 0, outputZeroPoint: 0, low: 0, high: 0, lowest, highest };
}
