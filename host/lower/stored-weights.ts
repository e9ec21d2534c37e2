import { alignUp } from "../abi/align.js";
import { type Block, blockBytes } from "../abi/block.js";
import { roundedOnce } from "../abi/rounded-once.js";
import { weightAlignment } from "../abi/weight-alignment.js";
import { weightStorages } from "../abi/weight-storages.js";
import { NotRunnable, requireThat } from "../graph/not-runnable.js";
import type { NarrowStorage, Tensor, TensorData } from "../graph/tensor.js";
import { float16Bits } from "../numerics/float16.js";
import { fitsStorage, isNarrowStorage, type WeightMatrix } from "../numerics/narrow-weights.js";
import { narrowMultiplier, quantizeMultiplier, roundsOnce } from "../numerics/requantization.js";
import { rescaleFactor, weightsScale } from "../ops/weights.js";
import { packedBytes, packTiles, type Storage, type TileLayout } from "./tiles.js";

/** Number of a storage, as kernels know it. */
export function storageNumber(storage: Storage): number {
  return weightStorages.indexOf(storage);
}

/** Which weights have the form that they are to be stored in, by matrix; it is asked for several times of each. */
const known = new WeakMap<TensorData, Map<string, boolean>>();

function hasForm(data: TensorData, stored: NonNullable<Tensor["stored"]>, matrix: WeightMatrix): boolean {
  const answers = known.get(data) ?? new Map<string, boolean>();
  known.set(data, answers);
  const key = `${stored} ${matrix.key}`;
  const answer =
    answers.get(key) ??
    (isNarrowStorage(stored)
      ? fitsStorage(data, stored, matrix)
      : data.every((value: number | bigint) => float16Bits(Number(value)) !== undefined));
  answers.set(key, answer);
  return answer;
}

/** How a node's weights are stored: as they are said to be, where they have that form and it takes fewer bytes. */
export function storageOf({ data, dtype, stored }: Tensor, input: Tensor, layout: TileLayout): Storage {
  if (data === undefined) return "memory";
  const hasIt = stored !== undefined && hasForm(data, stored, layout.matrix);
  if (dtype !== "int8") return hasIt && stored === "float16" ? stored : "as-computed";
  const whole = wholeStorage(input);
  return hasIt && isNarrowStorage(stored) && pays(stored, layout) ? stored : whole;
}

/** How int8 weights are stored that take all of their 8 bits. */
function wholeStorage(input: Tensor): Storage {
  return input.dtype === "float32" ? "int8" : "as-computed";
}

/** Whether a storage takes fewer bytes of a node's weights than 8 bits each would. */
export function pays(stored: NarrowStorage | undefined, layout: TileLayout): stored is NarrowStorage {
  if (stored === undefined) return false;
  return packedBytes(layout, stored, 1) < packedBytes(layout, "int8", 1);
}

/**
 * Bytes of the weights section that a node takes whose weights have the form of a storage, or take all of their 8 bits: what
 * building it would give, told by shapes alone. Weights of float32 are stored as they are.
 *
 * @param parameters the block that its kernel reads
 */
export function sectionBytes(
  { input, weights }: Pick<WeightedNode, "input" | "weights">,
  stored: NarrowStorage | undefined,
  layout: TileLayout,
  parameters: Block,
): number {
  const isInt8 = weights.dtype === "int8";
  const narrow = pays(stored, layout) ? stored : wholeStorage(input);
  const tiles = isInt8 ? packedBytes(layout, narrow, 1) : packedBytes(layout, "as-computed", 4);
  return alignUp(tiles, weightAlignment) + alignUp(blockBytes(parameters), weightAlignment);
}

/** Sums in a kernel: of float32, of 32 or of 64 bits. */
export type Sums = "float32" | "int32" | "int64";

/**
 * The sums of a node: int32 of int8, and of int16 with a bias of 32 bits where TFLite's kernel has them so; int64 of any
 * other int16.
 *
 * @param always64 whether TFLite's kernel sums int16 in 64 bits whatever the bias
 */
export function sumsOf(input: Tensor, bias: Tensor | undefined, always64: boolean): Sums {
  if (input.dtype === "float32") return "float32";
  if (input.dtype === "int8") return "int32";
  return always64 || bias?.dtype !== "int32" ? "int64" : "int32";
}

/** A multiplier of 16 bits and a shift to the right after it, as TFLite rescales sums of 64 bits. */
export function rescaleOf64(factor: number): { multiplier: number; shift: number } {
  const exact = quantizeMultiplier(factor);
  requireThat(
    exact.shift < 8,
    `a rescale factor of ${factor} is 128 or more, which sums of 64 bits do not take`,
  );
  return { multiplier: narrowMultiplier(exact).multiplier, shift: 15 - exact.shift };
}

/**
 * A factor as kernels take it by which sums of `output` are rescaled; shifts are to the right where they are positive, with
 * `roundedOnce` added where the output is.
 */
export function rescaleOf(factor: number, sums: Sums, output: Tensor): { multiplier: number; shift: number } {
  if (sums === "int64") return rescaleOf64(factor);
  const { multiplier, shift } = quantizeMultiplier(factor);
  const right = multiplier === 0 ? 1 : -shift;
  return { multiplier, shift: roundsOnce(output) ? right + roundedOnce : right };
}

/** What the tiles of a node's weights are made from. */
export interface WeightedNode {
  input: Tensor;
  weights: Tensor;
  bias: Tensor | undefined;
  output: Tensor;
  /** Of which kind its rescaling is (`rescaleFactor`). */
  product: "convolution" | "matrix";
  sums: Sums;
}

/** Bytes of a tile's header: bias, multiplier (or scale) and shift of 4 outputs. */
export function headerBytes(sums: Sums): number {
  return sums === "int64" ? 64 : 48;
}

/** Writes the constants of output `n` into the header of its tile, as number `lane` of 4. */
function writeConstants(view: DataView, at: number, lane: number, n: number, of: WeightedNode): void {
  const bias = of.bias?.data?.[n] ?? 0;
  const constants = at + headerBytes(of.sums) - 32 + lane * 4;
  if (of.sums === "float32") {
    view.setFloat32(at + lane * 4, Number(bias), true);
    if (of.weights.dtype === "int8") view.setFloat32(constants, weightsScale(of.weights, n), true);
    return;
  }
  if (of.sums === "int64") view.setBigInt64(at + lane * 8, BigInt(bias), true);
  else view.setInt32(at + lane * 4, Number(bias), true);
  const { multiplier, shift } = rescaleOf(rescaleFactor(of.product, of, n), of.sums, of.output);
  view.setInt32(constants, multiplier, true);
  view.setInt32(constants + 16, shift, true);
}

/** Weights of a node in tiles, whose headers hold the constants of its outputs. */
export function packStoredTiles(layout: TileLayout, of: WeightedNode): Uint8Array {
  const storage = storageOf(of.weights, of.input, layout);
  return packTiles(layout, storage, of.weights, (view, at, lane, n) => writeConstants(view, at, lane, n, of));
}

/** Refuses a node whose sums cannot be rescaled. Throws `NotRunnable`. */
export function checkRescaling(of: WeightedNode, outputs: number): void {
  if (of.sums === "float32") return;
  if (of.output === undefined) throw new NotRunnable("the output is missing");
  for (let n = 0; n < outputs; n++) rescaleOf(rescaleFactor(of.product, of, n), of.sums, of.output);
}
