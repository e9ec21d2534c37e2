import { test } from "uvu";
import * as assert from "uvu/assert";
import { NotRunnable } from "../../../host/graph/not-runnable.js";
import { elementCount, type Tensor } from "../../../host/graph/tensor.js";
import { type ResizeAttributes, resizeBilinear } from "../../../host/ops/movement/resize-bilinear.js";
import { random, runCase } from "../harness.js";
import { asInt8, plain, quantized } from "../quantized-tensors.js";

const { fround } = Math;

/** Where an output index lies in the input: the neighbours, and the weight of the second. */
interface Place {
  low: number;
  high: number;
  weight: number;
}

type PlaceOf = (index: number, input: number, output: number, attributes: ResizeAttributes) => Place;

const clamp = (index: number, length: number): number => Math.max(0, Math.min(length - 1, index));

/** In 1024ths, as TFLite's specification of the integer kernel rounds. */
const integerPlace: PlaceOf = (index, input, output, { alignCorners, halfPixelCenters }) => {
  const [from, to] = alignCorners && output > 1 ? [input - 1, output - 1] : [input, output];
  const scale = Math.trunc((from * 1024 + Math.trunc(to / 2)) / to);
  const place = index * scale + (halfPixelCenters ? Math.trunc(scale / 2) - 512 : 0);
  const low = clamp(Math.trunc(place / 1024), input);
  return { low, high: Math.min(input - 1, Math.trunc((place + 1023) / 1024)), weight: place - 1024 * low };
};

/** In float32, every operation rounded. */
const floatPlace: PlaceOf = (index, input, output, { alignCorners, halfPixelCenters }) => {
  const [from, to] = alignCorners && output > 1 ? [input - 1, output - 1] : [input, output];
  const scale = fround(from / to);
  const place = halfPixelCenters ? fround(fround((index + 0.5) * scale) - 0.5) : fround(index * scale);
  const low = clamp(Math.floor(place), input);
  return { low, high: Math.min(input - 1, Math.ceil(place)), weight: fround(place - low) };
};

/** Every output element by `mix` of its four neighbours: top left, bottom left, top right, bottom right. */
function resized(
  data: ArrayLike<number>,
  [batches, height, width, channels]: readonly [number, number, number, number],
  attributes: ResizeAttributes,
  placeOf: PlaceOf,
  mix: (values: [number, number, number, number], down: number, right: number) => number,
): number[] {
  const result: number[] = [];
  for (let b = 0; b < batches; b++) {
    for (let i = 0; i < attributes.height; i++) {
      const y = placeOf(i, height, attributes.height, attributes);
      for (let j = 0; j < attributes.width; j++) {
        const x = placeOf(j, width, attributes.width, attributes);
        for (let c = 0; c < channels; c++) {
          const at = (row: number, column: number): number =>
            data[((b * height + row) * width + column) * channels + c] as number;
          const values = [at(y.low, x.low), at(y.high, x.low), at(y.low, x.high), at(y.high, x.high)];
          result.push(mix(values as [number, number, number, number], y.weight, x.weight));
        }
      }
    }
  }
  return result;
}

const mixIntegers = ([a, b, c, d]: [number, number, number, number], f: number, g: number): number => {
  const sum = a * (1024 - f) * (1024 - g) + b * f * (1024 - g) + c * (1024 - f) * g + d * f * g;
  return Math.trunc((sum + (sum > 0 ? 2 ** 19 : -(2 ** 19))) / 2 ** 20);
};

const mixFloats = ([a, b, c, d]: [number, number, number, number], f: number, g: number): number => {
  const product = (value: number, p: number, q: number): number => fround(fround(value * p) * q);
  const [up, left] = [fround(1 - f), fround(1 - g)];
  const first = fround(product(a, up, left) + product(b, f, left));
  return fround(fround(first + product(c, up, g)) + product(d, f, g));
};

/** Of numbers less by 128 than those that are mixed, halves up. */
const mixUnsigned: typeof mixFloats = (values, f, g) =>
  Math.floor(fround(mixFloats(values.map((value) => value + 128) as typeof values, f, g) + 0.5)) - 128;

function draw(seed: number): { shape: [number, number, number, number]; attributes: ResizeAttributes } {
  const { integer } = random(seed);
  const mode = integer(0, 2);
  return {
    shape: [integer(1, 2), integer(1, 7), integer(1, 7), integer(1, 3)],
    attributes: {
      height: integer(1, seed % 10 === 0 ? 90 : 12),
      width: integer(1, 12),
      alignCorners: mode === 1,
      halfPixelCenters: mode === 2,
    },
  };
}

test("resizeBilinear gives its definition's bytes, int8 and float32", async () => {
  for (let seed = 0; seed < 60; seed++) {
    const { shape, attributes } = draw(seed);
    const outputShape = [shape[0], attributes.height, attributes.width, shape[3]];
    const data = random(seed + 100).int8s(elementCount(shape));
    const [bytes] = await runCase({
      operator: "resizeBilinear",
      attributes,
      inputs: [quantized(shape, 0.5, 3)],
      outputs: [quantized(outputShape, 0.5, 3)],
      activations: [data],
    });
    const integers = resized(data, shape, attributes, integerPlace, mixIntegers);
    assert.equal(
      asInt8(bytes),
      integers.map((value) => value + 0),
      `int8, seed ${seed}`,
    );
    const reals = Float32Array.from(data, (value) => value / 7);
    const [floats] = await runCase({
      operator: "resizeBilinear",
      attributes,
      inputs: [plain(shape)],
      outputs: [plain(outputShape)],
      activations: [reals],
    });
    const expected = resized(reals, shape, attributes, floatPlace, mixFloats);
    const actual = [...new Float32Array(Uint8Array.from(floats as Uint8Array).buffer)];
    assert.equal(actual, expected, `float32, seed ${seed}`);
    const node = { name: "n", attributes, inputs: [plain(shape)], outputs: [] };
    const [reference = new Float32Array(0)] = resizeBilinear.reference(node, [reals]);
    assert.is(reference.length, expected.length);
    for (const [i, value] of expected.entries())
      assert.ok(Math.abs((reference[i] as number) - value) < 1e-4, `reference, seed ${seed}, element ${i}`);
  }
});

test("resizeBilinear gives its definition's bytes of int16, and of int8 that stands for uint8", async () => {
  for (let seed = 0; seed < 40; seed++) {
    const { shape, attributes } = draw(seed);
    const outputShape = [shape[0], attributes.height, attributes.width, shape[3]];
    const { integer, int8s } = random(seed + 200);
    const wide = Int16Array.from({ length: elementCount(shape) }, () => integer(-(2 ** 15), 2 ** 15 - 1));
    const tensor = (of: readonly number[]): Tensor => ({ ...quantized(of, 0.5, 0), dtype: "int16" });
    const [words] = await runCase({
      operator: "resizeBilinear",
      attributes,
      inputs: [tensor(shape)],
      outputs: [tensor(outputShape)],
      activations: [wide],
    });
    assert.equal(
      [...new Int16Array(Uint8Array.from(words as Uint8Array).buffer)],
      resized(wide, shape, attributes, integerPlace, mixIntegers).map((value) => value + 0),
      `int16, seed ${seed}`,
    );
    const data = int8s(elementCount(shape));
    const [bytes] = await runCase({
      operator: "resizeBilinear",
      attributes: { ...attributes, unsigned: true },
      inputs: [quantized(shape, 0.5, 3)],
      outputs: [quantized(outputShape, 0.5, 3)],
      activations: [data],
    });
    const expected = resized(data, shape, attributes, floatPlace, mixUnsigned);
    assert.equal(asInt8(bytes), expected, `unsigned, seed ${seed}`);
  }
});

const refused = (pattern: RegExp) => (error: unknown) =>
  error instanceof NotRunnable && pattern.test(error.message);

test("resizeBilinear refuses what it cannot resize, with the reason", () => {
  const attributes = { height: 2, width: 2, alignCorners: false, halfPixelCenters: false };
  const infer =
    (changes: Partial<ResizeAttributes>, input: Tensor = quantized([1, 4, 4, 1], 0.5, 0)) =>
    () =>
      resizeBilinear.infer({
        name: "n",
        attributes: { ...attributes, ...changes },
        inputs: [input],
        outputs: [quantized([1, 2, 2, 1], 0.5, 0)],
      });
  assert.equal(infer({})(), [{ dtype: "int8", shape: [1, 2, 2, 1] }]);
  assert.throws(infer({ height: 0 }), refused(/size is 0x2/));
  assert.throws(infer({ alignCorners: true, halfPixelCenters: true }), refused(/one is expected/));
  assert.throws(infer({}, quantized([4, 4, 1], 0.5, 0)), refused(/3 axes; 4 are expected/));
  assert.throws(infer({}, quantized([1, 4, 4, 1], 0.25, 0)), refused(/another scale/));
  assert.throws(infer({}, plain([1, 4, 4, 1], "int32")), refused(/int32; int8, int16 or float32/));
});

test.run();
