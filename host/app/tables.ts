import { parseNpy } from "../run/tensor-files/npy.js";
import { npyReals } from "../run/tensor-files/read-array.js";

/** Rows of numbers. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Throws for what is wrong. */
export type Refuse = (why: string) => never;

/** Rows of numbers of a .npy file, one where it has one axis. Throws `tensor-file-*` for what is none, and what `refuse` throws. */
export function readTable(bytes: Uint8Array, refuse: Refuse): Table {
  const array = parseNpy(bytes);
  const { shape } = array;
  if (shape.length < 1 || shape.length > 2)
    return refuse(`an array of ${shape.length} axes; rows of numbers are expected`);
  const [rows, columns] = (shape.length === 1 ? [1, ...shape] : shape) as [number, number];
  const values = Float32Array.from(npyReals(array));
  if (values.length === 0) return refuse("it has no rows");
  return values.every(Number.isFinite)
    ? { rows, columns, values }
    : refuse("it holds what is no finite number");
}

/**
 * Examples whose last column is the number of a class: the features of each, and its classes as flags.
 *
 * @param classes names of the classes
 */
export function examplesOf(
  { rows, columns, values }: Table,
  classes: readonly string[],
  refuse: Refuse,
): { features: Float32Array; flags: number[] }[] {
  return Array.from({ length: rows }, (_, row) => {
    const features = values.subarray(row * columns, (row + 1) * columns - 1);
    const label = values[(row + 1) * columns - 1] as number;
    if (!Number.isInteger(label) || label < 0 || label >= classes.length)
      refuse(
        `class ${label} in row ${row}; 0 to ${classes.length - 1} are expected in the last column, of ${classes.join(", ")}`,
      );
    return { features, flags: classes.map((_, number) => (number === label ? 1 : 0)) };
  });
}
