import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import * as activations from "../../../host/ops/elementwise/activations.js";
import * as functions from "../../../host/ops/elementwise/functions.js";
import { highMultiply, rescale } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { drawScale, everyInt8, plain, quantized } from "../quantized-tensors.js";
import { assertNumbers, runOn } from "./broadcast-cases.js";

/** Halves to the even number. */
function toEven(x: number): number {
  const rounded = Math.round(x);
  return Math.abs(x % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

/** Abramowitz and Stegun, 7.1.5: the error function as the sum of its series, of doubles. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (-x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const gelu = (x: number): number => (Math.abs(x) > 5 ? Math.max(x, 0) : (x / 2) * (1 + erf(x / Math.SQRT2)));
const geluByTanh = (x: number): number =>
  (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** A function on real numbers, and by how much a kernel of float32 may be off, relative, and absolute below 1. */
interface Definition {
  /** The operator's name, where it is another. */
  operator?: string;
  real: (x: number) => number;
  off?: number;
  attributes?: object;
}

const definitions: Readonly<Record<string, Definition>> = {
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
  elu: { real: (x) => (x < 0 ? Math.expm1(x) : x), off: 3e-7 },
  gelu: { real: gelu, off: 2e-6, attributes: { approximate: false } },
  scaledElu: {
    operator: "elu",
    real: (x) => (x < 0 ? 1.5 * Math.expm1(0.5 * x) : Math.fround(1.25 * x)),
    off: 4e-7,
    attributes: { positive: 1.25, negative: 1.5, rate: 0.5 },
  },
  tan: { real: Math.tan, off: 3e-7 },
  asin: { real: Math.asin, off: 3e-7 },
  acos: { real: Math.acos, off: 3e-7 },
  atan: { real: Math.atan, off: 3e-7 },
  sinh: { real: Math.sinh, off: 3e-7 },
  cosh: { real: Math.cosh, off: 3e-7 },
  asinh: { real: Math.asinh, off: 3e-7 },
  acosh: { real: Math.acosh, off: 3e-7 },
  atanh: { real: Math.atanh, off: 3e-7 },
  erf: { real: (x) => (Math.abs(x) > 5 ? Math.sign(x) : erf(x)), off: 3e-7 },
  expm1: { real: Math.expm1, off: 3e-7 },
  log1p: { real: Math.log1p, off: 3e-7 },
  softplus: { real: softplus, off: 3e-7 },
  reciprocal: { real: (x) => Math.fround(1 / x) },
  trunc: { real: Math.trunc },
  silu: { real: (x) => x / (1 + Math.exp(-x)), off: 5e-7 },
  mish: { real: (x) => x * Math.tanh(softplus(x)), off: 5e-7 },
  softsign: { real: (x) => Math.fround(x / Math.fround(1 + Math.abs(x))) },
  hardSigmoid: {
    real: (x) => Math.min(1, Math.max(0, 0.25 * x + 0.5)),
    off: 2e-7,
    attributes: { slope: 0.25, offset: 0.5 },
  },
  shrink: {
    real: (x) => (x < -1 ? Math.fround(x + 0.5) : x > 1.5 ? Math.fround(x - 0.5) : 0 * x),
    attributes: { low: -1, high: 1.5, bias: 0.5 },
  },
  clamp: {
    real: (x) => Math.min(2.5, Math.max(-1.5, x)),
    attributes: { low: -1.5, high: 2.5 },
  },
  hardSwish: { real: (x) => (x * Math.min(6, Math.max(0, x + 3))) / 6, off: 3e-7 },
  leakyRelu: { real: (x) => (x > 0 ? x : Math.fround(x * 0.25)), attributes: { alpha: 0.25 } },
  logistic: { real: (x) => 1 / (1 + Math.exp(-x)), off: 3e-7 },
  tanh: { real: Math.tanh, off: 3e-7 },
};

test("functions of float32 give the real function, or what is near it, and one NaN for every NaN", async () => {
  const { real } = random(3);
  const drawn = Array.from({ length: 400 }, () => (real() - 0.4) * 24);
  const data = Float32Array.from([...drawn, 0, 0.5, 1.5, -2.5, 1, -1, 1e-3, Number.NaN]);
  const tensor = plain([data.length]);
  const run = (operator: string, attributes: object): Promise<number[]> =>
    runOn(operator, attributes, [[tensor, data]], tensor, false);
  const near = (actual: number[], definition: (x: number) => number, off: number, told: string): void => {
    for (const [i, x] of data.entries()) {
      const [value, found] = [definition(x), actual[i] as number];
      const right =
        Object.is(value + 0, found + 0) || Math.abs(found - value) <= off * Math.max(1, Math.abs(value));
      assert.ok(right, `${told}(${x}) is ${found}, not ${value}`);
    }
  };
  for (const [name, { operator = name, real: definition, off = 0, attributes = {} }] of Object.entries(
    definitions,
  ))
    near(await run(operator, attributes), definition, off, name);
  near(await run("gelu", { approximate: true }), geluByTanh, 2e-6, "approximate gelu");
});

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
const roundAway = (x: number): number => Math.sign(x) * Math.floor(Math.abs(x) + 0.5);
const limit = (q: number): number => Math.min(127, Math.max(-128, Number.isNaN(q) ? -128 : q)) + 0;

test("functions of int8 are the float function of what an integer stands for, as TFLite's tables are", async () => {
  const tables = [
    "exp",
    "log",
    "sqrt",
    "square",
    "sin",
    "cos",
    "floor",
    "ceil",
    "round",
    "sign",
    "elu",
    "gelu",
    "scaledElu",
    "silu",
    "softplus",
    "hardSigmoid",
    "shrink",
    "atan",
    "erf",
    "reciprocal",
  ];
  for (const name of tables) {
    const { real, integer } = random(name.length);
    const { operator = name, real: definition, attributes = {} } = definitions[name] as Definition;
    const [scale, zeroPoint] = [drawScale(real, 0.01, 0.05), integer(-128, 127)];
    const [outputScale, outputZeroPoint] = [drawScale(real, 0.01, 0.1), integer(-128, 127)];
    const expected = Array.from(everyInt8, (q) => {
      const value = f(definition(f(scale * (q - zeroPoint))));
      return limit(roundAway(f(value * f(1 / outputScale))) + outputZeroPoint);
    });
    const [input, output] = [
      quantized([256], scale, zeroPoint),
      quantized([256], outputScale, outputZeroPoint),
    ];
    assertNumbers(await runOn(operator, attributes, [[input, everyInt8]], output), expected, name);
  }
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

test("functions of int16 follow the real function within a few steps, by straight lines", async () => {
  const data = Int16Array.from({ length: 2000 }, (_, i) => -32768 + i * 32);
  const scale = f(4 / 32768);
  for (const [operator, most] of Object.entries({
    exp: 64,
    sin: 1,
    cos: 1,
    square: 16,
    gelu: 4,
    elu: 4,
    hardSwish: 4,
  })) {
    const { real, attributes = {} } = definitions[operator] as Definition;
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
        `${operator}(${q}): ${actual[i]}, not ${expected}`,
      );
    }
  }
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

test("clamp of integers rescales, then limits", async () => {
  for (const dtype of ["int8", "int16"] as const) {
    const data =
      dtype === "int8" ? everyInt8 : Int16Array.from({ length: 256 }, (_, i) => (i - 128) * 256 + 7);
    const [scale, zeroPoint] = dtype === "int8" ? [f(0.05), 12] : [f(0.05 / 256), 0];
    const outputScale = f(scale * 0.7);
    const expected = Array.from(data, (q) => {
      const [low, high] = [-1.5, 2.5].map((real) => roundAway(f(real / outputScale)) + zeroPoint);
      const rescaled = rescale(q - zeroPoint, f(scale / outputScale)) + zeroPoint;
      return Math.min(high as number, Math.max(low as number, rescaled)) + 0;
    });
    const [input, output] = [
      quantized([256], scale, zeroPoint, dtype),
      quantized([256], outputScale, zeroPoint, dtype),
    ];
    assertNumbers(
      await runOn("clamp", { low: -1.5, high: 2.5 }, [[input, data]], output),
      expected,
      `clamp ${dtype}`,
    );
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
  const output = plain([2]);
  for (const [operator, attributes] of [
    [activations.elu, { negative: Number.NaN }],
    [activations.shrink, { low: 0, high: 1, bias: Infinity }],
    [activations.clamp, { low: Number.NaN, high: 1 }],
  ] as const) {
    assert.throws(
      () =>
        operator.infer({ name: "n", attributes: attributes as never, inputs: [output], outputs: [output] }),
      (error: unknown) => error instanceof NotRunnable && /number is expected/.test(error.message),
    );
  }
  refuses(functions.rsqrt, quantized([2], 1e-9, 0), quantized([2], 1e-9, 0), /too small/);
});

test.run();
