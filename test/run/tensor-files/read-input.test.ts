import { test } from "uvu";
import * as assert from "uvu/assert";
import { encodeOutput } from "../../../host/run/tensor-files/index.js";
import { writeNpy } from "../../../host/run/tensor-files/npy.js";
import type { FileTensor } from "../../../host/run/tensor-files/read-array.js";
import { readInput } from "../../../host/run/tensor-files/read-input.js";
import { zipOf } from "../../files/contents.js";
import { refused } from "./refused.js";

const vector: FileTensor = { dtype: "int8", shape: [1, 4], scale: 0.5, zeroPoint: 1 };

const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
const signed = (frame: Uint8Array) => [...new Int8Array(frame)];
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

async function frames(bytes: Uint8Array, path: string, tensor: FileTensor): Promise<number[][]> {
  return (await readInput(bytes, path, tensor)).frames.map(signed);
}

test("bytes pass through, one frame or several", async () => {
  assert.equal(await frames(Uint8Array.of(1, 2, 3, 255), "a.bin", vector), [[1, 2, 3, -1]]);
  assert.equal(await frames(Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8), "a.BIN", vector), [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
  ]);
  await refused(
    () => readInput(new Uint8Array(5), "a.bin", vector),
    "input-size",
    /5 bytes for an input of 1x4 int8, which takes 4/,
  );
  await refused(() => readInput(new Uint8Array(0), "a.bin", vector), "input-size", /0 bytes/);
});

test("an .npy of the model's dtype passes through; floats are quantized", async () => {
  const raw = writeNpy({ dtype: "int8", shape: [4], bytes: Uint8Array.of(1, 2, 3, 255) });
  assert.equal(await frames(raw, "a.npy", vector), [[1, 2, 3, -1]]);
  const real = writeNpy({ dtype: "float32", shape: [2, 4], bytes: floats(0, 0.5, 1, -0.5, 2, 2, 2, 100) });
  assert.equal(await frames(real, "a.npy", vector), [
    [1, 2, 3, 0],
    [5, 5, 5, 127],
  ]);
  const double = writeNpy({
    dtype: "float64",
    shape: [4],
    bytes: new Uint8Array(Float64Array.of(0, 0.5, 1, -0.5).buffer),
  });
  assert.equal(await frames(double, "a.npy", vector), [[1, 2, 3, 0]]);
});

test("an .npy of another dtype or shape is refused", async () => {
  const other = writeNpy({ dtype: "uint8", shape: [4], bytes: new Uint8Array(4) });
  await refused(() => readInput(other, "a.npy", vector), "input-dtype", /uint8 for an input of int8/);
  const flat = writeNpy({ dtype: "int8", shape: [6], bytes: new Uint8Array(6) });
  await refused(() => readInput(flat, "a.npy", vector), "input-size", /shape 6 for an input of 1x4 int8/);
});

test("JSON is always real-valued, flat or nested", async () => {
  assert.equal(await frames(text([0, 1, 2, 3]), "a.json", vector), [[1, 3, 5, 7]]);
  assert.equal(
    await frames(
      text([
        [0, 1, 2, 3],
        [0, 0, 0, 0],
      ]),
      "a.json",
      vector,
    ),
    [
      [1, 3, 5, 7],
      [1, 1, 1, 1],
    ],
  );
  assert.equal(await frames(text([0, 1, 2, 3, 0, 0, 0, 0]), "a.json", vector), [
    [1, 3, 5, 7],
    [1, 1, 1, 1],
  ]);
  assert.equal(await frames(text(2), "a.json", { ...vector, shape: [1, 1] }), [[5]]);
});

const brokenJson: [string, Uint8Array, "input-invalid" | "input-size", RegExp][] = [
  ["half a file", new TextEncoder().encode("[1, 2"), "input-invalid", /no JSON/],
  ["bytes that are no UTF-8", Uint8Array.of(0x5b, 0xff, 0x5d), "input-invalid", /no JSON/],
  ["a string", text([1, "2", 3, 4]), "input-invalid", /"2" where a number/],
  ["null", text([1, null, 3, 4]), "input-invalid", /null where a number/],
  ["an object", text({ values: [1] }), "input-invalid", /an object where a number/],
  ["rows of different lengths", text([[1, 2, 3, 4], [1]]), "input-invalid", /not regular: an array of 1/],
  ["a number among arrays", text([[1], 2]), "input-invalid", /not regular: 2/],
  ["an array among numbers", text([1, [2]]), "input-invalid", /an array of 1 where a number/],
  [
    "arrays without end",
    new TextEncoder().encode("[".repeat(20000) + "]".repeat(20000)),
    "input-invalid",
    /deeper than 32|no JSON/,
  ],
  ["no numbers", text([]), "input-size", /0 numbers/],
  ["too few", text([1, 2, 3]), "input-size", /3 numbers/],
  [
    "another shape",
    text([
      [1, 2],
      [3, 4],
    ]),
    "input-size",
    /shape 2x2/,
  ],
];

for (const [what, bytes, code, message] of brokenJson) {
  test(`refused JSON: ${what}`, () => refused(() => readInput(bytes, "a.json", vector), code, message));
}

test("content that is a known kind is read as that, whatever the name says", async () => {
  const npy = writeNpy({ dtype: "int8", shape: [4], bytes: Uint8Array.of(1, 2, 3, 255) });
  for (const path of ["a.json", "a.txt", "a", "a.png", "-"]) {
    assert.equal(await frames(npy, path, vector), [[1, 2, 3, -1]], path);
  }
  const raw: FileTensor = { dtype: "int8", shape: [npy.length] };
  assert.equal(await frames(npy, "a.bin", raw), [signed(npy)], "whole frames of a .bin are its bytes");
  assert.equal(await frames(Uint8Array.of(1, 2, 3, 255), "-", vector), [[1, 2, 3, -1]]);
});

test("content that no input is read from is refused with its name", async () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const cases: [string | Uint8Array, RegExp][] = [
    ["\u0000asm\u0001\u0000\u0000\u0000", /a WebAssembly module/],
    ["GIF89a", /a GIF picture/],
    ["<!DOCTYPE html><html>", /a page of HTML/],
    ["version https://git-lfs.github.com/spec/v1\n", /Git LFS/],
    [zipOf("archive/data.pkl"), /a PyTorch file/],
  ];
  for (const [content, message] of cases) {
    const bytes = typeof content === "string" ? text(content) : content;
    await refused(() => readInput(bytes, "a.png", vector), "input-kind", message);
  }
  await refused(() => readInput(text("words"), "a.png", vector), "input-invalid", /as a \.png file does/);
});

test("bytes that look like float32 are taken for the dtype of the input, and it is said", async () => {
  const { notes } = await readInput(floats(0.5, -1, 0, 2), "a.bin", vector);
  assert.match(notes.join(), /4 frames of 1x4 int8,its bytes look like float32/);
  const plain = await readInput(
    Uint8Array.from({ length: 16 }, (_, i) => 255 - i),
    "a.bin",
    vector,
  );
  assert.equal(plain.notes, ["4 frames of 1x4 int8"]);
});

test("bytes that do not look like float32 are taken for it, and it is said", async () => {
  const reals: FileTensor = { dtype: "float32", shape: [1, 4] };
  const picture = Uint8Array.from({ length: 16 }, (_, i) => 200 + i);
  assert.match((await readInput(picture, "a.bin", reals)).notes.join(), /do not look like float32/);
  assert.equal((await readInput(floats(0, 1e-9, 3, -700), "a.bin", reals)).notes, []);
});

test("another ending is refused", async () => {
  await refused(() => readInput(new Uint8Array(4), "a.txt", vector), "input-kind", /"txt"/);
  await refused(() => readInput(new Uint8Array(4), "folder.d/a", vector), "input-kind", /""/);
  await refused(() => encodeOutput([new Uint8Array(4)], "a.png", vector), "input-kind", /"png" of an output/);
});

test("outputs are raw in .bin and .npy, real in .json; several frames have a leading axis", async () => {
  const two = [Uint8Array.of(1, 2, 3, 255), Uint8Array.of(5, 6, 7, 8)];
  assert.equal([...encodeOutput(two, "o.bin", vector)], [1, 2, 3, 255, 5, 6, 7, 8]);
  assert.equal(JSON.parse(new TextDecoder().decode(encodeOutput(two, "o.json", vector))), [
    [0, 0.5, 1, -1],
    [2, 2.5, 3, 3.5],
  ]);
  assert.equal(
    JSON.parse(new TextDecoder().decode(encodeOutput([two[0]!], "o.json", { ...vector, shape: [1, 2, 2] }))),
    [
      [
        [0, 0.5],
        [1, -1],
      ],
    ],
  );
});

test("what is written as an output is read as the same input, in every format", async () => {
  const two = [Uint8Array.of(1, 2, 3, 255), Uint8Array.of(5, 6, 7, 128)];
  for (const path of ["o.bin", "o.npy", "o.json"]) {
    assert.equal(
      (await readInput(encodeOutput(two, path, vector), path, vector)).frames.map(signed),
      two.map(signed),
      path,
    );
  }
});

test.run();
