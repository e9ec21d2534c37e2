import { test } from "uvu";
import * as assert from "uvu/assert";
import { bitsOf, canonicalNaN, edges, erf, erfc, samples, ulps } from "./float32.js";
import { apply, type binary, type unary } from "./library.js";

/** Each function, what it is, its largest error in ulp, and up to where most of its samples lie. */
const functions: [name: keyof typeof unary, of: (x: number) => number, bound: number, reach: number][] = [
  ["exp", Math.exp, 1.01, 105],
  ["expm1", Math.expm1, 1.7, 20],
  ["log", Math.log, 0.83, 2],
  ["sin", Math.sin, 0.92, 10],
  ["cos", Math.cos, 0.92, 10],
  ["tanh", Math.tanh, 1.4, 2],
  ["logistic", (x) => 1 / (1 + Math.exp(-x)), 2.35, 20],
  ["erf", erf, 1.1, 4],
  ["erfc", erfc, 3.7, 10],
  ["log1p", Math.log1p, 0.85, 2],
  ["tan", Math.tan, 2.1, 10],
  ["asin", Math.asin, 1.2, 1],
  ["acos", Math.acos, 0.8, 1],
  ["atan", Math.atan, 1.9, 5],
  ["sinh", Math.sinh, 1.6, 5],
  ["cosh", Math.cosh, 1.45, 90],
  ["asinh", Math.asinh, 1.7, 5],
  ["acosh", Math.acosh, 1.8, 20],
  ["atanh", Math.atanh, 1.1, 1],
  ["softplus", (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), 1.6, 20],
  ["rsqrt", (x) => 1 / Math.sqrt(x), 1.5, 4],
];

for (const [index, [name, of, bound, reach]] of functions.entries()) {
  test(`${name} is within ${bound} ulp, with one NaN, infinities and signs as they should be`, () => {
    const inputs = samples(index + 1, 20_000, reach);
    const outputs = apply(name, inputs);
    outputs.forEach((output, i) => {
      const x = inputs[i]!;
      if (Number.isNaN(of(x))) assert.is(bitsOf(outputs)[i], canonicalNaN, `${name}(${x}) is NaN`);
      else assert.ok(ulps(output, of(x)) <= bound, `${name}(${x}) = ${output}, is ${of(x)}`);
    });
  });
}

test("expm1 of negative numbers, which ELU takes, is within 1.04 ulp", () => {
  const inputs = samples(11, 20_000, 18).map((x) => -Math.abs(x));
  apply("expm1", inputs).forEach((output, i) => {
    const real = Math.expm1(inputs[i]!);
    assert.ok(
      Number.isNaN(real) || ulps(output, real) <= 1.04,
      `expm1(${inputs[i]}) = ${output}, is ${real}`,
    );
  });
});

test("sin and cos are right for numbers of every size, however many circles they are", () => {
  const [exponents, each] = [127, 500];
  const inputs = new Float32Array(exponents * each);
  const bits = bitsOf(inputs);
  for (let i = 0; i < bits.length; i++) bits[i] = 0x3f800000 + Math.floor((i / each) * 2 ** 23);
  for (const [name, of] of [
    ["sin", Math.sin],
    ["cos", Math.cos],
  ] as const) {
    apply(name, inputs).forEach((output, i) => {
      assert.ok(ulps(output, of(inputs[i]!)) <= 0.92, `${name}(${inputs[i]}) = ${output}`);
    });
  }
});

/** Pairs of edges, and of random bit patterns and small numbers. */
function pairs(seed: number, reach: number): [Float32Array, Float32Array] {
  const a = samples(seed, 30_000, reach);
  const b = samples(seed + 1, 30_000, reach);
  const crossed = Array.from(edges, (x) => Array.from(edges, (y) => [x, y])).flat();
  return [
    Float32Array.from([...crossed.map(([x]) => x!), ...a.subarray(edges.length)]),
    Float32Array.from([...crossed.map(([, y]) => y!), ...b.subarray(edges.length)]),
  ];
}

/** Compares a function of two operands; `bound` is its largest error in ulp. */
function compare(
  name: keyof typeof binary,
  of: (a: number, b: number) => number,
  bound: number,
  reach: number,
): void {
  const [a, b] = pairs(21, reach);
  const outputs = apply(name, a, b);
  outputs.forEach((output, i) => {
    const real = of(a[i]!, b[i]!);
    const call = `${name}(${a[i]}, ${b[i]})`;
    if (Number.isNaN(real)) assert.is(bitsOf(outputs)[i], canonicalNaN, `${call} is NaN`);
    else assert.ok(ulps(output, real) <= bound, `${call} = ${output}, is ${real}`);
  });
}

test("pow is within 0.55 ulp, with the special cases of IEEE 754", () => {
  // JavaScript has NaN where IEEE 754 has 1.
  compare("pow", (a, b) => (a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : a ** b), 0.55, 30);
});

test("atan2 is within 2.2 ulp, in every quadrant and of zeros and infinities", () => {
  compare("atan2", Math.atan2, 2.2, 10);
});

test("fmod is the exact remainder with the dividend's sign", () => {
  compare("fmod", (a, b) => a % b, 0, 1000);
});

test("floorDiv is the floor of the quotient in float64, rounded to float32", () => {
  compare("floorDiv", (a, b) => Math.floor(a / b), 0, 1000);
});

test("floorMod is the exact remainder with the divisor's sign", () => {
  compare(
    "floorMod",
    (a, b) => {
      const r = a % b;
      return r !== 0 && b < 0 !== r < 0 ? r + b : r;
    },
    0,
    1000,
  );
});

test("what WebAssembly rounds by itself is rounded the same everywhere, halves to even", () => {
  const toEven = (x: number): number => {
    if (Math.abs(x) >= 2 ** 23 || x === 0) return x;
    const low = Math.floor(x);
    const up = x - low > 0.5 || (x - low === 0.5 && low % 2 !== 0);
    return up ? low + 1 || -0 : low || (x < 0 ? -0 : 0);
  };
  const halves = Float32Array.from({ length: 401 }, (_, i) => (i - 200) / 4);
  for (const inputs of [halves, samples(31, 5000, 1e6)]) {
    for (const [name, of] of [
      ["nearest", toEven],
      ["floor", Math.floor],
      ["ceil", Math.ceil],
      ["trunc", Math.trunc],
    ] as const) {
      apply(name, inputs).forEach((output, i) => {
        if (!Number.isNaN(inputs[i]))
          assert.ok(Object.is(output, of(inputs[i]!)), `${name}(${inputs[i]}) = ${output}`);
      });
    }
  }
});

test.run();
