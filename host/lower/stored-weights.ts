import { alignUp } from "../abi/align.js";
import { roundedOnce } from "../abi/rounded-once.js";
import { weightStorages } from "../abi/weight-storages.js";
import { NotRunnable, requireThat } from "../graph/not-runnable.js";
import type { DType, Tensor, TensorData } from "../graph/tensor.js";
import { float16Bits } from "../numerics/float16.js";
import { narrowMultiplier, quantizeMultiplier, roundsOnce } from "../numerics/requantization.js";
import { rescaleFactor, weightsScale } from "../ops/weights.js";

/** How weights lie in the weights section, or that they lie in linear memory. */
export type Storage = (typeof weightStorages)[number];

/** Number of a storage, as kernels know it. */
export function storageNumber(storage: Storage): number {
  return weightStorages.indexOf(storage);
}

/** Which weights have the fewer bits that they came in; it is asked for several times of each, and there may be millions. */
const narrow = new WeakMap<TensorData, boolean>();

/** Whether weights still have the fewer bits that they came in. */
function isNarrow(data: TensorData, stored: Tensor["stored"]): boolean {
  const known = narrow.get(data);
  if (known !== undefined) return known;
  const fits = (value: number): boolean =>
    stored === "int4" ? value >= -8 && value <= 7 : float16Bits(value) !== undefined;
  let all = stored !== undefined;
  for (let i = 0; all && i < data.length; i++) all = fits(Number(data[i]));
  narrow.set(data, all);
  return all;
}

/** How a node's weights are stored: in no more bits than they came in. */
export function storageOf({ data, dtype, stored }: Tensor, input: Tensor): Storage {
  if (data === undefined) return "memory";
  if (stored === "int4" && dtype === "int8" && isNarrow(data, stored)) return "int4";
  if (dtype === "int8") return input.dtype === "float32" ? "int8" : "as-computed";
  return stored === "float16" && isNarrow(data, stored) ? "float16" : "as-computed";
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

/** Bytes of `count` weights, an even number, as they are stored. */
export function storedBytes(storage: Storage, weights: Tensor, count: number): number {
  const whole = weights.dtype === "float32" ? 4 : 1;
  return { "as-computed": whole, float16: 2, int8: 1, int4: 0.5, memory: 0 }[storage] * count;
}

/** Where weights are written: from `at` of the view on, as they are stored. */
export interface WrittenWeights {
  view: DataView;
  at: number;
  storage: Storage;
  dtype: DType;
}

/** Writes weight number `index`. */
export function writeWeight(
  { view, at, storage, dtype }: WrittenWeights,
  index: number,
  value: number,
): void {
  if (storage === "float16") view.setUint16(at + 2 * index, float16Bits(value) as number, true);
  else if (storage === "int4") {
    const byte = at + (index >> 1);
    view.setUint8(byte, view.getUint8(byte) | ((value & 15) << (index % 2 === 0 ? 0 : 4)));
  } else if (dtype === "float32") view.setFloat32(at + 4 * index, value, true);
  else view.setInt8(at + index, value);
}

/** Weights of a tile: what each of its places holds. */
export interface TileLayout {
  /** Outputs of each tile in turn: at most 4, of which the last may be fewer. */
  tiles: readonly (readonly number[])[];
  /** Weights of an output. */
  depth: number;
  /** Places of a tile, a multiple of 4. */
  places: number;
  /** Place of input `k` of the output that is number `lane` of its tile. */
  place(lane: number, k: number): number;
  /** Weight of output `n` and input `k`: its index in the weights' data. */
  index(n: number, k: number): number;
}

/** Weights in tiles: for each its header, then its weights, filled up with zeros to `alignment` bytes. */
export function packStoredTiles(layout: TileLayout, of: WeightedNode, alignment: number): Uint8Array {
  const { tiles, depth, places, place, index } = layout;
  const { data, dtype } = of.weights;
  const storage = storageOf(of.weights, of.input);
  const header = headerBytes(of.sums);
  const tileBytes = header + alignUp(storedBytes(storage, of.weights, places), alignment);
  const view = new DataView(new ArrayBuffer(tiles.length * tileBytes));
  for (const [tile, outputs] of tiles.entries()) {
    const at = tile * tileBytes;
    const written = { view, at: at + header, storage, dtype };
    for (const [lane, n] of outputs.entries()) {
      writeConstants(view, at, lane, n, of);
      for (let k = 0; data !== undefined && k < depth; k++)
        writeWeight(written, place(lane, k), Number(data[index(n, k)]));
    }
  }
  return new Uint8Array(view.buffer);
}

/** Outputs in tiles of 4, none of which holds outputs of two groups. */
export function tilesOf(outputs: number, groups = 1): number[][] {
  const filters = outputs / groups;
  const inGroup = Math.ceil(filters / 4);
  return Array.from({ length: groups * inGroup }, (_, tile) => {
    const group = Math.floor(tile / inGroup);
    const first = group * filters + (tile % inGroup) * 4;
    return Array.from({ length: Math.min(4, (group + 1) * filters - first) }, (_, lane) => first + lane);
  });
}

/** Refuses a node whose sums cannot be rescaled. Throws `NotRunnable`. */
export function checkRescaling(of: WeightedNode, outputs: number): void {
  if (of.sums === "float32") return;
  if (of.output === undefined) throw new NotRunnable("the output is missing");
  for (let n = 0; n < outputs; n++) rescaleOf(rescaleFactor(of.product, of, n), of.sums, of.output);
}
