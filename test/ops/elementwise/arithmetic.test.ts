import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FusedActivation } from "../../../host/graph/node.js";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { type DType, elementCount } from "../../../host/graph/tensor.js";
import { add, addPairConstants } from "../../../host/ops/elementwise/add.js";
import * as arithmetic from "../../../host/ops/elementwise/arithmetic.js";
import { mul } from "../../../host/ops/elementwise/mul.js";
import { sub, subPairConstants } from "../../../host/ops/elementwise/sub.js";
import { divideByPower, highMultiply, oneOverOnePlus, rescale } from "../../numerics/gemmlowp.js";
import { random } from "../harness.js";
import { drawScale, plain, quantized } from "../quantized-tensors.js";
import { assertNumbers, drawBroadcast, drawValues, operandIndices, runOn } from "./broadcast-cases.js";
import type { IntegerRule, Parameters } from "./elementwise-cases.js";
import { sumRule } from "./sum-rule.js";
import { checkWide, type WideDefinitions } from "./wide-cases.js";

const f = Math.fround;

/** a / b towards zero, and rounded down; 0 where b is 0. */
const whole = (a: number, b: number): number => (b === 0 ? 0 : Math.trunc(a / b) | 0);
const floored = (a: number, b: number): number => (b === 0 ? 0 : Math.floor(a / b) | 0);

/** Every operator on float32, rounded where the kernel rounds, and on int32, which wraps. */
const definitions: Readonly<
  Record<string, { float: (a: number, b: number) => number; integer?: (a: number, b: number) => number }>
> = {
  add: { float: (a, b) => f(a + b), integer: (a, b) => (a + b) | 0 },
  sub: { float: (a, b) => f(a - b), integer: (a, b) => (a - b) | 0 },
  mul: { float: (a, b) => f(a * b), integer: Math.imul },
  div: { float: (a, b) => f(a / b), integer: whole },
  maximum: { float: Math.max, integer: Math.max },
  minimum: { float: Math.min, integer: Math.min },
  squaredDifference: {
    float: (a, b) => f(f(a - b) * f(a - b)),
    integer: (a, b) => Math.imul((a - b) | 0, (a - b) | 0),
  },
  floorDiv: { float: (a, b) => f(Math.floor(a / b)), integer: floored },
  floorMod: {
    float: (a, b) => (a % b !== 0 && a % b < 0 !== b < 0 ? f((a % b) + b) : a % b),
    integer: (a, b) => (a - Math.imul(b, floored(a, b))) | 0,
  },
  truncMod: { float: (a, b) => a % b, integer: (a, b) => (a - Math.imul(b, whole(a, b))) | 0 },
  prelu: { float: (a, b) => (a >= 0 ? a : f(a * b)) },
};

const limits: Readonly<Record<FusedActivation, readonly [number, number]>> = {
  none: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  relu: [0, Number.POSITIVE_INFINITY],
  relu6: [0, 6],
  "relu-n1-to-1": [-1, 1],
  "relu-0-to-1": [0, 1],
};
const activations = Object.keys(limits) as FusedActivation[];

test("every operator gives its definition on float32 and int32, for random shapes of up to six axes", async () => {
  for (const [operator, { float, integer }] of Object.entries(definitions)) {
    for (let seed = 0; seed < 16; seed++) {
      const dtype: DType = seed % 2 === 1 && integer !== undefined ? "int32" : "float32";
      const compute = dtype === "float32" ? float : (integer as typeof float);
      const source = random(seed);
      const { shapes, shape } = drawBroadcast(source, 2);
      const values = shapes.map((own) => drawValues(source, dtype, elementCount(own), seed % 4 < 2));
      const [a, b] = values as unknown as [number[], number[]];
      const activation = activations[seed % 5] as FusedActivation;
      const [low, high] = limits[activation];
      const expected = operandIndices(shapes, shape).map(([i = 0, j = 0]) => {
        const value = compute(a[i] as number, b[j] as number);
        return Math.min(high, Math.max(low, value));
      });
      const inputs = shapes.map((own, i) => [plain(own, dtype), values[i] as ArrayBufferView] as const);
      const actual = await runOn(operator, { activation }, inputs, plain(shape, dtype), seed % 3 === 0);
      assertNumbers(actual, expected, `${operator} ${dtype}, seed ${seed}`);
    }
  }
});

test("pow is within an ulp of the power, and exact on whole numbers, which wrap", async () => {
  const a = Float32Array.of(2, 0.5, -3, 7.25, 1e-3, 0, -2, 1);
  const b = Float32Array.of(10, -3, 3, 0.3, 1.7, 0, 0.5, 99);
  const run = (values: readonly ArrayBufferView[], dtype: DType): Promise<number[]> =>
    runOn(
      "pow",
      { activation: "none" },
      values.map((data) => [plain([8], dtype), data] as const),
      plain([8], dtype),
    );
  for (const [i, value] of (await run([a, b], "float32")).entries()) {
    const real = (a[i] as number) ** (b[i] as number);
    assert.ok(
      Number.isNaN(real) ? Number.isNaN(value) : Math.abs(value / real - 1) < 2 ** -23,
      `${i}: ${value}`,
    );
  }
  const [base, exponent] = [
    Int32Array.of(3, -2, 0, 7, 5, 1, -1, -1),
    Int32Array.of(4, 31, 0, 13, -1, -9, -3, -2),
  ];
  const expected = [81, -(2 ** 31), 1, Number(BigInt.asIntN(32, 7n ** 13n)), 0, 1, -1, 1];
  assertNumbers(await run([base, exponent], "int32"), expected, "int32");
});

const truncated = (a: bigint, b: bigint): bigint => (b === 0n ? 0n : a / b);
const down = (a: bigint, b: bigint): bigint =>
  truncated(a, b) - (b !== 0n && a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
const ordered = (a: bigint, b: bigint): readonly [bigint, bigint] => (a < b ? [a, b] : [b, a]);

/** Every operator on int64, before it wraps. */
const wideDefinitions: WideDefinitions = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: truncated,
  floorDiv: down,
  floorMod: (a, b) => a - b * down(a, b),
  truncMod: (a, b) => a - b * truncated(a, b),
  maximum: (a, b) => ordered(a, b)[1],
  minimum: (a, b) => ordered(a, b)[0],
  squaredDifference: (a, b) => (a - b) ** 2n,
};

test("whole numbers of 64 bits give their definitions, which wrap", () => checkWide(wideDefinitions));

test("atan2 is the angle of a point", async () => {
  const [y, x] = [Float32Array.of(1, -1, 0, 2.5, -0.5), Float32Array.of(1, -1, -3, 0, 7)];
  const inputs = [y, x].map((data) => [plain([5]), data] as const);
  for (const [i, angle] of (await runOn("atan2", { activation: "none" }, inputs, plain([5]))).entries())
    assert.ok(Math.abs(angle - Math.atan2(y[i] as number, x[i] as number)) < 5e-7, `${i}: ${angle}`);
});

test("whole numbers divide by 0 to 0, and the least by -1 to itself", async () => {
  const a = Int32Array.of(-(2 ** 31), 5, 0, -(2 ** 31));
  const b = Int32Array.of(-1, 0, 0, 0);
  for (const [operator, expected] of Object.entries({
    div: [-(2 ** 31), 0, 0, 0],
    floorDiv: [-(2 ** 31), 0, 0, 0],
    floorMod: [0, 5, 0, -(2 ** 31)],
    truncMod: [0, 5, 0, -(2 ** 31)],
  })) {
    const inputs = [a, b].map((data) => [plain([4], "int32"), data] as const);
    assertNumbers(
      await runOn(operator, { activation: "none" }, inputs, plain([4], "int32")),
      expected,
      operator,
    );
  }
});

/** a / b in TFLite's fixed point: by the reciprocal of |b|, a shifted to the left by its spare bits first. */
const quotient: IntegerRule = (a, b, first, second, output) => {
  const real = f(first.scale / f(second.scale * output.scale));
  const sign = b < second.zeroPoint ? -1 : 1;
  const [value, divisor] = [sign * (a - first.zeroPoint), Math.abs(b - second.zeroPoint)];
  if (divisor === 0) return a < first.zeroPoint ? -Infinity : Infinity;
  if (value === 0) return output.zeroPoint;
  let digits = 0;
  while (2 ** (digits + 1) <= divisor) digits++;
  const inverse = oneOverOnePlus(BigInt((divisor - 2 ** digits) * 2 ** (31 - digits)));
  let headroom = 0;
  while (value * 2 ** (headroom + 1) >= -(2 ** 31) && value * 2 ** (headroom + 1) < 2 ** 31) headroom++;
  const product = highMultiply(BigInt(value) * 2n ** BigInt(headroom), inverse);
  let [shift, fraction] = [0, real];
  for (; fraction >= 1; fraction /= 2) shift++;
  for (; fraction < 0.5; fraction *= 2) shift--;
  const right = digits + headroom - shift;
  if (right < 0) return value < 0 ? -Infinity : Infinity;
  const multiplied = highMultiply(product, BigInt(Math.round(fraction * 2 ** 31)));
  return Number(divideByPower(multiplied, right)) + output.zeroPoint;
};

/** Quantized arithmetic as the reference kernels' source has it. */
const rules = (
  bits: 8 | 16,
): Readonly<Record<string, { rule: IntegerRule; output: (a: number, b: number) => number }>> => {
  const larger = (a: number, b: number): number => 2 * Math.max(a, b);
  const squared: IntegerRule = (a, b, first, second, output) => {
    const [twice, left] = [2 * Math.max(first.scale, second.scale), bits === 8 ? 7 : 0];
    const x = rescale((a - first.zeroPoint) * 2 ** left, first.scale / twice);
    const y = rescale((b - second.zeroPoint) * 2 ** left, second.scale / twice);
    return rescale((x - y) ** 2, twice ** 2 / f(2 ** (2 * left) * output.scale)) + output.zeroPoint;
  };
  const product: IntegerRule = (a, b, first, second, output) =>
    rescale((a - first.zeroPoint) * (b - second.zeroPoint), (first.scale * second.scale) / output.scale) +
    output.zeroPoint;
  const sum = (sign: 1 | -1, round: (value: number) => number): IntegerRule => {
    if (bits === 8) return sumRule(sign, round);
    return (a, b, first, second, output) => {
      const twice = round(2 * Math.max(first.scale, second.scale));
      const x = rescale(a * 2 ** 15, round(first.scale / twice));
      const y = rescale(b * 2 ** 15, round(second.scale / twice));
      return rescale(x + sign * y, round(twice / round(2 ** 15 * output.scale)));
    };
  };
  const prelu: IntegerRule = (a, b, first, second, output) => {
    const value = a - first.zeroPoint;
    const rescaled =
      value >= 0
        ? rescale(value, first.scale / output.scale)
        : rescale(value * (b - second.zeroPoint), (first.scale * second.scale) / output.scale);
    return rescaled + output.zeroPoint;
  };
  return {
    add: { rule: sum(1, (value) => value), output: larger },
    sub: { rule: sum(-1, f), output: larger },
    mul: { rule: product, output: (a, b) => a * b * 2 ** (bits - 1) },
    squaredDifference: { rule: squared, output: (a, b) => Math.max(a, b) ** 2 * 2 ** bits },
    ...(bits === 8
      ? { div: { rule: quotient, output: (a, b) => a / b }, prelu: { rule: prelu, output: (a) => a } }
      : {}),
  };
};

/** Shapes that take as many loops as axes. */
const sixLoops = {
  shapes: [
    [4, 1, 4, 1, 4, 1],
    [1, 4, 1, 4, 1, 4],
  ],
  shape: [4, 4, 4, 4, 4, 4],
};

test("quantized operators give the integers of the specification, int8 of six nested loops too", async () => {
  for (const bits of [8, 16] as const) {
    const dtype = bits === 8 ? "int8" : "int16";
    const [least, most] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
    for (const [operator, { rule, output: scaleOf }] of Object.entries(rules(bits))) {
      for (let seed = 0; seed < 14; seed++) {
        const source = random(seed);
        const { shapes, shape } = seed > 10 ? sixLoops : drawBroadcast(source, 2);
        const parameters = (scale: number): Parameters => ({
          scale,
          zeroPoint: bits === 8 ? source.integer(-128, 127) : 0,
        });
        const [a, b] = [0, 0].map(() => parameters(drawScale(source.real, 0.01, 0.9))) as [
          Parameters,
          Parameters,
        ];
        const to = parameters(f(scaleOf(a.scale, b.scale) * (0.5 + source.real())));
        const activation = activations[seed % 5] as FusedActivation;
        const bound = (real: number): number =>
          Math.min(
            most,
            Math.max(least, to.zeroPoint + Math.sign(real) * Math.round(f(Math.abs(real) / to.scale))),
          );
        const [low, high] = limits[activation].map(bound) as [number, number];
        const values = shapes.map((own) => drawValues(source, dtype, elementCount(own), false));
        const [x, y] = values as unknown as [number[], number[]];
        const expected = operandIndices(shapes, shape).map(([i = 0, j = 0]) =>
          Math.min(high, Math.max(low, rule(x[i] as number, y[j] as number, a, b, to))),
        );
        const inputs = [a, b].map(
          ({ scale, zeroPoint }, i) =>
            [
              quantized(shapes[i] as number[], scale, zeroPoint, dtype),
              values[i] as ArrayBufferView,
            ] as const,
        );
        const output = quantized(shape, to.scale, to.zeroPoint, dtype);
        const actual = await runOn(operator, { activation }, inputs, output, seed % 2 === 0);
        assertNumbers(
          actual,
          expected.map((value) => value + 0),
          `${operator} ${dtype}, seed ${seed}`,
        );
      }
    }
  }
});

test("sums give operands the bits that TFLite's kernels give them", () => {
  for (const [dtype, bits] of [
    ["int8", 20],
    ["int16", 15],
  ] as const) {
    const tensor = quantized([2], 0.5, 0, dtype);
    for (const constantsOf of [addPairConstants, subPairConstants])
      assert.is(constantsOf(tensor, tensor, tensor, "none").leftShift, bits);
  }
});

test("prelu of int16 takes a second operand of int8", async () => {
  const source = random(11);
  const [from, to] = [f(0.001), f(0.0015)];
  const [alpha, zeroPoint] = [f(0.02), -4];
  const [x, y] = [drawValues(source, "int16", 60, false), drawValues(source, "int8", 3, false)];
  const expected = Array.from(x as Int16Array, (value, i) => {
    const slope = ((y as Int8Array)[i % 3] as number) - zeroPoint;
    const rescaled = value >= 0 ? rescale(value, from / to) : rescale(value * slope, (from * alpha) / to);
    return Math.min(32767, Math.max(-32768, rescaled)) + 0;
  });
  const inputs = [
    [quantized([20, 3], from, 0, "int16"), x],
    [quantized([3], alpha, zeroPoint), y],
  ] as const;
  const output = quantized([20, 3], to, 0, "int16");
  assertNumbers(await runOn("prelu", { activation: "none" }, inputs, output), expected, "prelu");
});

test("maximum and minimum of quantized integers compare them as they are", async () => {
  for (const dtype of ["int8", "int16"] as const) {
    const source = random(7);
    const values = [0, 1].map(() => drawValues(source, dtype, 40, false));
    const tensor = quantized([40], 0.5, dtype === "int8" ? -3 : 0, dtype);
    const inputs = values.map((data) => [tensor, data] as const);
    const [a, b] = values as unknown as [number[], number[]];
    for (const [operator, choose] of Object.entries({ maximum: Math.max, minimum: Math.min })) {
      const expected = Array.from(a, (value, i) => choose(value, b[i] as number));
      assertNumbers(
        await runOn(operator, { activation: "none" }, inputs, tensor),
        expected,
        `${operator} ${dtype}`,
      );
    }
  }
});

test("references fold whole numbers exactly, of 64 bits too", () => {
  const [a, b] = [Float64Array.of(7, -7, 2 ** 40), Float64Array.of(2, 2, 3)];
  const tensor = plain([3], "int64");
  const node = {
    name: "n",
    attributes: { activation: "none" as const },
    inputs: [tensor, tensor],
    outputs: [tensor],
  };
  const folded = (operator: typeof add): number[] => [
    ...(operator.reference(node, [a, b])[0] as Float64Array),
  ];
  assert.equal(folded(arithmetic.div), [3, -3, Math.trunc(2 ** 40 / 3)]);
  assert.equal(folded(arithmetic.floorDiv), [3, -4, Math.floor(2 ** 40 / 3)]);
  assert.equal(folded(arithmetic.floorMod), [1, 1, 2 ** 40 % 3]);
  assert.equal(folded(arithmetic.pow), [49, 49, 0]);
  assert.equal(folded(mul), [14, -14, 3 * 2 ** 40]);
  assert.equal(folded(sub), [5, -9, 2 ** 40 - 3]);
});

test("references divide whole numbers by 0 to 0, and take powers without end", () => {
  const [a, b] = [Float64Array.of(7, 0, -1, 3), Float64Array.of(0, -1, -3, 2 ** 50)];
  const tensor = plain([4], "int64");
  const node = {
    name: "n",
    attributes: { activation: "none" as const },
    inputs: [tensor, tensor],
    outputs: [tensor],
  };
  const folded = (operator: typeof add): number[] => [
    ...(operator.reference(node, [a, b])[0] as Float64Array),
  ];
  assert.equal(folded(arithmetic.div).slice(0, 2), [0, -0]);
  assert.equal(folded(arithmetic.floorDiv).slice(0, 2), [0, -0]);
  assert.equal(folded(arithmetic.floorMod).slice(0, 2), [7, 0]);
  assert.equal(folded(arithmetic.pow).slice(0, 3), [1, 0, -1]);
  assert.ok(Number.isFinite(folded(arithmetic.pow)[3]));
});

test("arithmetic refuses what it cannot compute, with the reason", () => {
  const refuses = (operator: typeof add, inputs: Three, pattern: RegExp): void => {
    const node = {
      name: "n",
      attributes: { activation: "none" as const },
      inputs: inputs.slice(0, 2),
      outputs: [inputs[2]],
    };
    assert.throws(
      () => operator.infer(node),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  };
  const tensor = quantized([2], 0.5, 0);
  refuses(arithmetic.maximum, [tensor, quantized([2], 0.25, 0), tensor], /different scales/);
  refuses(arithmetic.floorDiv, [tensor, tensor, tensor], /int8; float32, int32 or int64 is expected/);
  refuses(arithmetic.prelu, [quantized([2], 1e9, 0), tensor, tensor], /too large/);
  const wide = quantized([2], 0.5, 0, "int16");
  refuses(mul, [wide, wide, quantized([2], 0.125, 0, "int16")], /too small/);
  refuses(add, [wide, wide, quantized([2], 1e-6, 0, "int16")], /too small/);
  refuses(arithmetic.prelu, [wide, wide, wide], /int16; int8 is expected beside int16/);
});

type Three = readonly [ReturnType<typeof plain>, ReturnType<typeof plain>, ReturnType<typeof plain>];

test.run();
