import { test } from "uvu";
import * as assert from "uvu/assert";
import { add } from "../../../host/ops/elementwise/add.js";
import { compareLayers } from "../golden-layers.js";
import {
  checkElementwise,
  checkElementwiseReference,
  checkElementwiseRefusals,
  drawElementwise,
  everyPair,
} from "./elementwise-cases.js";
import { sumRule } from "./sum-rule.js";

const rule = sumRule(1, (value) => value);

test("addInt8 gives the bytes of TFLite's 8-bit sum for random shapes and scales", async () => {
  for (let seed = 0; seed < 56; seed++) {
    const spec = drawElementwise(seed, (a, b, factor) => Math.max(a, b) * factor);
    await checkElementwise("add", spec, rule, `seed ${seed}`);
  }
});

test("addInt8 gives the bytes of TFLite's 8-bit sum for every pair of values, at extreme ratios of scales too", async () => {
  const f = Math.fround;
  for (const [a, b, output, zero] of [
    [f(0.1), f(0.1), f(0.1), 0],
    [0.5, 0.25, 1, 6],
    [f(0.039), f(0.104), f(0.0509), -127],
    [1, f(1 - 2 ** -24), 1, 127],
    [f(1e-6), 1, f(0.5), 3],
    [1, f(1e-9), f(1e-4), -5],
    [0.5, 0.25, f(1e8), 7],
  ] as const) {
    const parameters = (scale: number, zeroPoint: number) => ({ scale, zeroPoint });
    const spec = everyPair(parameters(a, -zero), parameters(b, 127), parameters(output, zero));
    await checkElementwise("add", spec, rule, `scales ${a}, ${b}, ${output}`);
  }
});

test("add's float reference is the sum", () => checkElementwiseReference(add, (a, b) => a + b));

test("add refuses what it cannot run, with the reason", () => checkElementwiseRefusals(add));

test("addInt8 gives the bytes of TensorFlow Lite Micro on real layers", async () => {
  const compared = await compareLayers("mlperf-tiny-pretrainedResnet_quant", "add");
  if (compared !== undefined) assert.is(compared, 3);
});

test.run();
