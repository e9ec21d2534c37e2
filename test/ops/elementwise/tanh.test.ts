import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { tanh } from "../../../host/ops/elementwise/tanh.js";
import { divideByPower, tanh as tanhOfFixed } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, everyInt8, plain, quantized } from "../quantized-tensors.js";
import { inRadius } from "./fixed-point-radius.js";

const output = (shape: readonly number[]): Tensor => quantized(shape, 1 / 128, 0);

async function run(data: Int8Array, scale: number, zeroPoint: number, keepInputs = false): Promise<number[]> {
  const shape = [1, data.length];
  const [bytes] = await runCase({
    operator: "tanh",
    attributes: {},
    inputs: [quantized(shape, scale, zeroPoint)],
    outputs: [output(shape)],
    activations: [data],
    keepInputs,
  });
  return asInt8(bytes);
}

/** TFLite's int8 tanh of one integer, from its specification. */
function expected(q: number, scale: number, zeroPoint: number): number {
  const argument = inRadius(q - zeroPoint, scale);
  if (argument === "below") return -128;
  if (argument === "above") return 127;
  return Math.min(127, Number(divideByPower(tanhOfFixed(argument, 4), 24)));
}

test("tanh gives the bytes of the specification for every int8, random scales and zero points", async () => {
  for (let seed = 0; seed < 30; seed++) {
    const source = random(seed);
    const scale = drawScale(source.real, 1e-6, 20);
    const zeroPoint = source.integer(-128, 127);
    const wanted = Array.from(everyInt8, (q) => expected(q, scale, zeroPoint));
    assert.equal(
      await run(everyInt8, scale, zeroPoint, seed % 2 === 0),
      wanted,
      `scale ${scale}, zero point ${zeroPoint}`,
    );
  }
});

test("tanh takes any number of elements", async () => {
  for (let elements = 1; elements < 10; elements++) {
    const data = random(elements).int8s(elements);
    const wanted = Array.from(data, (q) => expected(q, 0.05, 3));
    assert.equal(await run(data, 0.05, 3), wanted, `${elements} elements`);
    assert.equal(await run(data, 0.05, 3, true), wanted, `${elements} elements, input kept`);
  }
});

test("tanh stays within one step of the real function", async () => {
  for (const scale of [0.001, 0.03, 0.1, 0.5].map(Math.fround)) {
    const actual = await run(everyInt8, scale, -20);
    everyInt8.forEach((q, i) => {
      const real = Math.min(127, 128 * Math.tanh(scale * (q + 20)));
      assert.ok(
        Math.abs((actual[i] as number) - real) <= 1,
        `scale ${scale}, input ${q}: ${actual[i]}, not ${real}`,
      );
    });
  }
});

test("tanh's float reference is the real function", () => {
  const node = { name: "n", attributes: {}, inputs: [plain([3])], outputs: [plain([3])] };
  const [values] = tanh.reference(node, [Float32Array.of(0, 2, -50)]);
  assert.equal([...(values as Float32Array)], [0, Math.fround(Math.tanh(2)), -1]);
});

test("tanh refuses what TFLite's kernel does not compute, with the reason", () => {
  const infer = (input: Tensor, result: Tensor) => () =>
    tanh.infer({ name: "n", attributes: {}, inputs: [input], outputs: [result] });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(
    infer(quantized([4], 0.1, 0), quantized([4], 1 / 256, -128)),
    refused(/0\.0078125 and 0 are expected/),
  );
  assert.throws(infer(quantized([4], 1e-9, 0), output([4])), refused(/too small/));
  assert.throws(infer(quantized([4], 0, 0), output([4])), refused(/scale 0/));
  assert.throws(infer(plain([4], "int16"), plain([4], "int16")), refused(/int16/));
  assert.throws(
    () => tanh.infer({ name: "n", attributes: {}, inputs: [plain([4]), plain([4])], outputs: [plain([4])] }),
    refused(/2 inputs/),
  );
});

test.run();
