import { test } from "uvu";
import * as assert from "uvu/assert";
import { accelerators } from "../../../host/abi/accelerators.js";
import { acceleratedWindow } from "../../../host/lower/accelerated.js";
import { laneCapacity, largestMagnitude } from "../../../host/lower/weight-tiles.js";
import { convolve } from "../../ops/convolution/convolution-reference.js";
import { runCase } from "../../ops/harness.js";

const attributes = {
  strideHeight: 1,
  strideWidth: 1,
  dilationHeight: 1,
  dilationWidth: 1,
  padding: { top: 0, bottom: 0, left: 0, right: 0 },
  activation: "none" as const,
};

/** A convolution of one pixel, or several beside each other, by a filter of 1x1, every value the same. */
function uniform(depth: number, width: number, value: number, weight: number) {
  return {
    attributes,
    input: {
      name: "input",
      dtype: "int8" as const,
      shape: [1, 1, width, depth],
      quantization: { scale: [1], zeroPoint: [0], axis: 0 },
    },
    data: new Int8Array(width * depth).fill(value),
    weights: {
      name: "weights",
      dtype: "int8" as const,
      shape: [1, 1, 1, depth],
      data: new Int8Array(depth).fill(weight),
      quantization: { scale: [1], zeroPoint: [0], axis: 0 },
    },
    bias: undefined,
    output: {
      name: "output",
      dtype: "int8" as const,
      shape: [1, 1, width, 1],
      quantization: { scale: [depth * 200], zeroPoint: [-40], axis: 0 },
    },
  };
}

async function run(spec: ReturnType<typeof uniform>): Promise<void> {
  const [bytes] = await runCase({
    operator: "conv2d",
    attributes: spec.attributes,
    inputs: [spec.input, spec.weights, undefined],
    outputs: [spec.output],
    activations: [spec.data],
  });
  assert.equal([...new Int8Array((bytes as Uint8Array).buffer)], [...convolve(spec, false)]);
}

test("a lane takes as many products as surely stay below 2^20, by fours", () => {
  for (const [weight, products] of [
    [128, 60],
    [127, 64],
    [64, 124],
    [1, 8188],
    [0, 8188],
  ] as const) {
    assert.is(laneCapacity(weight), products, `weights of ${weight}`);
    const worst = (count: number): number => count * 128 * Math.max(1, weight);
    assert.ok(worst(products) < 2 ** 20 && worst(products + 4) >= 2 ** 20);
  }
  assert.is(largestMagnitude(Int8Array.of(3, -128, 127)), 128);
});

test("conv2dInt8 holds the largest products there are: -128 times -128, and 127 times -128", async () => {
  for (const depth of [60, 61, 64, 65, 128, 252, 260]) {
    for (const width of [1, 3, 7]) {
      await run(uniform(depth, width, -128, -128));
      await run(uniform(depth, width, 127, -128));
      await run(uniform(depth, width, -128, 127));
    }
  }
});

test("patches of up to 65,536 inputs are accelerated, longer ones are not", async () => {
  for (const [depth, accelerated] of [
    [65_536, true],
    [65_540, false],
  ] as const) {
    const window = { filterHeight: 1, filterWidth: 1 };
    assert.is(acceleratedWindow(accelerators.conv, window, depth) !== undefined, accelerated, `${depth}`);
    await run(uniform(depth, 1, -128, -128));
  }
});

test.run();
