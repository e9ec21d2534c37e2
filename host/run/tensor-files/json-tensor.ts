import { WasmoteError } from "../../errors.js";
import { parseJson } from "../../files/json.js";

/** Numbers in a JSON file: row-major, with the shape that the nesting of the arrays gives. */
export interface JsonTensor {
  shape: readonly number[];
  values: number[];
}

const maxRank = 32;

/**
 * Reads a JSON file that holds a number, a flat array of numbers, or nested arrays that are regular.
 * Throws `input-invalid`.
 */
export function parseJsonTensor(bytes: Uint8Array): JsonTensor {
  let parsed: unknown;
  try {
    parsed = parseJson(bytes);
  } catch (error) {
    throw new WasmoteError("input-invalid", `no JSON: ${(error as Error).message}`);
  }
  const shape: number[] = [];
  for (let inner = parsed; Array.isArray(inner); inner = inner[0]) {
    shape.push(inner.length);
    if (shape.length > maxRank)
      throw new WasmoteError("input-invalid", `arrays nested deeper than ${maxRank}`);
  }
  const values: number[] = [];
  collect(parsed, shape, 0, values);
  return { shape, values };
}

/** Most numbers that are written as JSON: some ten bytes of text each. */
const maxWritten = 2 ** 22;

/** Throws `output-size` for more numbers than are written as JSON. */
export function requireJsonCount(count: number): void {
  if (count > maxWritten) {
    throw new WasmoteError("output-size", `${count} numbers; at most ${maxWritten} are written as JSON`);
  }
}

/** Writes numbers as nested JSON arrays of the given shape, row-major; not-finite ones become null. */
export function writeJsonTensor(values: readonly number[], shape: readonly number[]): Uint8Array {
  let level: unknown[] = [...values];
  for (const length of shape.slice(1).reverse()) {
    const rows: unknown[] = [];
    for (let i = 0; i < level.length; i += length) rows.push(level.slice(i, i + length));
    level = rows;
  }
  return new TextEncoder().encode(`${JSON.stringify(shape.length === 0 ? level[0] : level)}\n`);
}

function collect(value: unknown, shape: readonly number[], axis: number, values: number[]): void {
  if (axis === shape.length) {
    if (typeof value !== "number") {
      throw new WasmoteError("input-invalid", `${describe(value)} where a number is expected`);
    }
    values.push(value);
    return;
  }
  if (!Array.isArray(value) || value.length !== shape[axis]) {
    throw new WasmoteError(
      "input-invalid",
      `the arrays are not regular: ${describe(value)} where an array of ${shape[axis]} is expected`,
    );
  }
  for (const item of value) collect(item, shape, axis + 1, values);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value === null) return "null";
  return typeof value === "object" ? "an object" : JSON.stringify(value);
}
