import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  type CoordinateTransformation,
  cubic,
  interpolated,
  linear,
  nearestTo,
  resampledPlaces,
} from "../../host/numerics/resample.js";

const places = (transformation: CoordinateTransformation, input: number, output: number): number[] =>
  resampledPlaces({ input, output, scale: output / input, transformation, crop: [0.5, 1] });

test("places of resampled indices are those of ONNX's table", () => {
  assert.equal(places("half_pixel", 4, 2), [0.5, 2.5]);
  assert.equal(places("pytorch_half_pixel", 4, 1), [0]);
  assert.equal(places("align_corners", 4, 2), [0, 3]);
  assert.equal(places("align_corners", 4, 1), [0]);
  const cut = { input: 4, output: 2, scale: 0.6, transformation: "align_corners" } as const;
  assert.equal(resampledPlaces(cut), [0, Math.fround(3 / (0.6 * 4 - 1))]);
  assert.equal(places("asymmetric", 2, 4), [0, 0.5, 1, 1.5]);
  assert.equal(places("tf_half_pixel_for_nn", 2, 4), [0.25, 0.75, 1.25, 1.75]);
  assert.equal(places("tf_crop_and_resize", 5, 3), [2, 3, 4]);
  assert.equal(places("tf_crop_and_resize", 5, 1), [3]);
  // A scale that the whole length does not divide by leaves the same at both ends.
  const symmetric = { input: 3, output: 4, scale: 1.5, transformation: "half_pixel_symmetric" } as const;
  const [first = 0, , , last = 0] = resampledPlaces(symmetric);
  assert.ok(Math.abs(first + last - 2) < 1e-6);
  // Centres lie on each other, whatever the scale is rounded to.
  const centred = { input: 7, output: 5, scale: Math.fround(0.8), transformation: symmetric.transformation };
  assert.is(resampledPlaces(centred)[2], 3);
});

test("the nearest of two neighbours is the one that is asked for, inside of the axis", () => {
  const halves = [-0.5, 0.5, 1.2, 2.5];
  assert.equal(nearestTo(halves, 3, "round_prefer_floor"), [0, 0, 1, 2]);
  assert.equal(nearestTo(halves, 3, "round_prefer_ceil"), [0, 1, 1, 2]);
  assert.equal(nearestTo(halves, 3, "floor"), [0, 0, 1, 2]);
  assert.equal(nearestTo(halves, 3, "ceil"), [0, 1, 2, 2]);
});

test("neighbours weigh as the interpolation says, and make 1", () => {
  const plain = { excludeOutside: false, widening: 1 };
  const lines = interpolated([-0.25, 0.75, 2], 3, linear, plain);
  assert.equal(lines, {
    firsts: [0, 0, 1],
    weights: [
      [1, 0],
      [0.25, 0.75],
      [0, 1],
    ],
  });
  const curve = interpolated([1.5], 4, cubic(-0.75), plain);
  assert.equal(curve, { firsts: [0], weights: [[-0.09375, 0.59375, 0.59375, -0.09375]] });
  // At an end the neighbours outside are the last one, or none.
  const clamped = interpolated([0.5], 2, cubic(-0.75), plain);
  assert.equal(clamped, { firsts: [0], weights: [[0.5, 0.5]] });
  const [[first = 0, second = 0] = []] = interpolated([0.25], 2, cubic(-0.5), {
    ...plain,
    excludeOutside: true,
  }).weights;
  assert.ok(Math.abs(first + second - 1) < 1e-12 && Math.abs(first - 0.8671875 / 1.09375) < 1e-12);
  // Half as many of a straight line: each reaches twice as far.
  const wide = interpolated([0.5, 2.5], 4, linear, { excludeOutside: true, widening: 2 });
  assert.equal(wide.firsts, [0, 1]);
  assert.equal(wide.weights[1], [1 / 7, 3 / 7, 3 / 7]);
  const far = interpolated([9], 3, linear, { excludeOutside: true, widening: 1 });
  assert.equal(far, { firsts: [2], weights: [[1]] });
});

test.run();
