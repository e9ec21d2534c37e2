import { test } from "uvu";
import { mul } from "../../../host/ops/elementwise/mul.js";
import { fixedPoint, rescaleFixed } from "../../numerics/fixed-point.js";
import {
  checkElementwise,
  checkElementwiseReference,
  checkElementwiseRefusals,
  drawElementwise,
  everyPair,
  type IntegerRule,
} from "./elementwise-cases.js";

/** TFLite's 8-bit product: rescaled by the operands' scales over the output's. */
const rule: IntegerRule = (a, b, first, second, output) => {
  const real = (first.scale * second.scale) / output.scale;
  return rescaleFixed((a - first.zeroPoint) * (b - second.zeroPoint), fixedPoint(real)) + output.zeroPoint;
};

test("mulInt8 gives the bytes of TFLite's 8-bit product for random shapes and scales", async () => {
  for (let seed = 0; seed < 56; seed++) {
    const spec = drawElementwise(seed, (a, b, factor) => a * b * 64 * factor);
    await checkElementwise("mul", spec, rule, `seed ${seed}`);
  }
});

test("mulInt8 gives the bytes of TFLite's 8-bit product for every pair of values, with shifts to either side", async () => {
  for (const multiplier of [0.0039, 0.3, 0.5, 0.75, 1, 1.7, 16, 2 ** -31, 9000]) {
    const parameters = (scale: number, zeroPoint: number) => ({ scale, zeroPoint });
    const spec = everyPair(
      parameters(0.5, 100),
      parameters(0.25, -128),
      parameters(Math.fround(0.125 / multiplier), -9),
    );
    await checkElementwise("mul", spec, rule, `multiplier ${multiplier}`);
  }
});

test("mul's float reference is the product", () => checkElementwiseReference(mul, (a, b) => a * b));

test("mul refuses what it cannot run, with the reason", () => checkElementwiseRefusals(mul));

test.run();
