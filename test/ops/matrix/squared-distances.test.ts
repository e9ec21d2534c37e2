import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { squaredDistances } from "../../../host/ops/matrix/squared-distances.js";
import { random, runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

function draw(seed: number) {
  const { integer, real } = random(seed);
  const [rows, features, count] = [integer(1, 4), integer(1, 20), integer(1, 6)];
  const floats = (length: number) => Float32Array.from({ length }, () => real() * 4 - 2);
  const values = floats(rows * features);
  const vectors: Tensor = { ...plain([count, features]), data: floats(count * features) };
  const shape = rows === 1 ? [features] : [rows, features];
  const expected = Array.from({ length: rows * count }, (_, i) => {
    const [row, vector] = [Math.floor(i / count), i % count];
    let sum = 0;
    for (let k = 0; k < features; k++) {
      const x = values[row * features + k] as number;
      const difference = Math.fround(x - (vectors.data?.[vector * features + k] as number));
      sum = Math.fround(sum + Math.fround(difference * difference));
    }
    return sum;
  });
  return {
    input: plain(shape),
    values,
    vectors,
    expected,
    output: [...shape.slice(0, -1), count],
    macs: rows * features * count,
  };
}

test("squared distances to constant vectors give the bits of the plain loop, as their reference does", async () => {
  for (let seed = 0; seed < 20; seed++) {
    const { input, values, vectors, expected, output, macs } = draw(seed);
    const node = { name: "n", attributes: {}, inputs: [input, vectors], outputs: [plain(output)] };
    assert.equal(squaredDistances.infer(node), [{ dtype: "float32", shape: output }]);
    assert.is(squaredDistances.macs(node), macs);
    const [bytes] = await runCase({ operator: "squaredDistances", ...node, activations: [values] });
    assert.equal(
      [...new Float32Array(Uint8Array.from(bytes as Uint8Array).buffer)],
      expected,
      `seed ${seed}`,
    );
    assert.equal([...(squaredDistances.reference(node, [values])[0] as Float32Array)], expected);
  }
});

test("squaredDistances refuses what it cannot run, with the reason", () => {
  const { input, vectors } = draw(3);
  const refused = (inputs: Tensor[], pattern: RegExp): void =>
    assert.throws(
      () => squaredDistances.infer({ name: "n", attributes: {}, inputs, outputs: [] }),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  refused([input, plain(vectors.shape)], /vectors must be constant/);
  refused([plain([7, 99]), vectors], /rows of 99 are expected/);
  refused([plain(input.shape, "int32"), vectors], /input is int32/);
  refused([plain([]), vectors], /scalar/);
});

test.run();
