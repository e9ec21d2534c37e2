import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FileTensor } from "../../../host/run/tensor-files/read-array.js";
import { readInput } from "../../../host/run/tensor-files/read-input.js";
import { resize } from "../../../host/run/tensor-files/resize.js";
import { type PngHeader, pngChunk, writePng } from "./png-writer.js";
import { refused } from "./refused.js";

const picture: FileTensor = { dtype: "int8", shape: [1, 2, 3, 1], scale: 1 / 255, zeroPoint: -128 };
const colour: FileTensor = { ...picture, shape: [1, 2, 3, 3] };
const sized = (height: number, width: number, channels = 1): FileTensor => ({
  ...picture,
  shape: [1, height, width, channels],
});

/** Pixels, 0 to 255, that an input of `pixel / 255` gets, and what was noted. */
async function read(bytes: Uint8Array, path: string, tensor: FileTensor) {
  const { frames, notes } = await readInput(bytes, path, tensor);
  assert.is(frames.length, 1);
  return { pixels: [...new Int8Array(frames[0]!)].map((value) => value + 128), notes: notes.join("; ") };
}

function png(width: number, height: number, rgba: number[], colorType?: 0 | 2 | 6): Uint8Array {
  const image = new PNG({ width, height });
  image.data = Buffer.from(rgba);
  return new Uint8Array(PNG.sync.write(image, colorType === undefined ? {} : { colorType }));
}

const grey = (...values: number[]) => values.flatMap((v) => [v, v, v, 255]);
const words = (text: string) => new TextEncoder().encode(text);

test("a grey .png fills a grey input row by row", async () => {
  for (const colorType of [0, 2, 6] as const) {
    const { pixels, notes } = await read(
      png(3, 2, grey(0, 1, 2, 128, 254, 255), colorType),
      "a.png",
      picture,
    );
    assert.equal(pixels, [0, 1, 2, 128, 254, 255]);
    assert.match(notes, /pixel \/ 255.*quantized to int8/);
  }
});

test("grey is repeated for a colour input, and colour made grey for a grey one", async () => {
  const repeated = await read(png(3, 2, grey(0, 1, 2, 3, 4, 5)), "a.png", colour);
  assert.equal(repeated.pixels, [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5]);
  assert.match(repeated.notes, /grey repeated/);
  const rgba = [255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, ...grey(0, 255, 7)];
  const greyed = await read(png(3, 2, rgba), "a.png", picture);
  assert.equal(greyed.pixels, [76, 150, 29, 0, 255, 7]);
  assert.match(greyed.notes, /made grey/);
});

test("transparency is dropped, and told", async () => {
  const { pixels, notes } = await read(png(3, 2, [...grey(9, 9, 9, 9, 9), 9, 9, 9, 0]), "a.png", picture);
  assert.equal(pixels, Array(6).fill(9));
  assert.match(notes, /transparency dropped/);
});

test("a transparent colour of a .png stays the colour it is, and is told where a pixel has it", async () => {
  const readPixels = async (header: Partial<PngHeader>, row: number[], colour: number[], channels: 1 | 3) => {
    const chunk = pngChunk("tRNS", Uint8Array.from(colour));
    const file = writePng({ width: 2, height: 1, ...header }, Uint8Array.of(0, ...row), [chunk]);
    const { pixels, notes } = await read(file, "a.png", sized(1, 2, channels));
    return [pixels, /transparency dropped/.test(notes)];
  };
  const [colours, transparent] = [
    [200, 100, 50, 1, 2, 3],
    [0, 200, 0, 100, 0, 50],
  ];
  assert.equal(await readPixels({ colorType: 2 }, colours, transparent, 3), [colours, true]);
  assert.equal(await readPixels({ colorType: 2 }, colours, [0, 200, 0, 100, 0, 51], 3), [colours, false]);
  assert.equal(await readPixels({}, [7, 8], [0, 7], 1), [[7, 8], true]);
  assert.equal(await readPixels({}, [7, 8], [0, 9], 1), [[7, 8], false]);
  const samples = [7, 1, 8, 0];
  assert.equal(await readPixels({ depth: 16 }, samples, [7, 1], 1), [[7, 8], true]);
  assert.equal(await readPixels({ depth: 16 }, samples, [7, 0], 1), [[7, 8], false]);
  assert.equal(await readPixels({ depth: 4 }, [0x29], [0, 2], 1), [[34, 153], true]);
});

test("a .png of a palette keeps its colours, transparent or not", async () => {
  const palette = [pngChunk("PLTE", Uint8Array.of(9, 9, 9, 30, 30, 30)), pngChunk("tRNS", Uint8Array.of(0))];
  const file = writePng({ width: 2, height: 1, depth: 1, colorType: 3 }, Uint8Array.of(0, 0x40), palette);
  const { pixels, notes } = await read(file, "a.png", sized(1, 2));
  assert.equal(pixels, [9, 30]);
  assert.match(notes, /transparency dropped/);
});

test("an interlaced .png is read", async () => {
  // Passes 1, 4, 6 and 7 of Adam7 hold the samples of a picture of 3 x 2: (0,0); (2,0); (1,0); row 1.
  const rows = Uint8Array.of(0, 10, 0, 12, 0, 11, 0, 13, 14, 15);
  const file = writePng({ width: 3, height: 2, interlace: 1 }, rows);
  assert.equal((await read(file, "a.png", picture)).pixels, [10, 11, 12, 13, 14, 15]);
});

test("a .png whose data are too few or too many is refused, interlaced or not", async () => {
  for (const interlace of [0, 1] as const) {
    const header = { width: 28, height: 28, interlace };
    const expected = interlace === 0 ? 812 : 837;
    const size = sized(28, 28);
    await refused(
      () => readInput(writePng(header, new Uint8Array(3)), "a.png", size),
      "input-invalid",
      new RegExp(`truncated: 3 of the ${expected} bytes`),
    );
    await refused(
      () => readInput(writePng(header, new Uint8Array(expected - 1)), "a.png", size),
      "input-invalid",
      /truncated/,
    );
    await refused(
      () => readInput(writePng(header, new Uint8Array(2 ** 24)), "a.png", size),
      "input-invalid",
      new RegExp(`more than the ${expected} bytes`),
    );
    assert.is((await read(writePng(header, new Uint8Array(expected)), "a.png", size)).pixels.length, 784);
  }
});

test("a damaged .png is refused", async () => {
  const good = png(3, 2, grey(0, 1, 2, 3, 4, 5));
  for (const length of [8, 20, 33, 45, good.length - 20, good.length - 1]) {
    await refused(() => readInput(good.subarray(0, length), "a.png", picture), "input-invalid", /\.png/);
  }
  const checksum = good.slice();
  checksum[good.length - 14]! ^= 1;
  await refused(() => readInput(checksum, "a.png", picture), "input-invalid", /damaged .png/);
  await refused(() => readInput(words("text"), "a.png", picture), "input-invalid", /as a \.png/);
});

test("a picture too large to decode is refused by its header", async () => {
  const huge = png(3, 2, grey(0, 0, 0, 0, 0, 0)).slice();
  new DataView(huge.buffer).setUint32(16, 0x7fffffff);
  await refused(
    () => readInput(huge, "a.png", picture),
    "input-size",
    /2147483647 wide and 2 high; up to 16777216/,
  );
  const deep = writePng({ width: 4096, height: 4096, depth: 16, colorType: 6 }, new Uint8Array(1));
  await refused(() => readInput(deep, "a.png", picture), "input-size", /rows take 134221824 bytes/);
  const photo = jpegOf(16, 16, () => 5);
  const frame = photo.indexOf(0xc0, photo.indexOf(0xc0)) + 4;
  new DataView(photo.buffer, photo.byteOffset).setUint32(frame, 0xffffffff);
  await refused(() => readInput(photo, "a.jpg", picture), "input-size", /65535 wide and 65535 high/);
  const full = jpegOf(16, 16, () => 5);
  new DataView(full.buffer, full.byteOffset).setUint32(frame, 0x10001000);
  await refused(
    () => readInput(full, "a.jpg", picture),
    "input-size",
    /a \.jpg of 50331648 samples; up to 33554432/,
  );
  const bitmap = bmp24(2, 1, [1, 2, 3, 4, 5, 6]);
  new DataView(bitmap.buffer).setInt32(18, 1 << 30, true);
  await refused(() => readInput(bitmap, "a.bmp", picture), "input-size", /1073741824 wide/);
});

function jpegOf(width: number, height: number, shade: (x: number, y: number) => number): Uint8Array {
  const data = Buffer.from(
    grey(...Array.from({ length: width * height }, (_, i) => shade(i % width, Math.floor(i / width)))),
  );
  return new Uint8Array(jpeg.encode({ width, height, data }, 100).data);
}

test("a .jpg is read, whatever its ending", async () => {
  const bytes = jpegOf(3, 2, () => 200);
  for (const path of ["a.jpg", "a.JPEG", "a.png", "a", "-"]) {
    for (const value of (await read(bytes, path, picture)).pixels) assert.ok(Math.abs(value - 200) <= 1);
  }
});

test("a truncated .jpg is refused", async () => {
  const bytes = jpegOf(16, 16, (x, y) => (x * y) % 256);
  for (const length of [3, 60, 300, bytes.length - 30, bytes.length - 2]) {
    await refused(
      () => readInput(bytes.subarray(0, length), "a.jpg", sized(16, 16)),
      "input-invalid",
      /\.jpg: truncated/,
    );
  }
  const short = Uint8Array.from([...bytes.subarray(0, bytes.length - 30), 0xff, 0xd9]);
  await refused(() => readInput(short, "a.jpg", sized(16, 16)), "input-invalid", /damaged \.jpg/);
});

test("a .jpg of more scans than an encoder writes is refused before they are decoded", async () => {
  const bytes = jpegOf(16, 16, () => 9);
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0];
  const many = Uint8Array.from([...bytes.subarray(0, -2), ...Array(80).fill(scan).flat(), 0xff, 0xd9]);
  await refused(() => readInput(many, "a.jpg", sized(16, 16)), "input-invalid", /more than 64 scans/);
});

/** An APP1 segment of EXIF with an orientation, in either byte order. */
function exif(orientation: number, little: boolean): number[] {
  const tiff = new DataView(new ArrayBuffer(26));
  tiff.setUint16(0, little ? 0x4949 : 0x4d4d);
  tiff.setUint16(2, 42, little);
  tiff.setUint32(4, 8, little);
  tiff.setUint16(8, 1, little);
  tiff.setUint16(10, 0x0112, little);
  tiff.setUint16(12, 3, little);
  tiff.setUint32(14, 1, little);
  tiff.setUint16(18, orientation, little);
  return [0xff, 0xe1, 0, 34, ...words("Exif\0\0"), ...new Uint8Array(tiff.buffer)];
}

test("a .jpg is turned as its EXIF orientation says, and that is told", async () => {
  // Each quarter of the stored picture has a shade of its own: a b over c d.
  const [a, b, c, d] = [10, 90, 170, 250];
  const upright: Readonly<Record<number, number[]>> = {
    1: [a, b, c, d],
    2: [b, a, d, c],
    3: [d, c, b, a],
    4: [c, d, a, b],
    5: [a, c, b, d],
    6: [c, a, d, b],
    7: [d, b, c, a],
    8: [b, d, a, c],
  };
  const stored = jpegOf(16, 16, (x, y) => [a, b, c, d][(x >> 3) + 2 * (y >> 3)]!);
  for (const [orientation, quarters] of Object.entries(upright)) {
    for (const little of [false, true]) {
      const file = Uint8Array.from([
        ...stored.subarray(0, 2),
        ...exif(Number(orientation), little),
        ...stored.subarray(2),
      ]);
      const { pixels, notes } = await read(file, "a.jpg", sized(2, 2));
      for (const [i, shade] of quarters.entries()) {
        assert.ok(Math.abs(pixels[i]! - shade) <= 3, `orientation ${orientation}: ${pixels}`);
      }
      assert.is(/turned as its EXIF/.test(notes), orientation !== "1");
    }
  }
});

test("an oblong .jpg that is turned changes its sides", async () => {
  const stored = jpegOf(16, 8, (x) => (x < 8 ? 20 : 220));
  const file = Uint8Array.from([...stored.subarray(0, 2), ...exif(6, true), ...stored.subarray(2)]);
  const { pixels, notes } = await read(file, "a.jpg", sized(2, 1));
  assert.ok(pixels[0]! < 30 && pixels[1]! > 210, `${pixels}`);
  assert.match(notes, /resized from 8x16 to 1x2 \(area average\);/);
});

/** A .bmp of these header fields, with what follows the header. */
function bmp(
  fields: { width: number; height: number; bits: number; compression?: number; colours?: number },
  after: number[],
  pixelsAt: number,
): Uint8Array {
  const file = new Uint8Array(54 + after.length);
  const view = new DataView(file.buffer);
  file.set(words("BM"));
  view.setUint32(2, file.length, true);
  view.setUint32(10, pixelsAt, true);
  view.setUint32(14, 40, true);
  view.setInt32(18, fields.width, true);
  view.setInt32(22, fields.height, true);
  view.setUint16(26, 1, true);
  view.setUint16(28, fields.bits, true);
  view.setUint32(30, fields.compression ?? 0, true);
  view.setUint32(46, fields.colours ?? 0, true);
  file.set(after, 54);
  return file;
}

/** A .bmp of one row of 24 bits, from red, green and blue. */
function bmp24(width: number, height: number, rgb: number[]): Uint8Array {
  const row = rgb.map((_, i) => rgb[3 * Math.floor(i / 3) + 2 - (i % 3)]!);
  while (row.length % 4 !== 0) row.push(0);
  return bmp({ width, height, bits: 24 }, row, 54);
}

test("an uncompressed .bmp of every depth is read", async () => {
  assert.equal(
    (await read(bmp24(2, 1, [1, 2, 3, 4, 5, 6]), "a.bmp", sized(1, 2, 3))).pixels,
    [1, 2, 3, 4, 5, 6],
  );
  const rows = [10, 11, 12, 0, 20, 21, 22, 0];
  const shades = Array.from({ length: 256 }, (_, i) => [i, i, i, 0]).flat();
  const bottomUp = bmp({ width: 3, height: 2, bits: 8 }, [...shades, ...rows], 54 + 1024);
  assert.equal((await read(bottomUp, "a.bmp", picture)).pixels, [20, 21, 22, 10, 11, 12]);
  const topDown = bmp({ width: 3, height: -2, bits: 8 }, [...shades, ...rows], 54 + 1024);
  assert.equal((await read(topDown, "a.bmp", picture)).pixels, [10, 11, 12, 20, 21, 22]);
  const palette = [5, 5, 5, 0, 9, 9, 9, 0];
  const oneBit = bmp({ width: 3, height: 1, bits: 1, colours: 2 }, [...palette, 0b10100000, 0, 0, 0], 62);
  assert.equal((await read(oneBit, "a.bmp", sized(1, 3))).pixels, [9, 5, 9]);
  const fourBits = bmp({ width: 3, height: 1, bits: 4, colours: 2 }, [...palette, 0x01, 0x10, 0, 0], 62);
  assert.equal((await read(fourBits, "a.bmp", sized(1, 3))).pixels, [5, 9, 9]);
  const sixteen = bmp({ width: 2, height: 1, bits: 16 }, [0xff, 0x7f, 0x00, 0x7c], 54);
  assert.equal((await read(sixteen, "a.bmp", sized(1, 2, 3))).pixels, [255, 255, 255, 255, 0, 0]);
  const masks = [0, 0, 0xff, 0, 0, 0xff, 0, 0, 0xff, 0, 0, 0];
  const masked = bmp({ width: 1, height: 1, bits: 32, compression: 3 }, [...masks, 7, 8, 9, 0], 66);
  assert.equal((await read(masked, "a.bmp", sized(1, 1, 3))).pixels, [9, 8, 7]);
});

test("a compressed, truncated or damaged .bmp is refused", async () => {
  const packed = bmp({ width: 3, height: 2, bits: 8, compression: 1 }, Array(1100).fill(0), 54 + 1024);
  await refused(() => readInput(packed, "a.bmp", picture), "input-invalid", /RLE8; save it uncompressed/);
  const good = bmp24(2, 1, [1, 2, 3, 4, 5, 6]);
  await refused(
    () => readInput(good.subarray(0, 60), "a.bmp", picture),
    "input-invalid",
    /truncated: 60 bytes/,
  );
  await refused(
    () => readInput(good.subarray(0, 40), "a.bmp", picture),
    "input-invalid",
    /within its header/,
  );
  const wild = bmp({ width: 2, height: 1, bits: 8, colours: 2 }, [...Array(8).fill(0), 0, 9, 0, 0], 62);
  await refused(() => readInput(wild, "a.bmp", sized(1, 2)), "input-invalid", /colour 9 of a palette of 2/);
  const odd = bmp({ width: 2, height: 1, bits: 7 }, Array(64).fill(0), 54);
  await refused(() => readInput(odd, "a.bmp", picture), "input-invalid", /7 bits a pixel/);
});

test("a picture that becomes narrower and higher is averaged along its rows, interpolated along its columns", () => {
  const values = Uint8Array.of(0, 100, 20, 200, 40, 0, 80, 50); // 2 rows of 2 pixels of 2 channels
  const { values: resized } = resize({ height: 2, width: 2, channels: 2, values }, 4, 1);
  assert.equal([...resized], [10, 150, 23, 119, 48, 56, 60, 25]);
});

test("a row of millions of pixels is read once, however many rows the result has", () => {
  const row = { height: 1, width: 2 ** 22, channels: 1, values: new Uint8Array(2 ** 22).fill(7) };
  const before = Date.now();
  const { values } = resize(row, 4096, 2);
  assert.ok(values.length === 4096 * 2 && values.every((value) => value === 7));
  assert.ok(Date.now() - before < 10_000, "17 thousand million steps take longer than this");
});

test("a picture is not resized to more pixels than one may have", async () => {
  const small = png(1, 1, grey(9));
  await refused(() => readInput(small, "a.png", sized(4096, 4097)), "input-size", /4097 wide and 4096 high/);
});

test("a picture of another size is averaged down or interpolated up, and told", async () => {
  const square = png(4, 4, grey(...[0, 10, 20, 30].flatMap((row) => [row, row + 2, row + 4, row + 6])));
  const half = await read(square, "a.png", sized(2, 2));
  assert.equal(half.pixels, [6, 10, 26, 30]);
  assert.match(half.notes, /resized from 4x4 to 2x2 \(area average\);/);
  const third = await read(png(3, 1, grey(0, 30, 60)), "a.png", sized(1, 2));
  assert.equal(third.pixels, [10, 50]);
  assert.match(third.notes, /which changes its proportions/);
  const longer = await read(png(2, 1, grey(0, 100)), "a.png", sized(1, 4));
  assert.equal(longer.pixels, [0, 25, 75, 100]);
  assert.match(longer.notes, /bilinear/);
  const colours = await read(png(2, 1, [255, 0, 10, 255, 1, 0, 30, 255]), "a.png", sized(1, 1, 3));
  assert.equal(colours.pixels, [128, 0, 20]);
});

test("pixels of an input that says so are (pixel - mean) / std", async () => {
  const float: FileTensor = {
    dtype: "float32",
    shape: [1, 1, 2, 3],
    pixels: { mean: [100, 50, 0], std: [2, 4, 8] },
  };
  const { frames, notes } = await readInput(png(2, 1, [102, 54, 8, 255, 98, 46, 16, 255]), "a.png", float);
  assert.equal([...new Float32Array(frames[0]!.slice().buffer)], [1, 1, 1, -1, -1, 2]);
  assert.match(notes.join(), /\(pixel - 100, 50, 0\) \/ 2, 4, 8/);
  const one: FileTensor = { ...sized(1, 2), scale: 1, zeroPoint: 0, pixels: { mean: [128], std: [2] } };
  const single = await readInput(png(2, 1, grey(128, 132)), "a.png", one);
  assert.equal([...new Int8Array(single.frames[0]!)], [0, 2]);
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

test.run();
