import { accelerators } from "../../abi/accelerators.js";
import { alignUp } from "../../abi/align.js";
import { blockBytes } from "../../abi/block.js";
import { windowParameters } from "../../abi/parameters.js";
import { isRoundedOnce } from "../../abi/rounded-once.js";
import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import type { WeightMatrix } from "../../numerics/narrow-weights.js";
import type { Window } from "../../numerics/window.js";
import type { ConvolutionAttributes, ConvolutionGeometry } from "../../ops/convolution/convolution.js";
import { depthwiseGeometry } from "../../ops/convolution/depthwise-conv-2d.js";
import { tapMatrix } from "../../ops/weight-matrix.js";
import { acceleratedWindow } from "../accelerated.js";
import { callKernel, type Kernel, shiftKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { checkRescaling, pays, sectionBytes, storageOf, sumsOf } from "../stored-weights.js";
import { packTiles, type TileLayout, tapLayout } from "../tiles.js";
import {
  type ChannelConstants,
  channelConstants,
  channelWriter,
  isInt8Product,
  laneCapacity,
  largestMagnitude,
  tileHeaderBytes,
} from "../weight-tiles.js";
import { asRow } from "./as-row.js";
import { windowGeometry } from "./conv-2d.js";
import { emitPatchProduct, patchScratchBytes, patchSectionBytes, windowValues } from "./patch-product.js";
import {
  depthwiseScratchBytes,
  depthwiseSectionBytes,
  emitDepthwiseProduct,
  type Product,
} from "./product.js";

type Geometry = ReturnType<typeof depthwiseGeometry>;

/** A depthwise convolution's geometry as kernels take it. */
function geometryOf(node: BoundNode<ConvolutionAttributes>): Geometry {
  return asRow(depthwiseGeometry(node));
}

function matrixOf({ window, outputChannels }: ConvolutionGeometry): WeightMatrix {
  return tapMatrix(window.filterHeight * window.filterWidth, outputChannels);
}

function productOf(node: BoundNode<ConvolutionAttributes>): Product {
  const g = geometryOf(node);
  const { input, weights, bias } = g;
  return {
    input,
    weights,
    bias,
    output: node.outputs[0] as Tensor,
    product: "convolution",
    sums: sumsOf(input, bias, true),
    geometry: { ...windowGeometry(g), outputs: g.multiplier, groups: 1 },
    matrix: matrixOf(g),
    activation: node.attributes.activation,
  };
}

/** Whether the kernel of single rows runs it. */
function isRow({ inputHeight, outputHeight, window: w, padding }: ConvolutionGeometry): boolean {
  return inputHeight === 1 && outputHeight === 1 && w.filterHeight === 1 && padding.top === 0;
}

/** Whether the kernel of a single position runs it: nothing of its window is outside, and each channel goes to one. */
function isWhole(g: Geometry): boolean {
  const { outputWidth, inputChannels, inputWidth, window: w, padding } = g;
  const span = (w.filterWidth - 1) * w.dilationWidth + 1;
  return (
    isRow(g) &&
    outputWidth === 1 &&
    padding.left === 0 &&
    span <= inputWidth &&
    g.multiplier === 1 &&
    inputChannels % 4 === 0
  );
}

/** Scratch memory of the kernel of single rows, as assembly/kernels/convolution/depthwise-row.ts takes it. */
function rowScratchBytes({ inputWidth, outputWidth, window: w, padding }: ConvolutionGeometry): number {
  const third = Math.ceil(outputWidth / 3);
  const band = third + ((outputWidth - third) & 1);
  const span = (band - 1) * w.strideWidth + (w.filterWidth - 1) * w.dilationWidth + 1;
  const columns = span + (outputWidth - band) * w.strideWidth;
  const rowBytes = padding.left === 0 && columns <= inputWidth ? 0 : columns * 4;
  return span * 8 + 64 + tileHeaderBytes + Math.ceil(w.filterWidth / 9) * 36 + 12 + 12 + rowBytes;
}

/** With one input channel it is a convolution, whose kernel uses a packed patch for all outputs. */
function isPatchProduct(g: Geometry): boolean {
  return g.inputChannels === 1 && isInt8Product(g.input, g.weights);
}

/** Whether the fast int8 kernels run it, which read weights of 8 bits. */
function isFast(g: Geometry): boolean {
  return isInt8Product(g.input, g.weights) && storageOf(g.weights, g.input, layoutOf(g)) === "as-computed";
}

function layoutOf(g: Geometry): TileLayout {
  return tapLayout(matrixOf(g), tileHeaderBytes);
}

function isPlain3x3({ window: w }: { window: Window }): boolean {
  return w.filterHeight === 3 && w.filterWidth === 3 && w.dilationHeight === 1 && w.dilationWidth === 1;
}

function kernelOf(g: Geometry, constants: ChannelConstants): Pick<Kernel, "name" | "wider"> {
  if (isPlain3x3(g)) return shiftKernel("depthwiseConv2d3x3", constants);
  const stem = isWhole(g) ? "depthwiseConv2dWhole" : isRow(g) ? "depthwiseConv2dRow" : "depthwiseConv2d";
  return { name: `${stem}${constants.shift.some(isRoundedOnce) ? "Once" : ""}Int8` };
}

/** A depthwise convolution, channel by channel; of a single input channel as a product of patches. */
export const depthwiseConv2d: Lowering<ConvolutionAttributes> = {
  operator: "depthwiseConv2d",
  dtypes: ["int8", "int16", "float32"],
  // Its kernels read weights of the weights section only; others are refused.
  constantInputs: () => [1, 2],
  check(node) {
    const { weights, outputChannels } = geometryOf(node);
    requireThat(weights.data !== undefined, "weights of a depthwise convolution must be constant");
    checkRescaling(productOf(node), outputChannels);
  },
  scratchBytes(node) {
    const g = geometryOf(node);
    if (isPatchProduct(g)) return patchScratchBytes(g, matrixOf(g));
    if (!isFast(g)) return depthwiseScratchBytes(productOf(node));
    const { window: w, outputWidth } = g;
    const tileBytes = tileHeaderBytes + alignUp(w.filterHeight * w.filterWidth * 4, 16);
    const span = (outputWidth - 1) * w.strideWidth + (w.filterWidth - 1) * w.dilationWidth + 1;
    const bytes = isRow(g) ? rowScratchBytes(g) : w.filterHeight * span * 8 + tileBytes + 1;
    return [alignUp(Math.max(bytes, blockBytes(windowParameters)), 8)];
  },
  emit(node, placement) {
    const g = geometryOf(node);
    const output = node.outputs[0] as Tensor;
    const { activation } = node.attributes;
    if (isPatchProduct(g)) return emitPatchProduct(g, { output, activation }, matrixOf(g), placement);
    if (!isFast(g)) return emitDepthwiseProduct(productOf(node), placement);
    const constants = channelConstants("convolution", { ...g, output }, g.outputChannels, matrixOf(g));
    const tiles = packTiles(layoutOf(g), "as-computed", g.weights, channelWriter(constants));
    const chunk = laneCapacity(largestMagnitude(g.weights.data as Int8Array));
    const values = windowValues(g, g.multiplier, { output, activation, tiles }, chunk, placement);
    const taps = g.window.filterHeight * g.window.filterWidth;
    return [
      callKernel(
        {
          ...kernelOf(g, constants),
          parameters: windowParameters,
          accelerator: acceleratedWindow(accelerators.depthwise, values, taps),
        },
        values,
        placement.scratch,
        placement,
      ),
    ];
  },
  sectionBytes(node, stored) {
    const g = geometryOf(node);
    if (isPatchProduct(g)) return patchSectionBytes(g, matrixOf(g), stored);
    const isWhole = isInt8Product(g.input, g.weights) && !pays(stored, layoutOf(g));
    if (isWhole) return sectionBytes(g, undefined, layoutOf(g), windowParameters);
    return depthwiseSectionBytes(productOf(node), stored);
  },
};
