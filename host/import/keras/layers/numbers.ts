import { type DType, elementCount, type Tensor } from "../../../graph/tensor.js";
import { castTo } from "../../compose/whole-numbers.js";
import { dataOf, type GraphWriter } from "../../graph-writer.js";
import { isObject } from "../json-fields.js";
import { isTensor } from "../layer-builder.js";

/** A tensor of any element type as float32. */
export function floats(write: GraphWriter, input: Tensor): Tensor {
  return castTo(write, input, "float32");
}

/** Lengths of nested lists of numbers, as far as they are lists. */
function lengthsOf(value: unknown): number[] {
  return Array.isArray(value) ? [value.length, ...lengthsOf(value[0])] : [];
}

/** Numbers in nested lists, whose lengths are equal on each level; undefined where it is something else. */
function numbersOf(value: unknown): { shape: number[]; values: number[] } | undefined {
  const shape = lengthsOf(value);
  const values = (Array.isArray(value) ? value.flat(shape.length) : [value]).map(Number);
  const isRegular = values.length === elementCount(shape) && values.every(Number.isFinite);
  return isRegular && values.length > 0 && value !== null ? { shape, values } : undefined;
}

/**
 * An argument as a tensor: one that is one, or numbers, lists and arrays of them as a constant of the given element type.
 * Undefined for anything else.
 */
export function tensorOf(write: GraphWriter, value: unknown, dtype: DType): Tensor | undefined {
  if (isTensor(value)) return value;
  const config = isObject(value) && isObject(value.config) ? value.config : undefined;
  const isArray = isObject(value) && ["__tensor__", "__numpy__"].includes(`${value.class_name}`);
  const numbers = numbersOf(isArray ? config?.value : value);
  if (numbers === undefined || typeof value === "string") return undefined;
  return write.constant(dataOf(dtype, numbers.values), numbers.shape, dtype);
}
