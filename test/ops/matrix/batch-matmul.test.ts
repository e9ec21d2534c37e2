import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { forEachBroadcast } from "../../../host/numerics/broadcast.js";
import { batchMatmul } from "../../../host/ops/matrix/batch-matmul.js";
import { rescale, rescaleLong } from "../convolution/convolution-reference.js";
import { random, runCase } from "../harness.js";
import { plain } from "../quantized-tensors.js";

/** Batches of both operands, and of their products. */
const batches = [
  [[], [], []],
  [[3], [3], [3]],
  [[2, 3], [3], [2, 3]],
  [
    [2, 1],
    [1, 3],
    [2, 3],
  ],
  [
    [1, 2, 1],
    [2, 1, 3],
    [2, 2, 3],
  ],
] as const;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Operands of a random case, and the elements that each output sums the products of, in order. */
function draw(seed: number) {
  const { integer } = random(seed);
  const [rows, depth, columns] = [integer(1, 5), integer(1, 9), integer(1, 5)];
  const [first, second, output] = batches[seed % batches.length] ?? batches[0];
  const [transposeFirst, transposeSecond] = [integer(0, 1) === 1, integer(0, 1) === 1];
  const pairs: (readonly [number, number])[][] = [];
  forEachBroadcast([first, second], (_, a, b) => {
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        pairs.push(
          Array.from({ length: depth }, (_, k) => [
            a * rows * depth + (transposeFirst ? k * rows + i : i * depth + k),
            b * depth * columns + (transposeSecond ? j * depth + k : k * columns + j),
          ]),
        );
  });
  return {
    attributes: { transposeFirst, transposeSecond },
    first: [...first, ...(transposeFirst ? [depth, rows] : [rows, depth])],
    second: [...second, ...(transposeSecond ? [columns, depth] : [depth, columns])],
    output: [...output, rows, columns],
    pairs,
  };
}

type Dtype = "int8" | "int16" | "float32";

function tensorOf(seed: number, dtype: Dtype, shape: readonly number[]): Tensor {
  const { integer, real } = random(seed);
  if (dtype === "float32") return plain(shape);
  const zeroPoint = dtype === "int8" ? integer(-128, 127) : 0;
  return {
    ...plain(shape, dtype),
    quantization: { scale: [Math.fround(0.01 + real())], zeroPoint: [zeroPoint], axis: 0 },
  };
}

function valuesOf(seed: number, dtype: Dtype, shape: readonly number[]) {
  const { integer, real, int8s } = random(seed);
  const length = sizeOf(shape);
  if (dtype === "int8") return int8s(length);
  if (dtype === "int16") return Int16Array.from({ length }, () => integer(-(2 ** 15), 2 ** 15 - 1));
  return Float32Array.from({ length }, () => real() * 2 - 1);
}

test("products of matrices of every dtype give the bits of the plain loop, over broadcast batches", async () => {
  for (let seed = 0; seed < 45; seed++) {
    const dtype = (["int8", "int16", "float32"] as const)[seed % 3] ?? "int8";
    const spec = draw(seed);
    const first = tensorOf(seed + 1, dtype, spec.first);
    const second = tensorOf(seed + 2, dtype, spec.second);
    const drawn = tensorOf(seed + 3, dtype, spec.output);
    const [p, q, r] = [first, second, drawn].map(({ quantization }) => ({
      scale: quantization?.scale[0] ?? 1,
      zeroPoint: quantization?.zeroPoint[0] ?? 0,
    })) as [
      { scale: number; zeroPoint: number },
      { scale: number; zeroPoint: number },
      { zeroPoint: number },
    ];
    const scale = Math.fround(p.scale * q.scale * (dtype === "int16" ? 80_000 : 300));
    const quantization = drawn.quantization && { ...drawn.quantization, scale: [scale] };
    const output = quantization === undefined ? drawn : { ...drawn, quantization };
    const [a, b] = [valuesOf(seed + 4, dtype, spec.first), valuesOf(seed + 5, dtype, spec.second)];
    const [bytes] = await runCase({
      operator: "batchMatmul",
      attributes: spec.attributes,
      inputs: [first, second],
      outputs: [output],
      activations: [a, b],
    });
    const { buffer } = Uint8Array.from(bytes as Uint8Array);
    const actual = { int8: Int8Array, int16: Int16Array, float32: Float32Array }[dtype];
    const factor = Math.fround(p.scale * q.scale) / scale;
    const limit = dtype === "int8" ? 128 : 2 ** 15;
    const expected = spec.pairs.map((pairs) => {
      if (dtype === "float32")
        return pairs.reduce(
          (sum, [i, k]) => Math.fround(sum + Math.fround((a[i] as number) * (b[k] as number))),
          0,
        );
      const sum = pairs.reduce(
        (total, [i, k]) => total + ((a[i] as number) - p.zeroPoint) * ((b[k] as number) - q.zeroPoint),
        0,
      );
      const value = dtype === "int16" ? rescaleLong(BigInt(sum), factor) : rescale(sum, factor);
      return Math.min(limit - 1, Math.max(-limit, value + r.zeroPoint));
    });
    assert.equal([...new actual(buffer)], expected, `${dtype}, seed ${seed}`);
  }
});

test("batchMatmul's float reference multiplies rows by columns", () => {
  for (let seed = 0; seed < 10; seed++) {
    const spec = draw(seed);
    const { integer } = random(seed);
    const [a, b] = [spec.first, spec.second].map((shape) =>
      Float32Array.from({ length: sizeOf(shape) }, () => integer(-9, 9)),
    ) as [Float32Array, Float32Array];
    const inputs = [plain(spec.first), plain(spec.second)];
    const node = { name: "n", attributes: spec.attributes, inputs, outputs: [] };
    assert.equal(batchMatmul.infer(node)[0]?.shape, spec.output);
    const expected = spec.pairs.map((pairs) =>
      pairs.reduce((sum, [i, k]) => sum + (a[i] as number) * (b[k] as number), 0),
    );
    assert.equal([...(batchMatmul.reference(node, [a, b])[0] as Float32Array)], expected, `seed ${seed}`);
  }
});

test("batchMatmul refuses what it cannot run, with the reason", () => {
  const refused = (inputs: Tensor[], pattern: RegExp): void => {
    const attributes = { transposeFirst: false, transposeSecond: false };
    assert.throws(
      () => batchMatmul.infer({ name: "n", attributes, inputs, outputs: [] }),
      (error: unknown) => error instanceof NotRunnable && pattern.test(error.message),
    );
  };
  refused([plain([3]), plain([3, 2])], /rank 1/);
  refused([plain([2, 3]), plain([2, 3])], /have 3 elements, columns of the second 2/);
  refused([plain([2, 2, 3]), plain([3, 3, 4])], /do not broadcast/);
  refused([plain([2, 3], "int32"), plain([3, 2], "int32")], /int32/);
  refused([plain([2, 3]), plain([3, 2], "int8")], /second operand is int8/);
});

test.run();
