import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../../host/errors.js";
import { type NpyDType, parseNpy, writeNpy } from "../../../host/run/tensor-files/npy.js";
import { refused } from "./refused.js";

function npy(header: string, data: Uint8Array, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const length =
    version === 1 ? [text.length & 255, text.length >> 8] : [text.length & 255, text.length >> 8, 0, 0];
  return Uint8Array.from([
    0x93,
    ...new TextEncoder().encode("NUMPY"),
    version,
    0,
    ...length,
    ...text,
    ...data,
  ]);
}

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

const dtypes: [NpyDType, number][] = [
  ["int8", 1],
  ["uint8", 1],
  ["bool", 1],
  ["int16", 2],
  ["int32", 4],
  ["int64", 8],
  ["float32", 4],
  ["float64", 8],
];

for (const [dtype, size] of dtypes) {
  for (const shape of [[], [3], [2, 3], [1, 2, 1, 4]]) {
    test(`${dtype} of shape (${shape}) comes back as it was written`, () => {
      const count = shape.reduce((a, b) => a * b, 1);
      const bytes = Uint8Array.from({ length: count * size }, (_, i) => (i * 37 + 1) & 255);
      const file = writeNpy({ dtype, shape, bytes });
      assert.is((file.length - bytes.length) % 64, 0, "data is aligned to 64 bytes");
      const read = parseNpy(file);
      assert.is(read.dtype, dtype);
      assert.equal(read.shape, shape);
      assert.equal(read.bytes, bytes);
    });
  }
}

test("a file that NumPy's own writer laid out is read", () => {
  const file = readFileSync(new URL("../../../models/digits/samples/calibration.npy", import.meta.url));
  const { dtype, shape } = parseNpy(new Uint8Array(file));
  assert.is(dtype, "float32");
  assert.equal(shape, [100, 28, 28, 1]);
});

test("versions 2 and 3, long integers, double quotes, any key order and no last comma are read", () => {
  const header = `{"shape": (2L,), "fortran_order": False, "descr": "<f4"}\n`;
  for (const version of [1, 2, 3]) {
    const read = parseNpy(npy(header, floats(1, 2), version));
    assert.equal(read.shape, [2]);
    assert.equal(read.bytes, floats(1, 2));
  }
});

test("Fortran order is transposed to C order", () => {
  const header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }";
  assert.equal(parseNpy(npy(header, floats(1, 4, 2, 5, 3, 6))).bytes, floats(1, 2, 3, 4, 5, 6));
});

test("Fortran order of rank 3: element (i, j, k) keeps its place", () => {
  const [a, b, c] = [2, 3, 4];
  const stored: number[] = [];
  for (let k = 0; k < c; k++)
    for (let j = 0; j < b; j++) for (let i = 0; i < a; i++) stored.push(100 * i + 10 * j + k);
  const wanted: number[] = [];
  for (let i = 0; i < a; i++)
    for (let j = 0; j < b; j++) for (let k = 0; k < c; k++) wanted.push(100 * i + 10 * j + k);
  const header = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3, 4), }";
  assert.equal(parseNpy(npy(header, floats(...stored))).bytes, floats(...wanted));
});

const good = "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }";
const broken: [string, Uint8Array, "input-invalid" | "input-dtype", RegExp][] = [
  ["an empty file", new Uint8Array(0), "input-invalid", /does not begin/],
  [
    "another file's magic",
    new TextEncoder().encode("PK\u0003\u0004 and more bytes"),
    "input-invalid",
    /does not begin/,
  ],
  ["version 9", npy(good, floats(1, 2), 9), "input-invalid", /version 9\.0/],
  [
    "a file that ends in its header",
    npy(good, floats(1, 2)).subarray(0, 30),
    "input-invalid",
    /header says it has 57 bytes/,
  ],
  [
    "a version 2 file of 11 bytes",
    npy(good, floats(), 2).subarray(0, 11),
    "input-invalid",
    /end within the .npy header/,
  ],
  ["missing data", npy(good, floats(1)), "input-invalid", /4 bytes of data where shape 2 float32 takes 8/],
  ["data left over", npy(good, floats(1, 2, 3)), "input-invalid", /12 bytes of data/],
  ["big-endian numbers", npy(good.replace("<f4", ">f4"), floats(1, 2)), "input-dtype", /'>f4'/],
  ["half precision", npy(good.replace("<f4", "<f2"), floats(1)), "input-dtype", /'<f2'/],
  ["objects", npy(good.replace("<f4", "|O"), floats(1)), "input-dtype", /'\|O'/],
  [
    "structured records",
    npy(good.replace("'<f4'", "[('x', '<f4')]"), floats(1, 2)),
    "input-dtype",
    /structured/,
  ],
  ["a negative shape", npy(good.replace("(2,)", "(-2,)"), floats(1, 2)), "input-invalid", /cannot be read/],
  [
    "a fractional shape",
    npy(good.replace("(2,)", "(2.5,)"), floats(1, 2)),
    "input-invalid",
    /cannot be read/,
  ],
  ["a shape that is no tuple", npy(good.replace("(2,)", "2"), floats(1, 2)), "input-invalid", /lacks a '\('/],
  [
    "a shape beyond any file",
    npy(good.replace("(2,)", "(999999999999999, 999999999999999)"), floats(1)),
    "input-invalid",
    /takes/,
  ],
  [
    "an endless product with a zero",
    npy(good.replace("(2,)", `(${Array(25).fill("999999999999999").join(", ")}, 0)`), floats()),
    "input-invalid",
    /takes/,
  ],
  [
    "40 dimensions",
    npy(good.replace("(2,)", `(${Array(40).fill("1").join(", ")})`), floats(1)),
    "input-invalid",
    /more than 32/,
  ],
  ["a missing key", npy("{'descr': '<f4', 'shape': (2,), }", floats(1, 2)), "input-invalid", /lacks one of/],
  [
    "a key twice",
    npy(good.replace("}", "'shape': (2,)}"), floats(1, 2)),
    "input-invalid",
    /repeated or not known/,
  ],
  [
    "an unknown key",
    npy(good.replace("}", "'x': True}"), floats(1, 2)),
    "input-invalid",
    /repeated or not known/,
  ],
  ["code in the header", npy("__import__('os')", floats()), "input-invalid", /cannot be read/],
  ["text after the dictionary", npy(`${good} {}`, floats(1, 2)), "input-invalid", /goes on/],
  [
    "an order that is a word",
    npy(good.replace("False", "'no'"), floats(1, 2)),
    "input-invalid",
    /neither True nor False/,
  ],
];

for (const [what, bytes, code, message] of broken) {
  test(`refused: ${what}`, () => refused(() => parseNpy(bytes), code, message));
}

test("a header length near 4 GiB in a small file is refused without allocating it", async () => {
  const file = npy(good, floats(1, 2), 2);
  file.set([0xff, 0xff, 0xff, 0xff], 8);
  await refused(() => parseNpy(file), "input-invalid", /4294967295 bytes/);
});

test("any damage to a file is either read as a whole array or refused with a known error", () => {
  const original = npy(good, floats(1, 2));
  let state = 12345;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  let refusals = 0;
  for (let round = 0; round < 5000; round++) {
    let file = original.slice();
    for (let change = random(4); change >= 0; change--) file[random(file.length)] = random(256);
    if (random(4) === 0) file = file.slice(0, random(file.length));
    try {
      const { dtype, shape, bytes } = parseNpy(file);
      const size = dtypes.find(([name]) => name === dtype)![1];
      assert.is(bytes.length, shape.reduce((a, b) => a * b, 1) * size);
    } catch (error) {
      assert.instance(error, WasmoteError, String(error));
      refusals++;
    }
  }
  assert.ok(refusals > 4000, `${refusals} refusals`);
});

test.run();
