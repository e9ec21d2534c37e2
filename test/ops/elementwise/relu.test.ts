import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { relu, relu0To1, relu6, reluN1To1 } from "../../../host/ops/elementwise/relu.js";
import { rescale } from "../../numerics/gemmlowp.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, everyInt8, plain, quantized } from "../quantized-tensors.js";

const kinds = [
  { operator: relu, low: 0, high: Number.POSITIVE_INFINITY },
  { operator: relu6, low: 0, high: 6 },
  { operator: reluN1To1, low: -1, high: 1 },
  { operator: relu0To1, low: 0, high: 1 },
];

async function run(operator: string, input: Tensor, output: Tensor, keepInputs: boolean): Promise<number[]> {
  const [bytes] = await runCase({
    operator,
    attributes: {},
    inputs: [input],
    outputs: [output],
    activations: [everyInt8],
    keepInputs,
  });
  return asInt8(bytes);
}

const roundAway = (value: number): number => Math.sign(value) * Math.floor(Math.abs(value) + 0.5);

for (const { operator, low, high } of kinds) {
  test(`${operator.name} gives the bytes of the specification for random parameters`, async () => {
    for (let seed = 0; seed < 20; seed++) {
      const source = random(seed);
      const scale = drawScale(source.real, 1e-3, 1);
      const outputScale = seed % 3 === 0 ? scale : drawScale(source.real, 1e-3, 1);
      const zeroPoint = source.integer(-128, 127);
      const outputZeroPoint = seed % 3 === 0 ? zeroPoint : source.integer(-128, 127);
      const bound = (real: number): number => outputZeroPoint + roundAway(Math.fround(real / outputScale));
      const least = Math.max(-128, bound(low));
      const most = Math.min(127, bound(high));
      const expected = Array.from(everyInt8, (q) => {
        const value = outputZeroPoint + rescale(q - zeroPoint, Math.fround(scale / outputScale));
        return Math.min(most, Math.max(least, value));
      });
      const input = quantized([2, 128], scale, zeroPoint);
      const output = quantized([2, 128], outputScale, outputZeroPoint);
      assert.equal(await run(operator.name, input, output, seed % 2 === 0), expected, `seed ${seed}`);
    }
  });

  test(`${operator.name} of int16 gives the integers of the specification`, async () => {
    for (let seed = 0; seed < 6; seed++) {
      const source = random(seed);
      const [scale, outputScale] = [drawScale(source.real, 1e-4, 1e-3), drawScale(source.real, 1e-4, 1e-3)];
      const data = Int16Array.from({ length: 300 }, () => source.integer(-32768, 32767));
      const bound = (real: number): number =>
        Math.min(32767, Math.max(-32768, roundAway(Math.fround(real / outputScale))));
      const expected = Array.from(data, (q) => {
        const value = rescale(q, Math.fround(scale / outputScale));
        return Math.min(bound(high), Math.max(bound(low), value)) + 0;
      });
      const [bytes] = (await runCase({
        operator: operator.name,
        attributes: {},
        inputs: [quantized([300], scale, 0, "int16")],
        outputs: [quantized([300], outputScale, 0, "int16")],
        activations: [data],
      })) as [Uint8Array];
      assert.equal([...new Int16Array(bytes.slice().buffer)], expected, `seed ${seed}`);
    }
  });

  test(`${operator.name} of float32 is the real function, of infinities too`, async () => {
    const data = Float32Array.of(-9, -0.5, 0.25, 0.75, 9, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
    const tensor = plain([data.length]);
    const [bytes] = (await runCase({
      operator: operator.name,
      attributes: {},
      inputs: [tensor],
      outputs: [tensor],
      activations: [data],
    })) as [Uint8Array];
    const expected = Array.from(data, (value) => Math.min(high, Math.max(low, value)));
    assert.equal([...new Float32Array(bytes.slice().buffer)], expected);
  });

  test(`${operator.name} with equal parameters only clamps, as TensorFlow Lite Micro does`, async () => {
    const tensor = quantized([2, 128], Math.fround(0.06), 10);
    const step = Math.fround(0.06);
    const most = high === Number.POSITIVE_INFINITY ? 127 : Math.min(127, 10 + Math.round(high / step));
    const expected = Array.from(everyInt8, (q) => Math.min(most, Math.max(10 + Math.round(low / step), q)));
    assert.equal(await run(operator.name, tensor, tensor, false), expected);
  });

  test(`${operator.name}'s float reference is the real function`, () => {
    const node = { name: "n", attributes: {}, inputs: [plain([5])], outputs: [plain([5])] };
    const [values] = operator.reference(node, [Float32Array.of(-9, -0.5, 0, 0.5, 9)]);
    const expected = [-9, -0.5, 0, 0.5, 9].map((value) => Math.min(high, Math.max(low, value)));
    assert.equal([...(values as Float32Array)], expected);
  });
}

test("relu rescales by a ratio of scales in float32, where it matters: 0.35 to 0.1", async () => {
  const [scale, outputScale] = [0.35, 0.1].map(Math.fround) as [number, number];
  const bytes = (real: number): number[] =>
    Array.from(everyInt8, (q) => Math.min(127, Math.max(0, rescale(q - 5, real))));
  const expected = bytes(Math.fround(scale / outputScale));
  assert.is(bytes(scale / outputScale).filter((value, i) => value !== expected[i]).length, 18);
  const output = quantized([256], outputScale, 0);
  assert.equal(await run("relu", quantized([256], scale, 5), output, false), expected);
});

test("relu refuses what it cannot compute, with the reason", () => {
  const infer = (input: Tensor, output: Tensor) => () =>
    relu.infer({ name: "n", attributes: {}, inputs: [input], outputs: [output] });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(infer(quantized([4], 1e9, 0), quantized([4], 1e-9, 0)), refused(/too large/));
  assert.throws(infer(quantized([4], 1, 0), plain([4], "int8")), refused(/no scale/));
  assert.throws(infer(plain([4], "int32"), plain([4], "int32")), refused(/int32/));
});

test.run();
