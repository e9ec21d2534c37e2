import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { conv2d } from "../../../host/ops/convolution/conv-2d.js";
import { random, runCase } from "../harness.js";
import { convolve, drawCase } from "./convolution-reference.js";
import {
  checkNarrowProducts,
  checkProduct,
  drawConvolution,
  type ProductKind,
  productKinds,
} from "./product-cases.js";

const filters: [number, number][] = [
  [1, 1],
  [3, 3],
  [10, 4],
  [1, 5],
  [2, 7],
  [5, 5],
];

test("conv2dInt8 gives the bytes of the plain loop for random geometry", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const source = random(seed);
    const spec = drawCase(source, {
      depthwise: false,
      channels: source.integer(1, 20),
      outChannels: source.integer(1, 11),
      filter: filters[seed % filters.length] ?? [1, 1],
      extreme: seed % 7 === 6,
      isOnce: seed % 4 === 3,
    });
    const [output] = await runCase({
      operator: "conv2d",
      attributes: spec.attributes,
      inputs: [spec.input, spec.weights, spec.bias],
      outputs: [spec.output],
      activations: [spec.data],
    });
    assert.equal(
      [...new Int8Array((output as Uint8Array).buffer)],
      [...convolve(spec, false)],
      `seed ${seed}`,
    );
  }
});

test("convolutions of any dtype and storage, in groups or not, give the bits of the plain loop", async () => {
  for (let seed = 0; seed < 48; seed++) {
    const kind = productKinds[seed % productKinds.length] as ProductKind;
    await checkProduct(seed, drawConvolution(seed, { groups: (seed >> 3) % 3 || 1 }), kind);
  }
});

test("weights of fewer than 8 bits give the bits of the plain loop", async () => {
  await checkNarrowProducts(5, (seed) => drawConvolution(seed, { groups: seed % 5 === 4 ? 2 : 1 }));
});

test("weights of a convolution may be activations, of int8 with a zero point too", async () => {
  for (let seed = 0; seed < 6; seed++) {
    const shape = { ...drawConvolution(seed, { groups: 1 + (seed % 2) }), weightsAreActivations: true };
    await checkProduct(seed, shape, (["float32", "int8", "int16-long"] as const)[seed % 3] ?? "int8");
  }
});

test("a stray axis of the bias's quantization changes nothing", async () => {
  const spec = drawCase(random(3), { depthwise: false, channels: 3, outChannels: 5, filter: [2, 2] });
  const bias = {
    name: "bias",
    dtype: "int32" as const,
    shape: [5],
    data: Int32Array.from([1, -20, 300, 4000, 5]),
    quantization: { scale: [1, 2, 3, 4, 5], zeroPoint: [0, 0, 0, 0, 0], axis: 3 },
  };
  const [output] = await runCase({
    operator: "conv2d",
    attributes: spec.attributes,
    inputs: [spec.input, spec.weights, bias],
    outputs: [spec.output],
    activations: [spec.data],
  });
  assert.equal([...new Int8Array((output as Uint8Array).buffer)], [...convolve({ ...spec, bias }, false)]);
});

test("conv2d refuses what it cannot run, with the reason", () => {
  const spec = drawCase(random(1), { depthwise: false, channels: 4, outChannels: 4, filter: [3, 3] });
  const infer = (change: Partial<typeof spec>) => () => {
    const changed = { ...spec, ...change };
    conv2d.infer({
      name: "n",
      attributes: changed.attributes,
      inputs: [changed.input, changed.weights, changed.bias],
      outputs: [changed.output],
    });
  };
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(infer({ weights: { ...spec.weights, shape: [4, 3, 3, 3] } }), refused(/no number of groups/));
  assert.throws(infer({ attributes: { ...spec.attributes, strideHeight: 0 } }), refused(/strideHeight 0/));
  assert.throws(
    infer({ input: { ...spec.input, dtype: "uint8" } }),
    refused(/uint8; int8, int16 or float32/),
  );
  const int16 = { ...spec.input, dtype: "int16" as const };
  assert.throws(infer({ input: int16 }), refused(/zero point .*; 0 is expected of int16/));
  assert.throws(infer({ input: { ...spec.input, shape: [1, 2, 2] } }), refused(/rank 3/));
  assert.throws(
    infer({
      weights: { ...spec.weights, quantization: { scale: [1, 1, 1, 1], zeroPoint: [3, 0, 0, 0], axis: 0 } },
    }),
    refused(/zero points that differ/),
  );
  assert.throws(
    infer({ input: { ...spec.input, quantization: { scale: [-1], zeroPoint: [0], axis: 0 } } }),
    refused(/scale -1/),
  );
});

test.run();
