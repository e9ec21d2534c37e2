import { test } from "uvu";
import * as assert from "uvu/assert";
import type { Tensor } from "../../../host/graph/tensor.js";
import { sub, subConstants } from "../../../host/ops/elementwise/sub.js";
import { fixedPoint } from "../../numerics/fixed-point.js";
import { quantized } from "../quantized-tensors.js";
import {
  checkElementwise,
  checkElementwiseReference,
  checkElementwiseRefusals,
  drawElementwise,
  everyPair,
} from "./elementwise-cases.js";
import { sumRule } from "./sum-rule.js";

const rule = sumRule(-1, Math.fround);

test("sub gives the bytes of TFLite's 8-bit difference for random shapes and scales", async () => {
  for (let seed = 0; seed < 56; seed++) {
    const spec = drawElementwise(seed, (a, b, factor) => Math.max(a, b) * factor);
    await checkElementwise("sub", spec, rule, `seed ${seed}`);
  }
});

test("sub gives the bytes of TFLite's 8-bit difference for every pair of values", async () => {
  const f = Math.fround;
  for (const [a, b, output, zero] of [
    [f(0.1), f(0.1), f(0.1), 0],
    [0.5, 0.25, 1, 6],
    [f(0.039), f(0.104), f(0.0509), -127],
    [f(0.104), f(0.039), f(0.0733), 127],
    [f(1e-6), 1, f(0.5), 3],
  ] as const) {
    const parameters = (scale: number, zeroPoint: number) => ({ scale, zeroPoint });
    const spec = everyPair(parameters(a, -128), parameters(b, -zero), parameters(output, zero));
    await checkElementwise("sub", spec, rule, `scales ${a}, ${b}, ${output}`);
  }
});

test("sub's multipliers are of float precision, as TensorFlow Lite Micro computes them", () => {
  const [first, second, output] = [0.3, 0.1, 0.7].map((scale) => quantized([1], Math.fround(scale), 0));
  const { constants } = subConstants(first as Tensor, second as Tensor, output as Tensor, "none");
  const twice = Math.fround(2 * Math.fround(0.3));
  const { multiplier } = fixedPoint(Math.fround(Math.fround(0.1) / twice));
  assert.is.not(multiplier, fixedPoint(Math.fround(0.1) / twice).multiplier);
  assert.is(constants.narrowMultiplier, Number(multiplier));
  const rescaling = fixedPoint(Math.fround(twice / Math.fround(2 ** 20 * Math.fround(0.7))));
  assert.is(constants.multiplier, Number(rescaling.multiplier));
  assert.equal([constants.wideSign, constants.narrowSign], [1, -1]);
});

test("sub's float reference is the difference", () => checkElementwiseReference(sub, (a, b) => a - b));

test("sub refuses what it cannot run, with the reason", () => checkElementwiseRefusals(sub));

test.run();
