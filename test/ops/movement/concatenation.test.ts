import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import type { Tensor } from "../../../host/graph/tensor.js";
import { concatenation } from "../../../host/ops/movement/concatenation.js";
import { random, runCase } from "../harness.js";
import { asInt8, plain, quantized } from "../quantized-tensors.js";

/** Position of an element in row-major order. */
const offset = (shape: readonly number[], index: readonly number[]): number =>
  index.reduce((at, i, axis) => at * (shape[axis] as number) + i, 0);

/** Concatenation by its definition: each output element is looked up in the input that covers its index. */
function concatenated(
  shapes: number[][],
  data: ArrayLike<number>[],
  axis: number,
  output: number[],
): number[] {
  return Array.from({ length: output.reduce((a, b) => a * b) }, (_, at) => {
    const index = output.map(
      (length, i) => Math.floor(at / output.slice(i + 1).reduce((a, b) => a * b, 1)) % length,
    );
    let part = 0;
    while ((index[axis] as number) >= (shapes[part]?.[axis] as number)) {
      index[axis] = (index[axis] as number) - (shapes[part]?.[axis] as number);
      part++;
    }
    return data[part]?.[offset(shapes[part] as number[], index)] as number;
  });
}

test("concatenation places every element, for random shapes, axes, counts and constants", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const source = random(seed);
    const base = Array.from({ length: source.integer(1, 4) }, () => source.integer(1, 5));
    const axis = source.integer(0, base.length - 1);
    const shapes = Array.from({ length: source.integer(1, 5) }, () =>
      base.map((length, i) => (i === axis ? source.integer(1, 6) : length)),
    );
    const data = shapes.map((shape) => source.int8s(shape.reduce((a, b) => a * b)));
    const output = base.map((length, i) =>
      i === axis ? shapes.reduce((sum, shape) => sum + (shape[i] as number), 0) : length,
    );
    const fixed = shapes.map((_, i) => i > 0 && source.integer(0, 2) === 0);
    const inputs = shapes.map((shape, i): Tensor => {
      const tensor = quantized(shape, 0.25, -7);
      return fixed[i] ? { ...tensor, data: data[i] as Int8Array } : tensor;
    });
    const [bytes] = await runCase({
      operator: "concatenation",
      attributes: { axis: seed % 2 === 0 ? axis : axis - base.length },
      inputs,
      outputs: [quantized(output, 0.25, -7)],
      activations: data.filter((_, i) => !fixed[i]),
    });
    assert.equal(asInt8(bytes), concatenated(shapes, data, axis, output), `seed ${seed}`);
  }
});

test("concatenation moves elements of any size, and stacks", async () => {
  for (const [dtype, bytes] of [
    ["int16", 2],
    ["float32", 4],
    ["int64", 8],
  ] as const) {
    const data = [0, 1].map((seed) => new Uint8Array(random(seed).int8s(6 * bytes)));
    const rows = (part: Uint8Array | undefined, at: number): number[] => [
      ...(part ?? []).slice(at * 3 * bytes, (at + 1) * 3 * bytes),
    ];
    for (const [attributes, shape] of [
      [{ axis: 1 }, [2, 6]],
      [{ axis: -2, stacks: true }, [2, 2, 3]],
    ] as const) {
      const [output] = await runCase({
        operator: "concatenation",
        attributes,
        inputs: [plain([2, 3], dtype), plain([2, 3], dtype)],
        outputs: [plain(shape, dtype)],
        activations: data,
      });
      const expected = [0, 1].flatMap((row) => data.flatMap((part) => rows(part, row)));
      assert.equal([...(output as Uint8Array)], expected, `${dtype} to ${shape.join("x")}`);
    }
  }
});

test("concatenation's float reference places every element", () => {
  const shapes = [
    [2, 1, 2],
    [2, 3, 2],
  ];
  const data = shapes.map((shape, i) =>
    Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, j) => 100 * i + j),
  );
  const node = {
    name: "n",
    attributes: { axis: 1 },
    inputs: shapes.map((shape) => plain(shape)),
    outputs: [plain([2, 4, 2])],
  };
  const [values] = concatenation.reference(node, data);
  assert.equal([...(values as Float32Array)], concatenated(shapes, data, 1, [2, 4, 2]));
});

test("concatenation refuses what it cannot compute, with the reason", () => {
  const infer = (inputs: Tensor[], output: Tensor, axis: number) => () =>
    concatenation.infer({ name: "n", attributes: { axis }, inputs, outputs: [output] });
  const refused = (pattern: RegExp) => (error: unknown) =>
    error instanceof NotRunnable && pattern.test(error.message);
  const tensor = quantized([2, 2], 0.5, 0);
  const both = quantized([2, 4], 0.5, 0);
  assert.equal(infer([tensor, tensor], both, -1)(), [{ dtype: "int8", shape: [2, 4] }]);
  assert.throws(infer([tensor, quantized([2, 2], 0.25, 0)], both, 1), refused(/input 1 has another scale/));
  assert.throws(
    infer([tensor, quantized([2, 2], 0.5, 1)], both, 1),
    refused(/input 1 has another scale or zero point/),
  );
  assert.throws(infer([tensor, tensor], quantized([2, 4], 0.25, 0), 1), refused(/input 0/));
  assert.throws(infer([tensor, quantized([3, 2], 0.5, 0)], both, 1), refused(/2x2 int8 and 3x2 int8 differ/));
  assert.throws(infer([tensor, plain([2, 2])], both, 1), refused(/2x2 int8 and 2x2 float32 differ/));
  assert.throws(infer([tensor, tensor], both, 2), refused(/axis 2 is not one of the 2 axes/));
  assert.throws(infer([], both, 0), refused(/no input/));
  assert.equal(infer([plain([2], "int32")], plain([2], "int32"), 0)(), [{ dtype: "int32", shape: [2] }]);
});

test.run();
