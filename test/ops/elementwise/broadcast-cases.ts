import * as assert from "uvu/assert";
import { arrayTypes, type DType, type Tensor } from "../../../host/graph/tensor.js";
import { type random, runCase } from "../harness.js";

type Random = ReturnType<typeof random>;

/** Shapes that broadcast to one of up to six axes, and that shape. */
export function drawBroadcast(
  { integer }: Random,
  operands: number,
): { shapes: number[][]; shape: number[] } {
  const shape = Array.from({ length: integer(0, 6) }, () => integer(1, 3));
  const broadcasts = shape.map(() => integer(-1, operands - 1));
  const shapes = Array.from({ length: operands }, (_, operand) => {
    const whole = shape.map((length, axis) => (broadcasts[axis] === operand ? 1 : length));
    const leading = whole.findIndex((length) => length !== 1);
    return operand === 0 ? whole : whole.slice(integer(0, Math.max(0, leading)));
  });
  return { shapes, shape };
}

/** Indices of the operands for every output element, by NumPy's rule, from the coordinates. */
export function operandIndices(shapes: readonly (readonly number[])[], shape: readonly number[]): number[][] {
  const count = shape.reduce((product, length) => product * length, 1);
  return Array.from({ length: count }, (_, at) => {
    const coordinates = shape.map((length, axis) => {
      const inner = shape.slice(axis + 1).reduce((product, other) => product * other, 1);
      return Math.floor(at / inner) % length;
    });
    return shapes.map((own) =>
      own.reduce((index, length, axis) => {
        const coordinate = coordinates[coordinates.length - own.length + axis] as number;
        return index * length + (length === 1 ? 0 : coordinate);
      }, 0),
    );
  });
}

/** Runs an operator on tensors with values; the output as numbers. */
export async function runOn(
  operator: string,
  attributes: object,
  inputs: readonly (readonly [Tensor, ArrayBufferView])[],
  output: Tensor,
  keepInputs = true,
): Promise<number[]> {
  const [bytes] = (await runCase({
    operator,
    attributes,
    inputs: inputs.map(([tensor]) => tensor),
    outputs: [output],
    activations: inputs.map(([, values]) => values),
    keepInputs,
  })) as [Uint8Array];
  const values = new arrayTypes[output.dtype](bytes.slice().buffer) as Int32Array;
  return Array.from(values, Number);
}

/** Checks that two lists of numbers are the same, NaN and the sign of 0 aside. */
export function assertNumbers(actual: readonly number[], expected: readonly number[], told: string): void {
  assert.is(actual.length, expected.length, told);
  const wrong = expected.findIndex(
    (value, i) => !(value === actual[i] || (Number.isNaN(value) && Number.isNaN(actual[i]))),
  );
  assert.is(wrong, -1, `${told}: element ${wrong} is ${actual[wrong]}, not ${expected[wrong]}`);
}

/** Random values of a dtype: of float32 between -8 and 8 or small whole numbers, of integers any, or small ones. */
export function drawValues(
  { real, integer }: Random,
  dtype: DType,
  count: number,
  small: boolean,
): ArrayBufferView {
  const values = Array.from({ length: count }, () => {
    if (dtype === "bool") return integer(0, 1);
    if (small) return integer(-4, 4);
    if (dtype === "float32") return (real() - 0.5) * 16;
    const bits = { int8: 8, int16: 16 }[dtype as "int8"] ?? 31;
    return integer(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1);
  });
  if (dtype === "int64") return BigInt64Array.from(values, BigInt);
  return new (arrayTypes[dtype] as Int32ArrayConstructor)(values);
}
