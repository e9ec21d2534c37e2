import { type Accelerator, accelerators } from "../../abi/accelerators.js";
import { alignUp } from "../../abi/align.js";
import { type BlockValues, blockBytes } from "../../abi/block.js";
import { productParameters } from "../../abi/parameters.js";
import type { FusedActivation } from "../../graph/node.js";
import { elementBytes, type NarrowStorage } from "../../graph/tensor.js";
import { isNarrowStorage, type WeightMatrix } from "../../numerics/narrow-weights.js";
import {
  floatActivationRange,
  quantizedActivationRange,
  quantizedParameters,
} from "../../numerics/requantization.js";
import { weightsZeroPoint } from "../../ops/weights.js";
import { acceleratedWindow } from "../accelerated.js";
import { callKernel, type KernelCall, type Placement } from "../kernel.js";
import {
  headerBytes,
  packStoredTiles,
  type Sums,
  sectionBytes,
  storageNumber,
  storageOf,
  type WeightedNode,
} from "../stored-weights.js";
import { chunkWithin, codebookBytes, filledDepth, rowLayout, type Storage, tapLayout } from "../tiles.js";

/** Bytes of weights, or of an accelerator's patches, that scratch memory has room for, at least, where there are more. */
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
  /** The weights as a matrix. */
  matrix: WeightMatrix;
}

type ProductValues = BlockValues<typeof productParameters.fields>;

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

/** How a product's weights lie, and are stored. */
function storedAs({ weights, input, matrix, sums }: Product) {
  const layout = rowLayout(matrix, headerBytes(sums));
  const storage = storageOf(weights, input, layout);
  return { layout, storage, filled: filledDepth(layout, storage) };
}

/** The same of a depthwise product. */
function storedByTaps({ weights, input, matrix, sums }: Product) {
  const layout = tapLayout(matrix, headerBytes(sums));
  const storage = storageOf(weights, input, layout);
  return { layout, storage, filled: filledDepth(layout, storage) };
}

/** Positions that accelerators of integers compute at once: at least on some processors, and at most. */
const acceleratedPositions = { least: 3, most: 6 };

/** Bytes of an accelerator's scratch memory: patches of int16, and unpacked weights of a tile. */
function acceleratedBytes(product: Product, positions: number): number {
  const { storage, filled } = storedAs(product);
  if (product.sums === "float32") return storage === "as-computed" ? 0 : filled * 16;
  const unpacked = isNarrowStorage(storage) ? filled * 4 : 0;
  return alignUp(depthOf(product.geometry), 4) * 2 * positions + unpacked;
}

/**
 * Scratch sizes of a product, ascending: for a part of a tile, for a whole one, and for as many positions as accelerators
 * compute at once.
 */
export function productScratchBytes(product: Product): number[] {
  const { sums } = product;
  const { storage, filled } = storedAs(product);
  const each = weightBytes(sums);
  const part = Math.min(filled, tileBytesAtLeast / (4 * each));
  const portable = [part, filled].map(
    (chunk) => tileOffset(sums) + chunk * 4 * each + codebookBytes(storage, chunk),
  );
  const { least, most } = acceleratedPositions;
  const atOnce = Math.min(acceleratedBytes(product, most), tileBytesAtLeast);
  const needed = sums === "float32" ? 0 : Math.max(acceleratedBytes(product, least), atOnce);
  const sizes = [...portable, acceleratedBytes(product, most)].map((bytes) =>
    alignUp(Math.max(bytes, needed, portable[0] as number), 8),
  );
  return [...new Set(sizes)].sort((a, b) => a - b);
}

/** The accelerator of a product, where there is one for what it is and what it has of scratch memory. */
function acceleratorOf(product: Product, depth: number, values: ProductValues): Accelerator | undefined {
  const { geometry: g, weights } = product;
  const plain = g.groups === 1 && g.spreadHeight === 1 && g.spreadWidth === 1 && weights.data !== undefined;
  if (!plain) return undefined;
  const least = acceleratedBytes(product, acceleratedPositions.least);
  if (values.scratchBytes < least) return undefined;
  return acceleratedWindow(accelerators.product, values, depth);
}

/** As `acceleratorOf`, of a depthwise product. */
function depthwiseAcceleratorOf(product: Product, values: ProductValues): Accelerator | undefined {
  const { storage, filled } = storedByTaps(product);
  const isFloat = product.sums === "float32";
  const isDirect = isFloat && storage === "as-computed";
  const bytes = isDirect ? 0 : filled * (isFloat ? 16 : 8);
  if (values.scratchBytes < bytes) return undefined;
  const { filterHeight, filterWidth } = product.geometry;
  return acceleratedWindow(accelerators.depthwiseProduct, values, filterHeight * filterWidth);
}

/** Scratch size of a depthwise product. */
export function depthwiseScratchBytes(product: Product): number[] {
  const { sums } = product;
  const { storage, filled } = storedByTaps(product);
  const accelerated = sums === "float32" ? 0 : filled * 8;
  const portable = tileOffset(sums) + filled * 4 * weightBytes(sums) + codebookBytes(storage, filled);
  return [alignUp(Math.max(portable, accelerated), 8)];
}

/** Bytes of the weights section that a product takes, if its weights have the form of a storage. */
export function productSectionBytes(product: Product, stored: NarrowStorage | undefined): number {
  return sectionBytes(
    product,
    stored,
    rowLayout(product.matrix, headerBytes(product.sums)),
    productParameters,
  );
}

/** As `productSectionBytes`, of a depthwise product. */
export function depthwiseSectionBytes(product: Product, stored: NarrowStorage | undefined): number {
  return sectionBytes(
    product,
    stored,
    tapLayout(product.matrix, headerBytes(product.sums)),
    productParameters,
  );
}

/** End of a kernel's name: the activations' type, and what its sums are where there are two kinds. */
function suffix({ input, sums }: WeightedNode): string {
  if (input.dtype === "float32") return "Float32";
  return input.dtype === "int8" ? "Int8" : sums === "int64" ? "Int16Long" : "Int16";
}

/** The call of a product's kernel. */
export function emitProduct(product: Product, placement: Placement): KernelCall[] {
  const { sums } = product;
  const { layout, storage, filled } = storedAs(product);
  const tiles = packStoredTiles(layout, product);
  const room = placement.scratchBytes - tileOffset(sums);
  const chunk = chunkWithin(room, filled, storage, weightBytes(sums));
  const values = productValues(product, tiles, storage, chunk, placement);
  const accelerator = acceleratorOf(product, depthOf(product.geometry), values);
  return [callProduct(`product${suffix(product)}`, values, accelerator, placement)];
}

/** The call of a depthwise product's kernel. */
export function emitDepthwiseProduct(product: Product, placement: Placement): KernelCall[] {
  const { layout, storage, filled } = storedByTaps(product);
  const tiles = packStoredTiles(layout, product);
  const values = productValues(product, tiles, storage, filled, placement);
  const accelerator = depthwiseAcceleratorOf(product, values);
  return [callProduct(`depthwiseProduct${suffix(product)}`, values, accelerator, placement)];
}

function callProduct(
  name: string,
  values: ProductValues,
  accelerator: Accelerator | undefined,
  placement: Placement,
): KernelCall {
  const kernel = { name, parameters: productParameters, accelerator };
  return callKernel(kernel, values, placement.scratch, placement);
}

function productValues(
  product: Product,
  tiles: Uint8Array,
  storage: Storage,
  chunk: number,
  placement: Placement,
): ProductValues {
  return {
    input: placement.inputs[0] as number,
    output: placement.outputs[0] as number,
    scratch: placement.scratch,
    scratchBytes: placement.scratchBytes,
    weights: placement.weights(tiles),
    ...product.geometry,
    ...outputValues(product),
    storage: storageNumber(storage),
    weightsZeroPoint: weightsZeroPoint(product.weights),
    elementBytes: elementBytes[product.input.dtype],
    longSums: product.sums === "int64" ? 1 : 0,
    chunk,
    matrix: placement.inputs[1] ?? 0,
  };
}

/** Zero points, and the range that the activation leaves to the output. */
function outputValues({ input, output, activation }: Product) {
  const { dtype } = input;
  if (dtype === "int8" || dtype === "int16") {
    return {
      inputZeroPoint: quantizedParameters(input).zeroPoint,
      outputZeroPoint: quantizedParameters(output).zeroPoint,
      ...quantizedActivationRange(activation, output),
      lowest: 0,
      highest: 0,
    };
  }
  const { lowest, highest } = floatActivationRange(activation);
  return { inputZeroPoint: 0, outputZeroPoint: 0, low: 0, high: 0, lowest, highest };
}
