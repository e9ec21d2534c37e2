import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { conv2d } from "../../../host/ops/convolution/conv-2d.js";
import { random, runCase } from "../harness.js";
import { convolve, drawCase } from "./convolution-reference.js";

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
  assert.throws(infer({ weights: { ...spec.weights, shape: [4, 3, 3, 2] } }), refused(/grouped/));
  assert.throws(infer({ attributes: { ...spec.attributes, strideHeight: 0 } }), refused(/strideHeight 0/));
  assert.throws(infer({ input: { ...spec.input, dtype: "int16" } }), refused(/int16/));
  assert.throws(infer({ input: { ...spec.input, shape: [1, 2, 2] } }), refused(/rank 3/));
  assert.throws(
    infer({ weights: { ...spec.weights, quantization: { scale: [1], zeroPoint: [3], axis: 0 } } }),
    refused(/symmetric/),
  );
  assert.throws(
    infer({ input: { ...spec.input, quantization: { scale: [-1], zeroPoint: [0], axis: 0 } } }),
    refused(/scale -1/),
  );
});

test.run();
