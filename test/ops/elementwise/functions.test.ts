import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import * as functions from "../../../host/ops/elementwise/functions.js";
import { highMultiply, rescale } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { everyInt8, plain, quantized } from "../quantized-tensors.js";
import { assertNumbers, runOn } from "./broadcast-cases.js";
import {
  checkFloats,
  checkLines,
  checkTables,
  type Definitions,
  erf,
  limit,
  softplus,
} from "./function-cases.js";

/** Halves to the even number. */
function toEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

const definitions = {
  abs: { real: Math.abs },
  neg: { real: (x) => -x },
  sign: { real: Math.sign },
  square: { real: (x) => Math.fround(x * x) },
  sqrt: { real: (x) => Math.fround(Math.sqrt(x)) },
  rsqrt: { real: (x) => Math.fround(1 / Math.fround(Math.sqrt(x))) },
  exp: { real: Math.exp, off: 3e-7 },
  log: { real: Math.log, off: 2e-7 },
  sin: { real: Math.sin, off: 2e-7 },
  cos: { real: Math.cos, off: 2e-7 },
  floor: { real: Math.floor },
  ceil: { real: Math.ceil },
  round: { real: toEven },
  erf: { real: (x) => (Math.abs(x) > 5 ? Math.sign(x) : erf(x)), off: 3e-7 },
  expm1: { real: Math.expm1, off: 3e-7 },
  log1p: { real: Math.log1p, off: 3e-7 },
  softplus: { real: softplus, off: 3e-7 },
  reciprocal: { real: (x) => Math.fround(1 / x) },
  trunc: { real: Math.trunc },
  hardSwish: { real: (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6, off: 3e-7 },
  leakyRelu: { real: (x) => (x > 0 ? x : Math.fround(x * 0.25)), attributes: { alpha: 0.25 } },
  logistic: { real: (x) => 1 / (1 + Math.exp(-x)), off: 3e-7 },
  tanh: { real: Math.tanh, off: 3e-7 },
} satisfies Definitions;

test("functions of float32 give the real function, or what is near it, and one NaN for every NaN", () =>
  checkFloats(definitions));

test("functions of whole numbers give the whole function, which wraps", async () => {
  const data = Int32Array.of(-(2 ** 31), -7, 0, 1, 65536, 2 ** 31 - 1);
  const tensor = plain([6], "int32");
  for (const [operator, whole] of Object.entries({
    abs: (x: number) => Math.abs(x) | 0,
    neg: (x: number) => -x | 0,
    sign: Math.sign,
    square: (x: number) => Math.imul(x, x),
  })) {
    const actual = await runOn(operator, {}, [[tensor, data]], tensor, false);
    assertNumbers(actual, Array.from(data, whole), operator);
  }
  const wide = BigInt64Array.of(-(2n ** 63n), -7n, 0n, 1n, 2n ** 40n, 2n ** 63n - 1n);
  for (const [operator, whole] of Object.entries({
    abs: (x: bigint) => (x < 0n ? -x : x),
    neg: (x: bigint) => -x,
    sign: (x: bigint) => (x > 0n ? 1n : x < 0n ? -1n : 0n),
    square: (x: bigint) => x * x,
  })) {
    const [bytes] = await runCase({
      operator,
      attributes: {},
      inputs: [plain([6], "int64")],
      outputs: [plain([6], "int64")],
      activations: [wide],
    });
    const actual = new BigInt64Array((bytes as Uint8Array).slice().buffer);
    assert.equal(
      [...actual],
      Array.from(wide, (x) => BigInt.asIntN(64, whole(x))),
      `${operator} int64`,
    );
  }
});

test("logicalNot turns bools round", async () => {
  const tensor = plain([5], "bool");
  assertNumbers(
    await runOn("logicalNot", {}, [[tensor, Uint8Array.of(0, 1, 1, 0, 1)]], tensor),
    [1, 0, 0, 1, 0],
    "logicalNot",
  );
});

const f = Math.fround;

test("functions of int8 are the float function of what an integer stands for, as TFLite's tables are", () => {
  const { abs, neg, rsqrt, tanh, logistic, leakyRelu, hardSwish, ...tables } = definitions;
  return checkTables(tables);
});

test("abs and neg of integers rescale", async () => {
  for (const dtype of ["int8", "int16"] as const) {
    const source = random(5);
    const data =
      dtype === "int8" ? everyInt8 : Int16Array.from({ length: 256 }, () => source.integer(-32768, 32767));
    const [scale, outputScale] = [f(0.05), f(0.13)];
    const zeroPoint = dtype === "int8" ? 12 : 0;
    const [low, high] = dtype === "int8" ? [-128, 127] : [-32768, 32767];
    const [input, output] = [
      quantized([256], scale, zeroPoint, dtype),
      quantized([256], outputScale, zeroPoint, dtype),
    ];
    for (const [operator, sign] of Object.entries({ abs: Math.abs, neg: (d: number) => -d })) {
      const expected = Array.from(data, (q) => {
        const rescaled = rescale(sign(q - zeroPoint), scale / outputScale);
        return Math.min(high, Math.max(low, rescaled + zeroPoint)) + 0;
      });
      assertNumbers(await runOn(operator, {}, [[input, data]], output), expected, `${operator} ${dtype}`);
    }
  }
});

/** gemmlowp's fixed point, three integer bits: 1 / sqrt(value) by five steps of Newton's and Raphson's iteration. */
function rsqrtRule(value: number, real: number): number {
  if (value === 1) return rescale(rescale(1, (2 ** 31 - 1) * 2 ** -11), real / 2 ** 20);
  let [input, shift] = [value, 11];
  for (; input < 2 ** 27; input *= 4) shift--;
  const x = BigInt(input / 2);
  let guess = 2n ** 28n;
  const saturate = (v: bigint): bigint => (v > 2n ** 31n - 1n ? 2n ** 31n - 1n : v);
  for (let step = 0; step < 5; step++) {
    const cube = saturate(highMultiply(highMultiply(guess, guess), guess) * 64n);
    guess = saturate((highMultiply(3n * 2n ** 27n, guess) - highMultiply((x + 1n) / 2n, cube)) * 8n);
  }
  const root = Number(highMultiply(guess, 1518500250n)) / 2 ** 31;
  return rescale(rescale(1, root * 2 ** (20 - shift)), real / 2 ** 20);
}

test("rsqrt of int8 is TFLite Micro's fixed point, and the most for 0 and below", async () => {
  for (const [scale, zeroPoint, outputScale, outputZeroPoint] of [
    [f(0.02), -128, f(0.03), -100],
    [f(0.5), 3, f(0.012), 0],
  ] as const) {
    const expected = Array.from(everyInt8, (q) => {
      const value = q - zeroPoint;
      if (value <= 0) return 127;
      return limit(rsqrtRule(value, 1 / (Math.sqrt(scale) * outputScale)) + outputZeroPoint);
    });
    const [input, output] = [
      quantized([256], scale, zeroPoint),
      quantized([256], outputScale, outputZeroPoint),
    ];
    assertNumbers(await runOn("rsqrt", {}, [[input, everyInt8]], output), expected, `${scale}`);
  }
});

test("functions of int16 follow the real function within a few steps, by straight lines", () => {
  const { exp, sin, cos, square, hardSwish } = definitions;
  return checkLines([
    ["exp", exp, 64],
    ["sin", sin, 1],
    ["cos", cos, 1],
    ["square", square, 16],
    ["hardSwish", hardSwish, 4],
  ]);
});

test("interpolation goes through the table's entries and in straight lines between them", async () => {
  const data = Int16Array.from({ length: 385 }, (_, i) => -192 + i);
  const [input, output] = [
    quantized([385], f(2 ** -13), 0, "int16"),
    quantized([385], f(2 ** -12), 0, "int16"),
  ];
  const actual = await runOn("exp", {}, [[input, data]], output);
  for (const start of [-128, 0]) {
    const [first, next] = [start + 192, start + 320].map((i) => actual[i] as number) as [number, number];
    for (let step = 0; step < 128; step++) {
      const expected = first + Math.floor(((next - first) * step + 64) / 128);
      assert.is(actual[start + 192 + step], expected, `${start} + ${step}`);
    }
  }
});

test("functions refuse what they cannot compute, with the reason", () => {
  const refuses = (operator: typeof functions.abs, input: Tensor, output: Tensor, pattern: RegExp): void => {
    assert.throws(
      () => operator.infer({ name: "n", attributes: {}, inputs: [input], outputs: [output] }),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  };
  refuses(
    functions.exp,
    plain([2], "int32"),
    plain([2], "int32"),
    /int32; float32, int8 or int16 is expected/,
  );
  refuses(functions.logicalNot, plain([2]), plain([2]), /float32; bool is expected/);
  refuses(functions.exp, plain([2], "int16"), plain([2], "int16"), /no scale/);
  refuses(functions.abs, quantized([2], 1e9, 0), quantized([2], 1, 0), /too large/);
  refuses(functions.rsqrt, quantized([2], 1e-9, 0), quantized([2], 1e-9, 0), /too small/);
});

test.run();
