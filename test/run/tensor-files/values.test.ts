import { test } from "uvu";
import * as assert from "uvu/assert";
import { frameCount, framesShape } from "../../../host/run/tensor-files/frames.js";
import { pixelMapping } from "../../../host/run/tensor-files/pixel-mapping.js";
import { decodeReals, decodeStored, encodeReals } from "../../../host/run/tensor-files/values.js";
import { refused } from "./refused.js";

const int8 = { dtype: "int8", scale: 0.5, zeroPoint: 3 } as const;

test("reals are quantized with halves away from zero, and clamped", () => {
  const reals = [0, 0.25, -0.25, 0.24, 0.75, -0.75, 1000, -1000, 1e30];
  assert.equal(decodeStored(encodeReals(reals, int8), "int8"), [3, 4, 2, 3, 5, 1, 127, -128, 127]);
});

test("halves go to the even step where the type says so", () => {
  const reals = [0, 0.25, -0.25, 0.24, 0.75, -0.75, 1.25, 1000];
  const stored = decodeStored(encodeReals(reals, { ...int8, halves: "even" }), "int8");
  assert.equal(stored, [3, 3, 3, 3, 5, 1, 5, 127]);
});

test("division is in single precision, as in TFLite", () => {
  const scale = 0.003921568859368563;
  const type = { dtype: "int8", scale, zeroPoint: -128 } as const;
  const pixels = Array.from({ length: 256 }, (_, pixel) => pixel);
  const stored = decodeStored(
    encodeReals(
      pixels.map((pixel) => pixel / 255),
      type,
    ),
    "int8",
  );
  assert.equal(
    stored,
    pixels.map((pixel) => pixel - 128),
  );
});

test("every stored value of int8 and int16 survives dequantize and quantize", () => {
  for (const [dtype, low, high, scale] of [
    ["int8", -128, 127, 0.1],
    ["int16", -32768, 32767, 3.0517578125e-5],
  ] as const) {
    const type = { dtype, scale, zeroPoint: dtype === "int8" ? -7 : 0 };
    for (let q = low; q <= high; q++) {
      const bytes = encodeReals([Math.fround(Math.fround(scale) * (q - type.zeroPoint))], type);
      assert.is(decodeStored(bytes, dtype)[0], q);
    }
  }
});

test("values are little-endian in every dtype", () => {
  assert.equal([...encodeReals([-2], { dtype: "int16" })], [0xfe, 0xff]);
  assert.equal([...encodeReals([1], { dtype: "int32" })], [1, 0, 0, 0]);
  assert.equal([...encodeReals([-1], { dtype: "int64" })], Array(8).fill(255));
  assert.equal([...encodeReals([1], { dtype: "float32" })], [0, 0, 0x80, 0x3f]);
  assert.equal([...encodeReals([200], { dtype: "uint8" })], [200]);
});

test("dequantized values are scale * (q - zeroPoint)", () => {
  assert.equal(decodeReals(Uint8Array.of(3, 5, 0x80), int8), [0, 1, -65.5]);
  assert.equal(decodeReals(Uint8Array.of(3, 0xff), { dtype: "int8" }), [3, -1]);
});

test("an integer without a scale takes whole numbers in its range only", async () => {
  await refused(() => encodeReals([0.5], { dtype: "int32" }), "input-invalid", /number 0 is 0.5/);
  await refused(
    () => encodeReals([0, 128], { dtype: "int8" }),
    "input-invalid",
    /number 1 is 128.*-128 to 127/,
  );
});

test("numbers that are not finite in single precision are refused", async () => {
  for (const real of [Number.NaN, Number.POSITIVE_INFINITY, 1e300]) {
    await refused(() => encodeReals([0, real], int8), "input-invalid", /number 1 is/);
    if (Number.isNaN(real)) continue;
    await refused(() => encodeReals([0, real], { dtype: "float32" }), "input-invalid", /number 1 is/);
  }
});

test("NaN stands for a missing value of float32", () => {
  const bytes = encodeReals([1, Number.NaN], { dtype: "float32" });
  assert.equal(decodeStored(bytes, "float32"), [1, Number.NaN]);
});

const shapes: [number[], number[], number | undefined][] = [
  [[1, 28, 28, 1], [1, 28, 28, 1], 1],
  [[28, 28, 1], [1, 28, 28, 1], 1],
  [[5, 28, 28, 1], [1, 28, 28, 1], 5],
  [[5, 1, 28, 28, 1], [1, 28, 28, 1], 5],
  [[1, 1, 28, 28, 1], [1, 28, 28, 1], 1],
  [[28, 28], [1, 28, 28, 1], undefined],
  [[784], [1, 28, 28, 1], undefined],
  [[28, 28, 3], [1, 28, 28, 1], undefined],
  [[0, 28, 28, 1], [1, 28, 28, 1], undefined],
  [[], [1, 1], 1],
  [[7], [1, 1], 7],
  [[7, 1], [1, 1], 7],
  [[7, 1, 1], [1, 1], 7],
  [[2, 3], [2, 3], 1],
  [[4, 2, 3], [2, 3], 4],
  [[3, 2], [2, 3], undefined],
];

for (const [found, shape, frames] of shapes) {
  test(`shape (${found}) for an input (${shape}) holds ${frames ?? "no"} frames`, () => {
    assert.is(frameCount(found, shape), frames);
  });
}

test("several frames take the place of a leading 1", () => {
  assert.equal(framesShape([1, 10], 1), [1, 10]);
  assert.equal(framesShape([1, 10], 4), [4, 10]);
  assert.equal(framesShape([2, 10], 4), [4, 2, 10]);
  assert.equal(framesShape([], 4), [4]);
});

test("pixels become values by the input's real range", () => {
  const value = (scale: number, zeroPoint: number, pixel: number) =>
    pixelMapping({ dtype: "int8", scale, zeroPoint }).value(pixel);
  assert.is(value(1 / 255, -128, 255), 1, "0 to 1");
  assert.is(value(0.85 / 255, -128, 255), 1, "0 to 0.85: calibrated on pictures that are not white");
  assert.is(value(2 / 255, -1, 0), -1, "-1 to 1");
  assert.is(value(2 / 255, -1, 255), 1);
  assert.is(value(1, -128, 200), 200, "0 to 255");
  assert.is(pixelMapping({ dtype: "uint8" }).value(200), 200, "bytes without a scale");
  assert.is(pixelMapping({ dtype: "float32" }).value(255), 1);
});

test("a range that is none of a picture's is refused, with the range", async () => {
  await refused(
    () => pixelMapping({ dtype: "int8", scale: 0.1, zeroPoint: -128 }),
    "input-kind",
    /0\.00 to 25\.5/,
  );
  await refused(
    () => pixelMapping({ dtype: "int8", scale: 0.02, zeroPoint: 0 }),
    "input-kind",
    /-2\.56 to 2\.54/,
  );
  await refused(
    () => pixelMapping({ dtype: "int8", scale: 0.0001, zeroPoint: 0 }),
    "input-kind",
    /no range of pixels/,
  );
  await refused(() => pixelMapping({ dtype: "int8" }), "input-kind", /-128 to 127/);
});

test.run();
