import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { arrayTypes, type DType, type Tensor, type TensorData } from "../../../host/graph/tensor.js";
import { tfliteMapping } from "../../../host/import/tflite/operators/index.js";
import type {
  TfliteNode,
  TfliteOptions,
  Translation,
} from "../../../host/import/tflite/operators/mapping.js";
import { type PadAttributes, pad } from "../../../host/ops/movement/pad.js";
import { random, runCase } from "../harness.js";
import { asInt8, drawScale, plain, quantized } from "../quantized-tensors.js";

const count = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Every output element by its coordinates: the input's element there, or `value` outside of it. */
function padded(
  data: ArrayLike<number>,
  shape: readonly number[],
  attributes: PadAttributes,
  value: number,
): number[] {
  const { before, after } = attributes;
  const outer = shape.map((length, axis) => length + (before[axis] as number) + (after[axis] as number));
  return Array.from({ length: count(outer) }, (_, at) => {
    let rest = at;
    let from = 0;
    let stride = 1;
    let inside = true;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const coordinate = (rest % (outer[axis] as number)) - (before[axis] as number);
      rest = Math.floor(rest / (outer[axis] as number));
      inside &&= coordinate >= 0 && coordinate < (shape[axis] as number);
      from += coordinate * stride;
      stride *= shape[axis] as number;
    }
    return inside ? (data[from] as number) : value;
  });
}

/** A random shape of up to five axes, each padded or not. */
function draw(seed: number): { shape: number[]; outputShape: number[]; attributes: PadAttributes } {
  const { integer } = random(seed);
  const shape = Array.from({ length: integer(1, 5) }, () => integer(1, 5));
  const paddings = (): number[] => shape.map(() => (integer(0, 2) === 0 ? integer(1, 3) : 0));
  const [before, after] = [paddings(), paddings()];
  const outputShape = shape.map(
    (length, axis) => length + (before[axis] as number) + (after[axis] as number),
  );
  return { shape, outputShape, attributes: { before, after, value: 0 } };
}

test("pad puts the zero point, or a quantized value, around the input", async () => {
  for (let seed = 0; seed < 50; seed++) {
    const { shape, outputShape, attributes } = draw(seed);
    const { integer, real, int8s } = random(seed + 1000);
    const scale = drawScale(real, 1e-4, 10);
    const zeroPoint = integer(-128, 127);
    const code = seed % 2 === 0 ? zeroPoint : integer(-128, 127);
    const data = int8s(count(shape));
    const [bytes] = await runCase({
      operator: "pad",
      attributes: { ...attributes, value: scale * (code - zeroPoint) },
      inputs: [quantized(shape, scale, zeroPoint)],
      outputs: [quantized(outputShape, scale, zeroPoint)],
      activations: [data],
    });
    assert.equal(asInt8(bytes), padded(data, shape, attributes, code), `seed ${seed}`);
  }
});

test("pad limits a value that int8 cannot hold", async () => {
  const attributes = { before: [1], after: [0], value: 1000 };
  const [bytes] = await runCase({
    operator: "pad",
    attributes,
    inputs: [quantized([2], 0.5, 3)],
    outputs: [quantized([3], 0.5, 3)],
    activations: [Int8Array.of(-7, 9)],
  });
  assert.equal(asInt8(bytes), [127, -7, 9]);
});

test("padWide puts a value of several bytes around the input", async () => {
  const cases: readonly [DType, number, TensorData][] = [
    ["int16", -300, Int16Array.of(1, 2, 3, 4)],
    ["float32", -1.5, Float32Array.of(1, 2, 3, 4)],
    ["int64", 2 ** 40 + 1, BigInt64Array.of(1n, 2n, 3n, 4n)],
    ["int32", 0, Int32Array.of(1, 2, 3, 4)],
  ];
  for (const [dtype, value, data] of cases) {
    const attributes = { before: [1, 0], after: [0, 1], value };
    const [bytes] = await runCase({
      operator: "pad",
      attributes,
      inputs: [plain([2, 2], dtype)],
      outputs: [plain([3, 3], dtype)],
      activations: [data],
    });
    const output = new arrayTypes[dtype](Uint8Array.from(bytes as Uint8Array).buffer);
    const expected = padded(Array.from(data, Number), [2, 2], attributes, value);
    assert.equal(Array.from(output, Number), expected, dtype);
  }
});

test("pad of a scaled type puts the integer of the value, the zero point for 0", async () => {
  const int16 = (shape: number[]): Tensor => ({
    ...plain(shape, "int16"),
    quantization: { scale: [0.5], zeroPoint: [0], axis: 0 },
  });
  for (const [value, expected] of [
    [-150, -300],
    [0, 0],
    [1e9, 32767],
  ] as const) {
    const [bytes] = await runCase({
      operator: "pad",
      attributes: { before: [1], after: [0], value },
      inputs: [int16([1])],
      outputs: [int16([2])],
      activations: [Int16Array.of(7)],
    });
    assert.equal([...new Int16Array(Uint8Array.from(bytes as Uint8Array).buffer)], [expected, 7]);
  }
});

test("pad's float reference puts its value around the input", () => {
  for (let seed = 0; seed < 30; seed++) {
    const { shape, outputShape, attributes } = draw(seed);
    const data = Float32Array.from(random(seed).int8s(count(shape)));
    const node = {
      name: "n",
      attributes: { ...attributes, value: -2.5 },
      inputs: [plain(shape)],
      outputs: [plain(outputShape)],
    };
    assert.equal(
      [...(pad.reference(node, [data])[0] as Float32Array)],
      padded(data, shape, attributes, -2.5),
    );
    assert.equal(pad.infer(node), [{ dtype: "float32", shape: outputShape }]);
  }
});

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof NotRunnable && pattern.test(error.message);

test("pad refuses what it cannot run, with the reason", () => {
  const infer = (attributes: PadAttributes, input: Tensor, output: Tensor) => () =>
    pad.infer({ name: "n", attributes, inputs: [input], outputs: [output] });
  const attributes = { before: [1, 0], after: [0, 2], value: 0 };
  const [input, output] = [quantized([2, 3], 0.1, 0), quantized([3, 5], 0.1, 0)];
  assert.equal(infer(attributes, input, output)(), [{ dtype: "int8", shape: [3, 5] }]);
  assert.throws(
    infer({ ...attributes, before: [1] }, input, output),
    refused(/given for 1 axes; the input has 2/),
  );
  assert.throws(infer({ ...attributes, before: [-1, 0] }, input, output), refused(/padding -1/));
  assert.throws(infer(attributes, input, quantized([3, 5], 0.1, 1)), refused(/another scale or zero point/));
  const six = Array.from({ length: 6 }, () => 1);
  assert.throws(
    infer({ before: six, after: six, value: 0 }, plain(six), plain(six)),
    refused(/6 axes are padded/),
  );
});

test("PAD and PADV2 of TFLite become attributes", () => {
  const options = {} as TfliteOptions;
  const read = (builtin: string, inputs: readonly (Tensor | undefined)[], outputs: readonly Tensor[]) => {
    const customOptions = new Uint8Array(0);
    const node: TfliteNode = {
      version: 2,
      options,
      customOptions,
      inputs,
      outputs,
      variable: () => undefined,
      wasUnsigned: () => false,
    };
    return tfliteMapping(builtin)?.read(node) as Translation | undefined;
  };
  const valuesOf = (translation: ReturnType<typeof read>) => translation?.attributes as PadAttributes;
  const paddings = { ...plain([2, 2], "int32"), data: Int32Array.of(0, 1, 2, 3) };
  const [input, output] = [quantized([1, 1], 0.5, 4), quantized([2, 6], 0.5, 4)];
  assert.equal(read("PAD", [input, paddings], [output]), {
    operator: "pad",
    attributes: { before: [0, 2], after: [1, 3], value: 0 },
    inputs: [input],
  });
  const constant = (scale: number) => ({ ...quantized([], scale, 4), data: Int8Array.of(-6) });
  assert.is(valuesOf(read("PADV2", [input, paddings, constant(0.5)], [output])).value, -5);
  assert.throws(
    () => read("PADV2", [input, paddings, constant(0.25)], [output]),
    refused(/differ from the output's/),
  );
  assert.throws(
    () => read("PADV2", [input, paddings, quantized([], 0.5, 4)], [output]),
    refused(/must be constant/),
  );
  assert.throws(
    () => read("PAD", [input, plain([2, 2], "int32")], [output]),
    refused(/paddings must be constant/),
  );
  const long = { ...plain([2, 2], "int64"), data: BigInt64Array.of(0n, 1n, 2n, 3n) };
  assert.equal(valuesOf(read("PAD", [input, long], [output])).after, [1, 3]);
});

test.run();
