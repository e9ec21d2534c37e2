import * as assert from "uvu/assert";
import { random } from "../harness.js";
import { drawScale, everyInt8, plain, quantized } from "../quantized-tensors.js";
import { assertNumbers, runOn } from "./broadcast-cases.js";

/** A function on real numbers, and by how much a kernel of float32 may be off, relative, and absolute below 1. */
export interface Definition {
  /** The operator's name, where it is another. */
  operator?: string;
  real: (x: number) => number;
  off?: number;
  attributes?: object;
}

/** Functions by their names. */
export type Definitions = Readonly<Record<string, Definition>>;

/** Abramowitz and Stegun, 7.1.5: the error function as the sum of its series, of doubles. */
export function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

/** The logarithm of 1 + exp(x). */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Runs the kernels of float32 on random numbers, halves, and NaN. */
export async function checkFloats(definitions: Definitions): Promise<void> {
  const { real } = random(3);
  const drawn = Array.from({ length: 400 }, () => (real() - 0.4) * 24);
  const data = Float32Array.from([...drawn, 0, 0.5, 1.5, -2.5, 1, -1, 1e-3, Number.NaN]);
  const tensor = plain([data.length]);
  for (const [name, definition] of Object.entries(definitions)) {
    const { operator = name, off = 0, attributes = {} } = definition;
    const actual = await runOn(operator, attributes, [[tensor, data]], tensor, false);
    for (const [i, x] of data.entries()) {
      const [value, found] = [definition.real(x), actual[i] as number];
      const right =
        Object.is(value + 0, found + 0) || Math.abs(found - value) <= off * Math.max(1, Math.abs(value));
      assert.ok(right, `${name}(${x}) is ${found}, not ${value}`);
    }
  }
}

const f = Math.fround;

/** The nearest whole number, halves away from 0. */
export const roundAway = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);

/** A number limited to int8; what is none is the least. */
export const limit = (q: number): number => Math.min(127, Math.max(-128, Number.isNaN(q) ? -128 : q)) + 0;

/** Compares functions of every int8, of random scales, with the function of what it stands for. */
export async function checkTables(definitions: Definitions): Promise<void> {
  for (const [name, definition] of Object.entries(definitions)) {
    const { real, integer } = random(name.length);
    const { operator = name, attributes = {} } = definition;
    const [scale, zeroPoint] = [drawScale(real, 0.01, 0.05), integer(-128, 127)];
    const [outputScale, outputZeroPoint] = [drawScale(real, 0.01, 0.1), integer(-128, 127)];
    const expected = Array.from(everyInt8, (q) => {
      const value = f(definition.real(f(scale * (q - zeroPoint))));
      return limit(roundAway(f(value * f(1 / outputScale))) + outputZeroPoint);
    });
    const [input, output] = [
      quantized([256], scale, zeroPoint),
      quantized([256], outputScale, outputZeroPoint),
    ];
    assertNumbers(await runOn(operator, attributes, [[input, everyInt8]], output), expected, name);
  }
}

/** Compares functions of int16 with the real function, up to the largest output given, within a few steps. */
export async function checkLines(
  functions: readonly (readonly [name: string, definition: Definition, most: number])[],
): Promise<void> {
  const data = Int16Array.from({ length: 2000 }, (_, i) => -32768 + i * 32);
  const scale = f(4 / 32768);
  for (const [name, { operator = name, real, attributes = {} }, most] of functions) {
    const outputScale = f(most / 32767);
    const [input, output] = [
      quantized([2000], scale, 0, "int16"),
      quantized([2000], outputScale, 0, "int16"),
    ];
    const actual = await runOn(operator, attributes, [[input, data]], output);
    for (const [i, q] of data.entries()) {
      const expected = Math.min(32767, Math.max(-32768, real(q * scale) / outputScale));
      assert.ok(
        Math.abs((actual[i] as number) - expected) < 5,
        `${name}(${q}): ${actual[i]}, not ${expected}`,
      );
    }
  }
}
