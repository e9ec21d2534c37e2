/**
 * int8 weights that are stored in fewer bits. Each storage is a form that values have, so that they come back as they were, and
 * all arithmetic is that of int8:
 *
 *   int4          -8..7
 *   int4-groups   q * m with q in -8..7 and m in 1..15, one m for every group of 4 outputs by 4 inputs
 *   table16       at most 16 values in all
 *   table4        at most 4 values in all
 */
import { type NarrowStorage, narrowStorages, type TensorData } from "../graph/tensor.js";

/** Whether a storage is one of fewer than 8 bits. */
export function isNarrowStorage(storage: string | undefined): storage is NarrowStorage {
  return narrowStorages.includes(storage as NarrowStorage);
}

/** Values that int4 takes, and multiplies. */
export const int4Range = { low: -8, high: 7 } as const;

/** The greatest multiplier of a group. */
export const maxMultiplier = 15;

/** Outputs of a tile, and inputs of a group. */
export const groupSide = 4;

/** Values that tables hold at most. */
export const tableSizes = { table16: 16, table4: 4 } as const;

/** Weights as a matrix, whose outputs are taken in tiles. */
export interface WeightMatrix {
  /** Tells matrices of the same data apart. */
  readonly key: string;
  /** Outputs of each tile in turn: at most 4, of which the last may be fewer. */
  readonly tiles: readonly (readonly number[])[];
  /** Weights of an output. */
  readonly depth: number;
  /** Weight of output `n` and input `k`: its index in the weights' data. */
  index(n: number, k: number): number;
}

/** Outputs in tiles of 4, none of which holds outputs of two groups of a convolution. */
export function tilesOf(outputs: number, groups = 1): number[][] {
  const filters = outputs / groups;
  const inGroup = Math.ceil(filters / groupSide);
  return Array.from({ length: groups * inGroup }, (_, tile) => {
    const group = Math.floor(tile / inGroup);
    const first = group * filters + (tile % inGroup) * groupSide;
    const count = Math.min(groupSide, (group + 1) * filters - first);
    return Array.from({ length: count }, (_, lane) => first + lane);
  });
}

/** Indices in the weights' data of each group that shares a multiplier, tile by tile, along the depth. */
export function* weightGroups({ tiles, depth, index }: WeightMatrix): Generator<number[]> {
  for (const outputs of tiles) {
    for (let first = 0; first < depth; first += groupSide) {
      const inputs = Array.from({ length: Math.min(groupSide, depth - first) }, (_, i) => first + i);
      yield outputs.flatMap((n) => inputs.map((k) => index(n, k)));
    }
  }
}

/** The least multiplier of which all values are multiples by -8..7, or undefined; 1 where they are all 0. */
export function groupMultiplier(values: ArrayLike<number>): number | undefined {
  let [least, greatest] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    least = Math.min(least, values[i] as number);
    greatest = Math.max(greatest, values[i] as number);
  }
  const first = Math.max(1, Math.ceil(least / int4Range.low), Math.ceil(greatest / int4Range.high));
  for (let m = first; m <= maxMultiplier; m++) {
    let fits = true;
    for (let i = 0; fits && i < values.length; i++) fits = (values[i] as number) % m === 0;
    if (fits) return m;
  }
  return undefined;
}

/** The multipliers of all groups (`weightGroups`), or undefined where weights do not have that form. */
export function groupMultipliers(data: TensorData, matrix: WeightMatrix): Uint8Array | undefined {
  const multipliers: number[] = [];
  for (const group of weightGroups(matrix)) {
    const multiplier = groupMultiplier(group.map((i) => Number(data[i])));
    if (multiplier === undefined) return undefined;
    multipliers.push(multiplier);
  }
  return Uint8Array.from(multipliers);
}

/** The values of weights, ascending, or undefined where there are more than `size`. */
export function tableOf(data: TensorData, size: number): number[] | undefined {
  const values = new Set<number>();
  for (let i = 0; i < data.length; i++) {
    values.add(Number(data[i]));
    if (values.size > size) return undefined;
  }
  return [...values].sort((a, b) => a - b);
}

/** Whether int8 weights have the form of a storage. */
export function fitsStorage(data: TensorData, storage: NarrowStorage, matrix: WeightMatrix): boolean {
  if (storage === "int4") {
    for (let i = 0; i < data.length; i++) {
      const value = Number(data[i]);
      if (value < int4Range.low || value > int4Range.high) return false;
    }
    return true;
  }
  if (storage === "int4-groups") return groupMultipliers(data, matrix) !== undefined;
  return tableOf(data, tableSizes[storage]) !== undefined;
}
