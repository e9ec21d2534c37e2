import * as assert from "uvu/assert";
import type { FusedActivation } from "../../../host/graph/node.js";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import type { BinaryAttributes } from "../../../host/ops/elementwise/binary.js";
import type { Operator } from "../../../host/ops/operator.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, quantized } from "../quantized-tensors.js";

/** Scale and zero point of an operand or of the output. */
export interface Parameters {
  scale: number;
  zeroPoint: number;
}

/** The operator on integers as its specification has it, before the activation: a and b are the operands' int8. */
export type IntegerRule = (
  a: number,
  b: number,
  first: Parameters,
  second: Parameters,
  output: Parameters,
) => number;

/** A random elementwise case. A constant operand has data; `a` and `b` are the operands' values. */
export interface ElementwiseCase {
  first: Tensor;
  second: Tensor;
  output: Tensor;
  a: Int8Array;
  b: Int8Array;
  activation: FusedActivation;
}

export function parametersOf({ quantization }: Tensor): Parameters {
  return { scale: quantization?.scale[0] as number, zeroPoint: quantization?.zeroPoint[0] as number };
}

const count = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Two shapes that broadcast, and what they broadcast to: the same, a channel vector, a scalar, or any. */
function drawShapes(
  seed: number,
  integer: (low: number, high: number) => number,
): [number[], number[], number[]] {
  const shape = Array.from({ length: integer(1, 5) }, () => integer(1, 5));
  const flat = [integer(1, 70)];
  if (seed % 4 === 0) return [flat, flat, flat];
  if (seed % 4 === 1) return [shape, shape.slice(-1), shape];
  if (seed % 4 === 2) return [seed % 8 === 2 ? [] : [1], shape, shape];
  const broadcasts = shape.map(() => integer(0, 2));
  const first = shape.map((length, axis) => (broadcasts[axis] === 0 ? 1 : length));
  const second = shape.map((length, axis) => (broadcasts[axis] === 1 ? 1 : length));
  const leading = second.findIndex((length) => length !== 1);
  return [first, second.slice(integer(0, Math.max(0, leading))), shape];
}

/**
 * Draws shapes, scales, zero points, data. At times one operand is constant, all values are extreme, or all scales are
 * powers of two, which makes halves to be rounded common.
 */
export function drawElementwise(
  seed: number,
  outputScale: (a: number, b: number, factor: number) => number,
): ElementwiseCase {
  const { integer, real, int8s } = random(seed);
  const [firstShape, secondShape, outputShape] = drawShapes(seed, integer);
  const draw = (low: number, high: number): number => {
    const scale = drawScale(real, low, high);
    return seed % 3 === 0 ? 2 ** Math.round(Math.log2(scale)) : scale;
  };
  const scaleA = draw(0.0005, 2);
  const scaleB = seed % 5 === 0 ? scaleA : draw(0.0005, 2);
  const zero = (): number => (seed % 6 === 5 ? (integer(0, 1) === 1 ? -128 : 127) : integer(-128, 127));
  const first = quantized(firstShape, scaleA, zero());
  const second = quantized(secondShape, scaleB, zero());
  const extreme = (values: Int8Array): Int8Array =>
    seed % 6 === 5 ? values.map((v) => (v < 0 ? -128 : 127)) : values;
  const [a, b] = [extreme(int8s(count(firstShape))), extreme(int8s(count(secondShape)))];
  if (seed % 7 === 1) second.data = b;
  if (seed % 7 === 2) first.data = a;
  const factor = draw(0.25, 8);
  return {
    first: { ...first, name: "first" },
    second: { ...second, name: "second" },
    output: quantized(outputShape, Math.fround(outputScale(scaleA, scaleB, factor)), zero()),
    a,
    b,
    activation: (["none", "relu", "relu6", "relu-n1-to-1"] as const)[integer(0, 3)] ?? "none",
  };
}

/** Calls `visit` with the operands' indices for every output element, by NumPy's rule, from the coordinates. */
function walk({ first, second, output }: ElementwiseCase, visit: (i: number, j: number) => number): number[] {
  const index = (shape: readonly number[], coordinates: readonly number[]): number =>
    shape.reduce((at, length, axis) => {
      const coordinate = coordinates[coordinates.length - shape.length + axis] as number;
      return at * length + (length === 1 ? 0 : coordinate);
    }, 0);
  return Array.from({ length: count(output.shape) }, (_, at) => {
    const coordinates: number[] = [];
    let rest = at;
    for (const length of [...output.shape].reverse()) {
      coordinates.unshift(rest % length);
      rest = Math.floor(rest / length);
    }
    return visit(index(first.shape, coordinates), index(second.shape, coordinates));
  });
}

/** The fused activation's range on the output's integers. */
function limits({ output, activation }: ElementwiseCase): [number, number] {
  const { scale, zeroPoint } = parametersOf(output);
  const at = (value: number): number =>
    Math.min(
      127,
      Math.max(-128, zeroPoint + Math.sign(value) * Math.round(Math.fround(Math.abs(value) / scale))),
    );
  if (activation === "none") return [-128, 127];
  if (activation === "relu") return [at(0), 127];
  return activation === "relu6" ? [at(0), at(6)] : [at(-1), at(1)];
}

/** What the operator gives, by its integer rule. */
export function expected(spec: ElementwiseCase, rule: IntegerRule): number[] {
  const [low, high] = limits(spec);
  const parameters = [spec.first, spec.second, spec.output].map(parametersOf) as [
    Parameters,
    Parameters,
    Parameters,
  ];
  return walk(spec, (i, j) =>
    Math.min(high, Math.max(low, rule(spec.a[i] as number, spec.b[j] as number, ...parameters))),
  );
}

/** Runs the kernel on a case and compares it with the rule. */
export async function checkElementwise(
  operator: string,
  spec: ElementwiseCase,
  rule: IntegerRule,
  told: string,
): Promise<void> {
  const [bytes] = await runCase({
    operator,
    attributes: { activation: spec.activation },
    inputs: [spec.first, spec.second],
    outputs: [spec.output],
    activations: [
      ...(spec.first.data === undefined ? [spec.a] : []),
      ...(spec.second.data === undefined ? [spec.b] : []),
    ],
  });
  const [actual, wanted] = [asInt8(bytes), expected(spec, rule)];
  const wrong = wanted.findIndex((value, i) => value !== actual[i]);
  assert.is(wrong, -1, `${told}: element ${wrong} is ${actual[wrong]}, not ${wanted[wrong]}`);
  assert.is(actual.length, wanted.length, told);
}

/** Every pair of int8 values, once, in two tensors of one shape, under the given parameters. */
export function everyPair(first: Parameters, second: Parameters, output: Parameters): ElementwiseCase {
  const shape = [256 * 256];
  return {
    first: { ...quantized(shape, first.scale, first.zeroPoint), name: "first" },
    second: { ...quantized(shape, second.scale, second.zeroPoint), name: "second" },
    output: quantized(shape, output.scale, output.zeroPoint),
    a: Int8Array.from({ length: 256 * 256 }, (_, i) => i >> 8),
    b: Int8Array.from({ length: 256 * 256 }, (_, i) => i),
    activation: "none",
  };
}

/** Compares the float reference with the operator on real numbers. */
export function checkElementwiseReference(
  operator: Operator<BinaryAttributes>,
  compute: (a: number, b: number) => number,
): void {
  for (let seed = 0; seed < 24; seed++) {
    const spec = drawElementwise(seed, () => 1);
    const node = {
      name: "n",
      attributes: { activation: "relu6" as const },
      inputs: [spec.first, spec.second],
      outputs: [spec.output],
    };
    const [output] = operator.reference(node, [Float32Array.from(spec.a), Float32Array.from(spec.b)]);
    const real = walk(spec, (i, j) =>
      Math.min(6, Math.max(0, compute(spec.a[i] as number, spec.b[j] as number))),
    );
    assert.equal([...(output as Float32Array)], real, `seed ${seed}`);
  }
}

/** Checks that an elementwise operator refuses what it cannot run, with the reason. */
export function checkElementwiseRefusals(operator: Operator<BinaryAttributes>): void {
  const [first, second, output] = [
    quantized([2, 3], 0.1, 0),
    quantized([3], 0.1, 0),
    quantized([2, 3], 0.1, 0),
  ];
  const refuses = (inputs: (Tensor | undefined)[], to: Tensor, pattern: RegExp): void => {
    const node = { name: "n", attributes: { activation: "none" as const }, inputs, outputs: [to] };
    assert.throws(
      () => operator.infer(node),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  };
  assert.equal(
    operator.infer({
      name: "n",
      attributes: { activation: "none" },
      inputs: [first, second],
      outputs: [output],
    }),
    [{ dtype: "int8", shape: [2, 3] }],
  );
  refuses([first], output, /1 inputs; 2 are expected/);
  refuses([first, { ...second, shape: [2] }], output, /2x3 and 2 do not broadcast: 3 and 2 at axis 1/);
  refuses([{ ...first, dtype: "uint8" }, second], output, /uint8; float32, .*int8 or int16 is expected/);
  refuses([first, { ...second, dtype: "float32" }], output, /float32; int8 is expected/);
  refuses([first, { ...second, quantization: undefined }], output, /no scale and zero point/);
  refuses([first, second], quantized([2, 3], 1e-9, 0), /scale 1e-9 is too small/);
  refuses(
    [quantized([2, 1, 2, 1, 2, 1, 2], 1, 0), quantized([1, 2, 1, 2, 1, 2, 1], 1, 0)],
    output,
    /7 nested loops/,
  );
}
