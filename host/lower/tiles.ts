/**
 * Weights in tiles, as kernels read them. Where they are stored in a table, this comes first: of table16 the 16 values, of table4
 * the 16 pairs that 4 bits stand for. Then for every 4 outputs
 *
 *   a header, the outputs' constants
 *   weights, in groups of 16: of 4 inputs by 4 outputs, or of 4 taps by 4 channels
 *   of int4-groups the groups' multipliers, two a byte, the first in the lower half; filled up to 4 bytes
 *
 * In fewer than 8 bits there are two groups, or any multiple of two. int4 holds q + 8; a byte holds weight i of a group in its
 * lower half and weight i + 8 in the upper one, so that words are unpacked by masks and shifts. Tables' indices follow each
 * other, the first in a byte's lowest bits.
 */
import { alignUp } from "../abi/align.js";
import type { weightStorages } from "../abi/weight-storages.js";
import type { NarrowStorage, Tensor } from "../graph/tensor.js";
import { float16Bits } from "../numerics/float16.js";
import {
  groupMultiplier,
  int4Range,
  isNarrowStorage,
  tableOf,
  tableSizes,
  type WeightMatrix,
} from "../numerics/narrow-weights.js";

/** How weights lie in the weights section, or that they lie in linear memory. */
export type Storage = (typeof weightStorages)[number];

/** How a matrix of weights lies in tiles. */
export interface TileLayout {
  readonly matrix: WeightMatrix;
  /** Bytes of a tile's header. */
  readonly headerBytes: number;
  /** Inputs are filled up to a multiple of so many; to twice the side of a group in fewer than 8 bits. */
  readonly step: number;
  /** Bytes that weights of a tile are filled up to a multiple of. */
  readonly alignment: number;
  /** Place within a tile of input `k` of the output that is number `lane`. */
  place(lane: number, k: number): number;
}

/** For every 4 inputs 4 outputs of 4 weights. */
export function rowLayout(matrix: WeightMatrix, headerBytes: number): TileLayout {
  const place = (lane: number, k: number): number => (k >> 2) * 16 + lane * 4 + (k & 3);
  return { matrix, headerBytes, step: 4, alignment: 1, place };
}

/** For every tap 4 channels; filled up to 16 bytes. */
export function tapLayout(matrix: WeightMatrix, headerBytes: number): TileLayout {
  return { matrix, headerBytes, step: 1, alignment: 16, place: (lane, tap) => tap * 4 + lane };
}

/** Inputs of an output, filled up as a storage has them. */
export function filledDepth({ matrix, step }: Pick<TileLayout, "matrix" | "step">, storage: Storage): number {
  return alignUp(matrix.depth, isNarrowStorage(storage) ? 8 : step);
}

/** Bytes that `inputs` inputs of a tile take besides weights: multipliers of their groups. */
function multiplierBytes(storage: Storage, inputs: number): number {
  return storage === "int4-groups" ? alignUp(inputs / 8, 4) : 0;
}

/** Bytes of what comes before the first tile. */
function tableBytes(storage: Storage): number {
  return { table16: 16, table4: 32 }[storage as string] ?? 0;
}

/**
 * Bytes of scratch memory that kernels have besides `inputs` inputs of a tile that they unpack: for their multipliers, or for
 * the table.
 */
export function codebookBytes(storage: Storage, inputs: number): number {
  if (!isNarrowStorage(storage)) return 0;
  return Math.max(4, multiplierBytes(storage, inputs), tableBytes(storage));
}

/**
 * Inputs of a tile that are unpacked at once: as many as fit into `room` bytes, a multiple of what a storage takes, at least
 * one of them and at most `most`.
 */
export function chunkWithin(room: number, most: number, storage: Storage, weightBytes: number): number {
  const step = isNarrowStorage(storage) ? 8 : 4;
  const fits = (chunk: number): boolean => chunk * 4 * weightBytes + codebookBytes(storage, chunk) <= room;
  let chunk = Math.min(Math.floor(most / step), Math.floor(room / (4 * weightBytes * step))) * step;
  while (chunk > step && !fits(chunk)) chunk -= step;
  return chunk;
}

/** Bytes of a tile's weights. @param whole bytes of a weight as it is computed with */
function tileWeightBytes(layout: TileLayout, storage: Storage, whole: number): number {
  const inputs = filledDepth(layout, storage);
  const each =
    { "as-computed": whole, float16: 2, int8: 1, memory: 0, table4: 0.25 }[storage as string] ?? 0.5;
  return alignUp(inputs * 4 * each + multiplierBytes(storage, inputs), layout.alignment);
}

/** Bytes of weights in tiles. @param whole bytes of a weight as it is computed with */
export function packedBytes(layout: TileLayout, storage: Storage, whole: number): number {
  const tileBytes = layout.headerBytes + tileWeightBytes(layout, storage, whole);
  return tableBytes(storage) + layout.matrix.tiles.length * tileBytes;
}

/** Writes the constants of output `n`, number `lane` of its tile, into the header at `at`. */
export type WriteConstants = (view: DataView, at: number, lane: number, n: number) => void;

/** Weights in tiles, which have the form of their storage. */
export function packTiles(
  layout: TileLayout,
  storage: Storage,
  weights: Tensor,
  writeConstants: WriteConstants,
): Uint8Array {
  const { matrix, headerBytes, place } = layout;
  const whole = weights.dtype === "float32" ? 4 : 1;
  const bytes = new Uint8Array(packedBytes(layout, storage, whole));
  const view = new DataView(bytes.buffer);
  const tileBytes = headerBytes + tileWeightBytes(layout, storage, whole);
  const table = storage === "table16" || storage === "table4" ? tableValues(weights, storage) : [];
  bytes.set(tableOfPairs(table, storage));
  const values = new Float64Array(filledDepth(layout, storage) * 4);
  for (const [tile, outputs] of matrix.tiles.entries()) {
    const at = tableBytes(storage) + tile * tileBytes;
    values.fill(0);
    for (const [lane, n] of outputs.entries()) {
      writeConstants(view, at, lane, n);
      for (let k = 0; weights.data !== undefined && k < matrix.depth; k++)
        values[place(lane, k)] = Number(weights.data[matrix.index(n, k)]);
    }
    if (isNarrowStorage(storage)) bytes.set(narrowTile(values, storage, table), at + headerBytes);
    else if (storage !== "memory") writeWhole(view, at + headerBytes, values, storage, whole);
  }
  return bytes;
}

/** Writes weights that take 8 bits or more. */
function writeWhole(view: DataView, at: number, values: Float64Array, storage: Storage, whole: number): void {
  for (const [i, value] of values.entries()) {
    if (storage === "float16") view.setUint16(at + 2 * i, float16Bits(value) as number, true);
    else if (storage === "as-computed" && whole === 4) view.setFloat32(at + 4 * i, value, true);
    else view.setInt8(at + i, value);
  }
}

/** The values of weights in a table, ascending, the last again until it is full. */
function tableValues({ data = new Int8Array(0) }: Tensor, storage: "table16" | "table4"): number[] {
  const values = tableOf(data, tableSizes[storage]) ?? [];
  return Array.from({ length: tableSizes[storage] }, (_, i) => values[i] ?? values.at(-1) ?? 0);
}

/** A table as it is stored: of table4 what 4 bits stand for, two values. */
function tableOfPairs(table: readonly number[], storage: Storage): Int8Array {
  if (storage !== "table4") return Int8Array.from(table);
  return Int8Array.from({ length: 32 }, (_, i) => table[i & 1 ? i >> 3 : (i >> 1) & 3] as number);
}

/** Weights of a tile in fewer than 8 bits, and what they take besides. */
function narrowTile(values: Float64Array, storage: NarrowStorage, table: readonly number[]): Uint8Array {
  const bits = storage === "table4" ? 2 : 4;
  const weightBytes = (values.length * bits) / 8;
  const bytes = new Uint8Array(weightBytes + multiplierBytes(storage, values.length / 4));
  const add = (byte: number, shift: number, code: number): void => {
    bytes[byte] = (bytes[byte] as number) | (code << shift);
  };
  for (let group = 0; group < values.length / 16; group++) {
    const own = values.subarray(group * 16, group * 16 + 16);
    if (storage === "table16" || storage === "table4") {
      for (const [i, value] of own.entries()) {
        const bit = (group * 16 + i) * bits;
        add(bit >> 3, bit & 7, Math.max(0, table.indexOf(value)));
      }
      continue;
    }
    const multiplier = storage === "int4-groups" ? (groupMultiplier(own) ?? 1) : 1;
    for (const [i, value] of own.entries())
      add(group * 8 + (i & 7), i < 8 ? 0 : 4, value / multiplier - int4Range.low);
    if (storage === "int4-groups") add(weightBytes + (group >> 1), (group & 1) * 4, multiplier);
  }
  return bytes;
}
