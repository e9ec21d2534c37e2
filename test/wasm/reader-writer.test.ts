import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmReader } from "../../host/wasm/reader.js";
import { customSections, encodeCustomSection } from "../../host/wasm/sections.js";
import {
  concatenate,
  encodeLeb128,
  encodeName,
  encodeSignedLeb128,
  section,
  sized,
  vector,
} from "../../host/wasm/writer.js";
import { signedLeb, unsignedLeb } from "../link/plain-leb128.js";
import { choices } from "../link/random-numbers.js";

/** Powers of two and their neighbours, up to that of so many bits. */
const edges = (bits: number): number[] =>
  Array.from({ length: bits + 1 }, (_, n) => [2 ** n - 1, 2 ** n, 2 ** n + 1]).flat();

const unsigned = [0, ...edges(32)].filter((value) => value < 2 ** 32);
const signed = edges(31).flatMap((value) => [value, -value]);
const int32s = signed.filter((value) => value === (value | 0));

const readerOf = (...bytes: number[]): WasmReader => new WasmReader(Uint8Array.from(bytes));

const isRangeError = (error: unknown): boolean => error instanceof RangeError;

const { below } = choices(1);
const randoms = Array.from({ length: 2000 }, () => below(2 ** 32) >>> below(32));

test("unsigned LEB128 is encoded as the specification says", () => {
  assert.equal(encodeLeb128(624485), [0xe5, 0x8e, 0x26]);
  for (const value of [...unsigned, ...randoms])
    assert.equal(encodeLeb128(value), unsignedLeb(value), `${value}`);
});

test("signed LEB128 is encoded as the specification says; addresses over 2^31 are int32s", () => {
  assert.equal(encodeSignedLeb128(-123456), [0xc0, 0xbb, 0x78]);
  for (const value of [...int32s, ...randoms.map((random) => random | 0)])
    assert.equal(encodeSignedLeb128(value), signedLeb(value), `${value}`);
  for (const value of unsigned) assert.equal(encodeSignedLeb128(value), signedLeb(value | 0), `${value}`);
});

test("numbers are read in every length that they may have", () => {
  for (let bytes = 1; bytes <= 5; bytes++) {
    for (const value of [...unsigned, ...randoms]) {
      const encoded = unsignedLeb(value, bytes);
      const reader = readerOf(...encoded, 0x55);
      assert.is(reader.u32(), value, `${value} in ${bytes} bytes`);
      assert.is(reader.at, encoded.length, `${value} in ${bytes} bytes: where it ends`);
    }
    for (const value of [...signed, ...unsigned, -(2 ** 32)]) {
      const encoded = signedLeb(value, bytes);
      const reader = readerOf(...encoded, 0x55);
      assert.is(reader.s33(), value, `${value} in ${bytes} bytes`);
      assert.is(reader.at, encoded.length, `${value} in ${bytes} bytes: where it ends`);
    }
  }
  for (const bytes of [1, 5, 10]) {
    for (const value of [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      const encoded = signedLeb(value, bytes);
      const reader = readerOf(...encoded, 0x55);
      reader.skipLeb();
      assert.is(reader.at, encoded.length, `${value} is passed over`);
    }
  }
});

test("numbers of too many bits or bytes are refused", () => {
  const raises = (read: (reader: WasmReader) => number, bytes: number[]): void =>
    assert.throws(() => read(readerOf(...bytes)), isRangeError);
  raises((reader) => reader.u32(), unsignedLeb(2 ** 32));
  raises((reader) => reader.u32(), unsignedLeb(2n ** 35n - 1n));
  raises((reader) => reader.u32(), unsignedLeb(0, 6));
  raises((reader) => reader.s33(), signedLeb(2 ** 32));
  raises((reader) => reader.s33(), signedLeb(-(2 ** 32) - 1));
  raises((reader) => reader.s33(), signedLeb(0, 6));
});

test("reading beyond the end is a RangeError, whatever is read", () => {
  const reads: readonly (readonly [string, (reader: WasmReader) => unknown, number[]])[] = [
    ["byte", (reader) => reader.byte(), []],
    ["u32", (reader) => reader.u32(), [0x80, 0xff]],
    ["s33", (reader) => reader.s33(), [0x80, 0xff]],
    ["LEB passed over", (reader) => reader.skipLeb(), [0x80, 0x80]],
    ["skip", (reader) => reader.skip(3), [1, 2]],
    ["name", (reader) => reader.name(), [3, 0x61, 0x62]],
    ["part", (reader) => reader.part(3), [1, 2]],
    ["part of a large length", (reader) => reader.part(2 ** 32 - 1), [1, 2]],
    ["vector", (reader) => reader.vector((item) => item.byte()), [3, 1, 2]],
  ];
  for (const [what, read, bytes] of reads) {
    assert.throws(() => read(readerOf(...bytes)), isRangeError, what);
    // The end of a part is an end as well, though there are bytes behind it.
    const part = new WasmReader(Uint8Array.from([...bytes, 0, 0, 0, 0, 0]), 0, bytes.length);
    assert.throws(() => read(part), isRangeError, `${what}, in a part`);
  }
});

test("what is written is read again: names, vectors, parts, bytes", () => {
  for (const name of ["", "run", "größe", "\ufeffmark", "核\u{1f600}", "a\0b", "x".repeat(200)]) {
    const reader = new WasmReader(encodeName(name));
    assert.is(reader.name(), name);
    assert.ok(reader.done);
  }
  const numbers = randoms.slice(0, 300);
  const reader = new WasmReader(
    concatenate([[7], vector(numbers.map(encodeLeb128)), sized(Uint8Array.of(1, 2, 3)), [8]]),
  );
  assert.is(reader.byte(), 7);
  assert.equal(
    reader.vector((item) => item.u32()),
    numbers,
  );
  const part = reader.part(reader.u32());
  assert.is(reader.byte(), 8);
  assert.ok(reader.done);
  const start = part.at;
  part.skip(2);
  assert.not.ok(part.done);
  assert.equal([...part.since(start)], [1, 2]);
  part.skip(1);
  assert.ok(part.done);
});

test("sections: none where there are no items; custom ones where they are", () => {
  assert.is(section(1, []).length, 0);
  assert.equal([...section(3, [[0], [200, 1]])], [3, 4, 2, 0, 200, 1]);
  const contents = Uint8Array.from({ length: 300 }, (_, i) => i);
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const first = encodeCustomSection("first", contents);
  const type = section(1, [[0x60, 0, 0]]);
  const module = concatenate([header, first, type, encodeCustomSection("", new Uint8Array(0))]);
  assert.ok(WebAssembly.validate(module as BufferSource));
  const [one, two, ...others] = customSections(module);
  assert.equal(others, []);
  assert.is(one?.name, "first");
  assert.is(Buffer.compare(one?.bytes ?? new Uint8Array(0), contents), 0);
  assert.is(one?.offset, header.length + first.length - contents.length);
  assert.is(one?.sectionBytes, first.length);
  assert.equal([two?.name, two?.bytes.length, two?.sectionBytes], ["", 0, 3]);
});

test.run();
