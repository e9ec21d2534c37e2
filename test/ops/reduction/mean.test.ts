import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { openTflite } from "../../../host/import/tflite/import.js";
import { mean as lowering } from "../../../host/lower/reduction/mean.js";
import { mean } from "../../../host/ops/reduction/mean.js";
import type { ReduceAttributes } from "../../../host/ops/reduction/reduce.js";
import { openModule } from "../../../host/package/open.js";
import { buildModel } from "../../../host/pipeline.js";
import { openRunner, runners } from "../../../host/run/index.js";
import { fixedPoint, rescaleFixed } from "../../numerics/fixed-point.js";
import { sharedModels } from "../../shared-models.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, plain, quantized } from "../quantized-tensors.js";

const count = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Sums over the axes, one for every output element in its order, from each element's coordinates. */
function sumsOf(data: ArrayLike<number>, shape: readonly number[], axes: readonly number[]): number[] {
  const reduced = shape.map((_, axis) => axes.includes(axis) || axes.includes(axis - shape.length));
  const sums = new Array<number>(count(shape.filter((_, axis) => !reduced[axis]))).fill(0);
  for (let at = 0; at < count(shape); at++) {
    let rest = at;
    let to = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const length = shape[axis] as number;
      if (!reduced[axis]) {
        to += (rest % length) * stride;
        stride *= length;
      }
      rest = Math.floor(rest / length);
    }
    sums[to] = (sums[to] as number) + (data[at] as number);
  }
  return sums;
}

/** TensorFlow Lite Micro's mean of `elements` int8 values with the given sum. */
function rule(sum: number, elements: number, input: Tensor, output: Tensor): number {
  const [from, to] = [input, output].map(({ quantization }) => ({
    scale: quantization?.scale[0] as number,
    zeroPoint: quantization?.zeroPoint[0] as number,
  })) as [{ scale: number; zeroPoint: number }, { scale: number; zeroPoint: number }];
  const { multiplier, shift } = fixedPoint(from.scale / to.scale);
  let bits = 0;
  while (2 ** (bits + 1) <= elements) bits++;
  bits = Math.min(bits, 32, 31 + shift);
  const real = { multiplier: (multiplier << BigInt(bits)) / BigInt(elements), shift: shift - bits };
  const result = rescaleFixed(sum - elements * from.zeroPoint, real) + to.zeroPoint;
  return Math.min(127, Math.max(-128, result));
}

/** A random shape and up to two groups of axes, some counted from the end, some twice. */
function draw(seed: number): { shape: number[]; attributes: ReduceAttributes; outputShape: number[] } {
  const { integer } = random(seed);
  const image = seed % 3 === 0;
  const shape = image
    ? [integer(1, 3), integer(1, 8), integer(1, 8), integer(1, 11)]
    : Array.from({ length: integer(1, 5) }, () => integer(1, 7));
  const first = integer(0, shape.length - 1);
  const axes = image
    ? seed % 2 === 0
      ? [1, 2]
      : [2, 1]
    : [first, integer(0, shape.length - 1), first - shape.length];
  const keepDims = integer(0, 1) === 1;
  const outputShape = shape.flatMap((length, axis) =>
    !axes.includes(axis) ? [length] : keepDims ? [1] : [],
  );
  return { shape, attributes: { axes, keepDims }, outputShape };
}

test("meanInt8 gives the bytes of TensorFlow Lite Micro's mean for random shapes and axes", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const { shape, attributes, outputShape } = draw(seed);
    const { integer, real, int8s } = random(seed + 1000);
    const scale = drawScale(real, 0.001, 1);
    const zeroPoint = integer(-128, 127);
    const same = seed % 4 === 1;
    const input = quantized(shape, scale, zeroPoint);
    const output = quantized(
      outputShape,
      same ? scale : Math.fround(scale * drawScale(real, 0.1, 4)),
      same ? zeroPoint : integer(-128, 127),
    );
    const data = int8s(count(shape));
    const elements = count(shape) / count(outputShape);
    const [bytes] = await runCase({
      operator: "mean",
      attributes,
      inputs: [input],
      outputs: [output],
      activations: [data],
    });
    const sums = sumsOf(data, shape, attributes.axes);
    assert.equal(
      asInt8(bytes),
      sums.map((sum) => rule(sum, elements, input, output)),
      `seed ${seed}`,
    );
  }
});

test("meanInt8 holds with extreme values, scales and lengths", async () => {
  for (const [value, fromScale, toScale, fromZero, toZero] of [
    [127, 1, 0.5, -128, -128],
    [-128, 1, 0.001, 127, 127],
    [-128, 1e-6, 1000, 127, 5],
    [-1, 0.25, 0.25, 3, 3],
    [-1, 0.25, 0.25, 3, 4],
  ] as const) {
    const shape = [1, 60, 50, 3];
    const input = quantized(shape, Math.fround(fromScale), fromZero);
    const output = quantized([1, 3], Math.fround(toScale), toZero);
    const data = new Int8Array(9000).fill(value);
    data[0] = 0;
    const [bytes] = await runCase({
      operator: "mean",
      attributes: { axes: [1, 2], keepDims: false },
      inputs: [input],
      outputs: [output],
      activations: [data],
    });
    const sums = sumsOf(data, shape, [1, 2]);
    assert.equal(
      asInt8(bytes),
      sums.map((sum) => rule(sum, 3000, input, output)),
      `scales ${fromScale} and ${toScale}`,
    );
  }
});

test("mean's float reference is the mean", () => {
  for (let seed = 0; seed < 30; seed++) {
    const { shape, attributes, outputShape } = draw(seed);
    const data = Float32Array.from(random(seed).int8s(count(shape)));
    const node = { name: "n", attributes, inputs: [plain(shape)], outputs: [plain(outputShape)] };
    const elements = count(shape) / count(outputShape);
    const expected = sumsOf(data, shape, attributes.axes).map((sum) => Math.fround(sum / elements));
    assert.equal([...(mean.reference(node, [data])[0] as Float32Array)], expected, `seed ${seed}`);
    assert.equal(mean.infer(node), [{ dtype: "float32", shape: outputShape }]);
  }
});

test("mean refuses what it cannot run, with the reason", () => {
  const infer = (axes: number[], input: Tensor) => () =>
    mean.infer({
      name: "n",
      attributes: { axes, keepDims: true },
      inputs: [input],
      outputs: [quantized([1], 1, 0)],
    });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(infer([2], quantized([2, 3], 1, 0)), refused(/axis 2 does not exist in rank 2/));
  assert.throws(infer([0], plain([2], "int32")), refused(/int32; float32, int8 or int16 is expected/));
  assert.throws(infer([0], plain([2], "int8")), refused(/no scale and zero point/));
  assert.throws(
    infer([0, 2, 4, 6], quantized([2, 2, 2, 2, 2, 2, 2], 1, 0)),
    refused(/more than three groups/),
  );
  assert.throws(infer([0], quantized([2 ** 24], 1, 0)), refused(/16777216 elements; 1 to 16777215/));
});

test("mean takes as many elements as int32 holds the sum of, and none of them away", () => {
  const infer = (shape: number[], zeroPoint: number) => () =>
    mean.infer({
      name: "n",
      attributes: { axes: [0], keepDims: false },
      inputs: [quantized(shape, 1, zeroPoint)],
      outputs: [quantized(shape.slice(1), 1, 0)],
    });
  assert.equal(infer([2 ** 23 - 1], -128)(), [{ dtype: "int8", shape: [] }]);
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  assert.throws(infer([2 ** 23], -128), refused(/8388608 elements; 1 to 8388607/));
  assert.throws(infer([0, 3], 0), refused(/no elements/));
});

test("mean's shift to the right stays within 31, its multiplier the smaller for it, as TensorFlow Lite Micro's", () => {
  const emitted = (ratio: number, elements: number) => {
    const [input, output] = [quantized([elements, 1], ratio, 0), quantized([1], 1, 0)];
    const node = {
      name: "n",
      attributes: { axes: [0], keepDims: false },
      inputs: [input],
      outputs: [output],
    };
    const placement = {
      inputs: [0],
      outputs: [0],
      variables: [],
      scratch: 0,
      scratchBytes: 64,
      called: new Set<string>(),
      weights: () => 0,
    };
    const [call] = lowering.emit(node, placement);
    return [Number(call?.values.multiplier), Number(call?.values.shift)];
  };
  assert.equal(emitted(2 ** -10, 1024), [2 ** 30, 19]);
  assert.equal(emitted(2 ** -22, 1024), [2 ** 30, 31]);
  assert.equal(emitted(2 ** -23, 1024), [2 ** 29, 31]);
  assert.equal(emitted(2 ** -32, 1024), [2 ** 20, 31]);
  assert.equal(emitted(0.75 * 2 ** -20, 3000), [Math.floor((0.75 * 2 ** 31 * 2 ** 11) / 3000), 31]);
});

test("a real model with a mean gives the bytes of TensorFlow Lite Micro", async () => {
  const models = sharedModels();
  if (models === undefined) return;
  const folder = join(models, "tinymaix-mnist_valid_q");
  const { graph } = openTflite(readFileSync(join(folder, "mnist_valid_q.tflite")), "mnist");
  assert.is(graph.nodes.filter(({ operator }) => operator === "mean").length, 1);
  const { wasm } = await buildModel(graph);
  const cases = readdirSync(folder).filter((name) => existsSync(join(folder, name, "output_0.bin")));
  assert.is(cases.length, 3);
  for (const on of Object.keys(runners)) {
    const runner = await openRunner(on, wasm, openModule(wasm));
    for (const name of cases) {
      runner.writeInput(0, readFileSync(join(folder, name, "input_0.bin")));
      runner.run();
      assert.equal(
        [...runner.readOutput(0)],
        [...readFileSync(join(folder, name, "output_0.bin"))],
        `${on} ${name}`,
      );
    }
    runner.close();
  }
});

test.run();
