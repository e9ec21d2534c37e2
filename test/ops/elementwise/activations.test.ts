import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import * as activations from "../../../host/ops/elementwise/activations.js";
import { rescale } from "../../numerics/gemmlowp.js";
import { everyInt8, plain, quantized } from "../quantized-tensors.js";
import { assertNumbers, runOn } from "./broadcast-cases.js";
import {
  checkFloats,
  checkLines,
  checkTables,
  type Definitions,
  erf,
  roundAway,
  softplus,
} from "./function-cases.js";

const f = Math.fround;
const gelu = (x: number): number => (Math.abs(x) > 5 ? Math.max(x, 0) : (x / 2) * (1 + erf(x / Math.SQRT2)));
const geluByTanh = (x: number): number =>
  (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

const definitions = {
  elu: { real: (x) => (x < 0 ? Math.expm1(x) : x), off: 3e-7 },
  scaledElu: {
    operator: "elu",
    real: (x) => (x < 0 ? 1.5 * Math.expm1(0.5 * x) : Math.fround(1.25 * x)),
    off: 4e-7,
    attributes: { positive: 1.25, negative: 1.5, rate: 0.5 },
  },
  gelu: { real: gelu, off: 2e-6, attributes: { approximate: false } },
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
  approximateGelu: { operator: "gelu", real: geluByTanh, off: 2e-6, attributes: { approximate: true } },
} satisfies Definitions;

test("activations of float32 give the real function, or what is near it, and one NaN for every NaN", () =>
  checkFloats(definitions));

test("GELU by tanh keeps its digits where it is nearly 0", async () => {
  const data = Float32Array.of(-3.5, -4, -4.5, -5);
  const actual = await runOn("gelu", { approximate: true }, [[plain([4]), data]], plain([4]));
  for (const [i, x] of data.entries()) {
    const real = x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
    assert.ok(Math.abs((actual[i] as number) / real - 1) < 5e-6, `${x}: ${actual[i]}, not ${real}`);
  }
});

test("activations of int8 are the float function of what an integer stands for", () => {
  const { clamp, ...tables } = definitions;
  return checkTables(tables);
});

test("activations of int16 follow the real function within a few steps, by straight lines", () => {
  const { gelu: exact, elu, silu, softsign } = definitions;
  return checkLines([
    ["gelu", exact, 4],
    ["elu", elu, 4],
    ["silu", silu, 4],
    ["softsign", softsign, 1],
  ]);
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

test("attributes that are no numbers are refused", () => {
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
});

test.run();
