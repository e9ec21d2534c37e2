import { test } from "uvu";
import * as assert from "uvu/assert";
import { random, runCase } from "../harness.js";
import { convolve, drawCase } from "./convolution-reference.js";
import {
  checkNarrowProducts,
  checkProduct,
  drawConvolution,
  narrowKinds,
  type ProductKind,
  productKinds,
} from "./product-cases.js";

const filters: [number, number][] = [
  [3, 3],
  [3, 3],
  [10, 8],
  [1, 70],
  [2, 5],
  [1, 1],
  [5, 1],
];

test("depthwise kernels give the bytes of the plain loop for random geometry", async () => {
  for (let seed = 0; seed < 70; seed++) {
    const source = random(1000 + seed);
    const channels = source.integer(1, 9);
    const spec = drawCase(source, {
      depthwise: true,
      channels,
      outChannels: channels * source.integer(1, 4),
      filter: filters[seed % filters.length] ?? [3, 3],
      extreme: seed % 9 === 8,
      isOnce: seed % 4 === 3,
    });
    const [output] = await runCase({
      operator: "depthwiseConv2d",
      attributes: spec.attributes,
      inputs: [spec.input, spec.weights, spec.bias],
      outputs: [spec.output],
      activations: [spec.data],
    });
    assert.equal(
      [...new Int8Array((output as Uint8Array).buffer)],
      [...convolve(spec, true)],
      `seed ${seed}`,
    );
  }
});

test("depthwise convolutions of one position, of four channels each, give the bytes of the plain loop", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const source = random(3000 + seed);
    const channels = 4 * source.integer(1, 3);
    const spec = drawCase(source, {
      depthwise: true,
      channels,
      outChannels: channels,
      filter: [source.integer(1, 20), source.integer(1, 2)],
      extreme: seed % 9 === 8,
      isOnce: seed % 4 === 3,
      isSingle: true,
    });
    assert.equal(spec.output.shape, [spec.input.shape[0], 1, 1, channels]);
    const [output] = await runCase({
      operator: "depthwiseConv2d",
      attributes: spec.attributes,
      inputs: [spec.input, spec.weights, spec.bias],
      outputs: [spec.output],
      activations: [spec.data],
    });
    assert.equal(
      [...new Int8Array((output as Uint8Array).buffer)],
      [...convolve(spec, true)],
      `seed ${seed}`,
    );
  }
});

test("depthwise convolutions of any dtype and storage give the bits of the plain loop", async () => {
  const kinds = productKinds.filter((kind) => kind !== "int16");
  for (let seed = 0; seed < 42; seed++) {
    const shape = drawConvolution(seed, { depthwise: true, groups: (seed >> 3) % 3 || 1 });
    await checkProduct(seed, shape, kinds[seed % kinds.length] as ProductKind);
  }
});

test("weights of fewer than 8 bits give the bits of the plain loop", async () => {
  const kinds = narrowKinds.filter((kind) => !kind.startsWith("int16-") || kind.startsWith("int16-long"));
  const draw = (seed: number) => drawConvolution(seed, { depthwise: true, groups: 1 + (seed % 2) });
  await checkNarrowProducts(4, draw, kinds);
});

test.run();
