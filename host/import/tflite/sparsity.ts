import { WasmoteError } from "../../errors.js";
import {
  arrayTypes,
  elementCount,
  type TensorData,
  type TensorType,
  tensorBytes,
} from "../../graph/tensor.js";
import { fields } from "./schema.js";
import type { Table } from "./table.js";

/** One level of the tree in which a sparse tensor's elements lie: all indices, or those that are listed. */
type Level =
  | { readonly size: number }
  | {
      /** Where the indices below each node of the level before begin; one more at the end. */
      readonly segments: ArrayLike<number>;
      readonly indices: ArrayLike<number>;
    };

/** How a sparse tensor is laid out. */
interface Layout {
  /** Axes by level: those of the tensor, then those within blocks. */
  order: readonly number[];
  /** Axis of the tensor that each axis within blocks divides. */
  blockMap: readonly number[];
  levels: readonly Level[];
}

/** Axes of a sparse tensor: each takes one or two levels of recursion. */
const mostAxes = 8;

const damaged = (detail: string): WasmoteError =>
  new WasmoteError("model-corrupt", `a sparse tensor ${detail}`);

/** Indices of a level: a union of vectors of int32, uint16 or uint8. */
function readIndices(table: Table, field: number): ArrayLike<number> {
  const kind = table.uint8(field, 0);
  const vector = table.table(field + 1);
  const values = kind === 1 ? vector?.int32s(0) : kind === 2 ? vector?.uint16s(0) : vector?.bytes(0);
  if (kind < 1 || kind > 3 || values === undefined) throw damaged(`has no indices of kind ${kind}`);
  return values;
}

function readLayout(table: Table): Layout {
  const { traversalOrder, blockMap, levels, level } = fields.sparsity;
  return {
    order: table.int32s(traversalOrder) ?? [],
    blockMap: table.int32s(blockMap) ?? [],
    levels: table.tables(levels).map((entry): Level => {
      const format = entry.int8(level.format, 0);
      if (format === 0) return { size: entry.int32(level.denseSize, 0) };
      if (format !== 1) throw damaged(`has a level of format ${format}`);
      return {
        segments: readIndices(entry, level.segments),
        indices: readIndices(entry, level.indices),
      };
    }),
  };
}

/** What every index of a level's axis is worth in the dense tensor, in elements, and how many there are of it. */
function axesOf(
  { order, blockMap, levels }: Layout,
  shape: readonly number[],
): { strides: number[]; sizes: number[] } {
  const rank = shape.length;
  const axes = rank + blockMap.length;
  const isOrder = order.length === axes && [...order].sort((a, b) => a - b).every((axis, i) => axis === i);
  if (!isOrder || levels.length !== axes || blockMap.some((axis) => axis < 0 || axis >= rank)) {
    throw damaged(`of ${rank} axes has ${levels.length} levels in the order [${order.join(", ")}]`);
  }
  const blocks = shape.map(() => 1);
  const sizes = shape.slice();
  for (const [i, axis] of blockMap.entries()) {
    const level = levels[order.indexOf(rank + i)] as Level;
    const size = "size" in level ? level.size : 0;
    if (!(size >= 1) || (sizes[axis] as number) % size !== 0 || blocks[axis] !== 1) {
      throw damaged(`has blocks of ${size} along an axis of ${shape[axis]}`);
    }
    blocks[axis] = size;
    sizes[axis] = (sizes[axis] as number) / size;
  }
  const whole = shape.map((_, axis) => elementCount(shape.slice(axis + 1)));
  const strides = [
    ...whole.map((stride, axis) => stride * (blocks[axis] as number)),
    ...blockMap.map((axis) => whole[axis] as number),
  ];
  return { strides, sizes: [...sizes, ...blockMap.map((axis) => blocks[axis] as number)] };
}

function fillWith(data: TensorData, value: number): void {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value));
  else data.fill(value);
}

/**
 * A sparse constant with its zeros. Source: `SparsityParameters` of TFLite's public schema; the format is that of TACO
 * (Chou, Kjolstad and Amarasinghe 2018: "Format abstraction for sparse tensor algebra compilers").
 *
 * @param table the tensor's `SparsityParameters`
 * @param values its elements that are stored, in their order
 * @param zero what is left out is: the element that stands for 0
 * @throws `model-corrupt` where they contradict each other
 */
export function unfoldSparse(
  table: Table,
  values: TensorData,
  { dtype, shape }: TensorType,
  zero: number,
): TensorData {
  if (shape.length > mostAxes) throw damaged(`has ${shape.length} axes; up to ${mostAxes} are read`);
  table.spend(tensorBytes({ dtype, shape }));
  const layout = readLayout(table);
  const { strides, sizes } = axesOf(layout, shape);
  const dense = new arrayTypes[dtype](elementCount(shape));
  if (zero !== 0) fillWith(dense, zero);
  const walk = (depth: number, parent: number, at: number): void => {
    const level = layout.levels[depth];
    if (level === undefined) {
      const value = values[parent];
      if (value === undefined) throw damaged(`has ${values.length} elements; its levels name more`);
      (dense as Int8Array)[at] = value as number;
      return;
    }
    const axis = layout.order[depth] as number;
    const [size, stride] = [sizes[axis] as number, strides[axis] as number];
    if ("size" in level) {
      if (level.size !== size) throw damaged(`has a level of ${level.size} for an axis of ${size}`);
      for (let i = 0; i < size; i++) walk(depth + 1, parent * size + i, at + i * stride);
      return;
    }
    const [first, end] = [level.segments[parent], level.segments[parent + 1]];
    if (
      first === undefined ||
      end === undefined ||
      first < 0 ||
      end > level.indices.length ||
      end - first > size
    ) {
      throw damaged(`has a level without the indices that it names`);
    }
    for (let i = first, least = 0; i < end; i++) {
      const index = level.indices[i] as number;
      if (!(index >= 0 && index < size)) throw damaged(`has index ${index} in an axis of ${size}`);
      if (index < least)
        throw damaged(`has index ${index} behind ${least - 1}; larger and larger ones are expected`);
      least = index + 1;
      walk(depth + 1, i, at + index * stride);
    }
  };
  walk(0, 0, 0);
  return dense;
}
