import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import wavefile from "wavefile";
import { encodeOutput } from "../../../host/run/tensor-files/index.js";
import { writeNpy } from "../../../host/run/tensor-files/npy.js";
import type { FileTensor } from "../../../host/run/tensor-files/read-array.js";
import { readInput } from "../../../host/run/tensor-files/read-input.js";
import { refused } from "./refused.js";

const vector: FileTensor = { dtype: "int8", shape: [1, 4], scale: 0.5, zeroPoint: 1 };
const picture: FileTensor = { dtype: "int8", shape: [1, 2, 3, 1], scale: 1 / 255, zeroPoint: -128 };
const colour: FileTensor = { ...picture, shape: [1, 2, 3, 3] };

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

function png(width: number, height: number, rgba: number[], colorType?: 0 | 2 | 6): Uint8Array {
  const image = new PNG({ width, height });
  image.data = Buffer.from(rgba);
  return new Uint8Array(PNG.sync.write(image, colorType === undefined ? {} : { colorType }));
}

const grey = (...values: number[]) => values.flatMap((v) => [v, v, v, 255]);

test("a grey .png fills a grey input row by row", async () => {
  for (const colorType of [0, 2, 6] as const) {
    const read = await readInput(png(3, 2, grey(0, 1, 2, 128, 254, 255), colorType), "a.png", picture);
    assert.equal(read.frames.map(signed), [[-128, -127, -126, 0, 126, 127]]);
    assert.match(read.notes.join("; "), /pixel \/ 255.*quantized to int8/);
  }
});

test("grey is repeated for a colour input, and colour made grey for a grey one", async () => {
  assert.equal(await frames(png(3, 2, grey(0, 1, 2, 3, 4, 5)), "a.png", colour), [
    [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5].map((v) => v - 128),
  ]);
  const rgba = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, ...grey(0, 255, 7)];
  const read = await readInput(png(3, 2, rgba), "a.png", picture);
  assert.equal(
    signed(read.frames[0]!).map((v) => v + 128),
    [76, 150, 29, 0, 255, 7],
  );
  assert.match(read.notes[0]!, /made grey/);
});

test("transparency is dropped, and told", async () => {
  const read = await readInput(png(3, 2, [...grey(9, 9, 9, 9, 9), 9, 9, 9, 0]), "a.png", picture);
  assert.equal(signed(read.frames[0]!), Array(6).fill(9 - 128));
  assert.match(read.notes[0]!, /transparency dropped/);
});

test("a .jpg is read, either ending", async () => {
  const data = Buffer.from(grey(...Array(6).fill(200)));
  const bytes = new Uint8Array(jpeg.encode({ width: 3, height: 2, data }, 100).data);
  for (const path of ["a.jpg", "a.JPEG"]) {
    for (const value of (await frames(bytes, path, picture))[0]!) assert.ok(Math.abs(value + 128 - 200) <= 1);
  }
  await refused(
    () => readInput(bytes, "a.jpg", { ...picture, shape: [1, 3, 2, 1] }),
    "input-size",
    /3 wide and 2 high for an input 2 wide and 3 high/,
  );
  await refused(() => readInput(bytes.subarray(0, 60), "a.jpg", picture), "input-invalid", /damaged .jpg/);
});

test("a picture of another size is refused before it is decoded", async () => {
  const huge = png(3, 2, grey(0, 0, 0, 0, 0, 0)).slice();
  new DataView(huge.buffer).setUint32(16, 0x7fffffff);
  await refused(
    () => readInput(huge, "a.png", picture),
    "input-size",
    /2147483647 wide and 2 high for an input 3 wide and 2 high/,
  );
});

test("a damaged or wrongly named picture is refused", async () => {
  const good = png(3, 2, grey(0, 1, 2, 3, 4, 5));
  for (const length of [8, 20, 33, 45, good.length - 20]) {
    await refused(() => readInput(good.subarray(0, length), "a.png", picture), "input-invalid", /\.png/);
  }
  await refused(() => readInput(good, "a.jpg", picture), "input-invalid", /as a \.jpg/);
  await refused(() => readInput(text([1]), "a.png", picture), "input-invalid", /as a \.png/);
});

test("an input that is no picture does not take one", async () => {
  const good = png(3, 2, grey(0, 1, 2, 3, 4, 5));
  await refused(
    () => readInput(good, "a.png", { ...picture, shape: [1, 2, 3, 8] }),
    "input-kind",
    /1x2x3x8 int8/,
  );
  await refused(
    () => readInput(good, "a.png", { ...picture, scale: 0.1 }),
    "input-kind",
    /no range of pixels/,
  );
});

function wav(samples: number[], depth = "16", channels = 1): Uint8Array {
  const wave = new wavefile.WaveFile();
  wave.fromScratch(channels, 16000, depth, channels === 1 ? samples : [samples, samples]);
  return wave.toBuffer();
}

test("16-bit sound becomes -1 to 1, or stays as it is for an int16 input", async () => {
  const type: FileTensor = { dtype: "int8", shape: [1, 4], scale: 1 / 128, zeroPoint: 0 };
  assert.equal(await frames(wav([0, 16384, -32768, 32767]), "a.wav", type), [[0, 64, -128, 127]]);
  const raw: FileTensor = { dtype: "int16", shape: [2] };
  const read = await readInput(wav([1, -2, 3, -4]), "a.wav", raw);
  assert.equal(
    read.frames.map((f) => [...f]),
    [
      [1, 0, 0xfe, 0xff],
      [3, 0, 0xfc, 0xff],
    ],
  );
  assert.match(read.notes[0]!, /4 samples at 16000 Hz/);
});

test("sound of another length or kind, or damaged, is refused", async () => {
  await refused(() => readInput(wav([1, 2, 3]), "a.wav", vector), "input-size", /3 samples/);
  await refused(() => readInput(wav([1, 2, 3, 4], "8"), "a.wav", vector), "input-invalid", /8 bits/);
  await refused(() => readInput(wav([0, 0, 0, 0], "32f"), "a.wav", vector), "input-invalid", /format 3/);
  await refused(() => readInput(wav([1, 2], "16", 2), "a.wav", vector), "input-invalid", /2 channels/);
  const good = wav([1, 2, 3, 4]);
  for (const length of [4, 12, 30, 40, good.length - 3]) {
    await refused(
      () => readInput(good.subarray(0, length), "a.wav", vector),
      "input-invalid",
      /damaged \.wav/,
    );
  }
  await refused(() => readInput(text([1]), "a.wav", vector), "input-invalid", /as a \.wav/);
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
