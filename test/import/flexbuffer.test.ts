import { encode } from "flatbuffers/mjs/flexbuffers.js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import { NotRunnable } from "../../host/graph/not-runnable.js";
import { FlexOptions } from "../../host/import/tflite/flexbuffer.js";
import { random } from "../ops/harness.js";

const integers = { a: 0, b: -1, c: 127, d: 300, e: -70000, f: 2 ** 31, g: -(2 ** 40), h: 2 ** 52 };

test("numbers of every width and truth values are found by their names", () => {
  for (let count = 1; count <= 8; count++) {
    const some = Object.fromEntries(Object.entries(integers).slice(0, count));
    const options = new FlexOptions(encode({ ...some, yes: true, no: false, text: "t", list: [1, 2] }));
    for (const [name, value] of Object.entries(some))
      assert.is(options.integer(name), value, `${name} of ${count}`);
    assert.is(options.bool("yes"), true);
    assert.is(options.bool("no"), false);
    assert.throws(
      () => options.integer("text"),
      (error: Error) => error instanceof NotRunnable,
    );
  }
});

type Width = 1 | 2 | 4 | 8;

/** A value of a map: its type's number, and its bits. */
interface Value {
  type: number;
  bits: bigint;
}

const [int, uint, float, indirectInt, indirectUint, indirectFloat, bool] = [1, 2, 3, 6, 7, 8, 26] as const;

/** A map "a", "b", ... of values, whose elements and whose keys' offsets have these widths; indirect values have 8 bytes. */
function flexMap(values: readonly Value[], width: Width, keyWidth: Width = width): Uint8Array {
  const bytes: number[] = [];
  const put = (value: bigint | number, count: number): void => {
    for (let i = 0; i < count; i++) bytes.push(Number((BigInt(value) >> BigInt(8 * i)) & 255n));
  };
  const names = values.map((_, i) => {
    const at = bytes.length;
    bytes.push(97 + i, 0);
    return at;
  });
  const isIndirect = ({ type }: Value): boolean => type >= indirectInt && type <= indirectFloat;
  const places = values.map((value) => {
    const at = bytes.length;
    if (isIndirect(value)) put(value.bits, 8);
    return at;
  });
  put(values.length, keyWidth);
  const keys = bytes.length;
  for (const at of names) put(bytes.length - at, keyWidth);
  put(bytes.length - keys, width);
  put(keyWidth, width);
  put(values.length, width);
  const map = bytes.length;
  for (const [i, value] of values.entries())
    put(isIndirect(value) ? bytes.length - (places[i] as number) : value.bits, width);
  for (const value of values) bytes.push((value.type << 2) | (isIndirect(value) ? 3 : Math.log2(width)));
  put(bytes.length - map, width);
  bytes.push((9 << 2) | Math.log2(width), width);
  return Uint8Array.from(bytes);
}

/** The bits of a double. */
const double = (value: number): bigint => new BigUint64Array(Float64Array.of(value).buffer)[0] as bigint;

test("values of every type are read in every width, of keys of every width", () => {
  for (const width of [1, 2, 4, 8] as const) {
    for (const keyWidth of [1, 2, 4, 8] as const) {
      const most = 2n ** BigInt(8 * Math.min(width, 6)) - 1n;
      const values = [
        { type: int, bits: -2n },
        { type: uint, bits: most },
        { type: bool, bits: 1n },
        { type: bool, bits: 0n },
        { type: indirectInt, bits: -(2n ** 40n) },
        { type: indirectUint, bits: 2n ** 40n },
        { type: indirectFloat, bits: double(-5) },
        { type: 5, bits: 0n },
      ];
      const options = new FlexOptions(flexMap(values, width, keyWidth));
      const found = ["a", "b", "e", "f", "g"].map((name) => options.integer(name));
      assert.equal(found, [-2, Number(most), -(2 ** 40), 2 ** 40, -5], `${width}, ${keyWidth}`);
      assert.equal(
        ["c", "d"].map((name) => options.bool(name)),
        [true, false],
      );
      assert.throws(() => options.integer("c"), /option c is true/);
      assert.throws(() => options.integer("h"), /option h is missing/);
    }
  }
  const single = BigInt(new Uint32Array(Float32Array.of(7).buffer)[0] as number);
  assert.is(new FlexOptions(flexMap([{ type: float, bits: single }], 4)).integer("a"), 7);
  assert.is(new FlexOptions(flexMap([{ type: float, bits: double(7) }], 8)).integer("a"), 7);
});

test("each kind of damage is told", () => {
  const whole = flexMap([{ type: int, bits: 1n }], 1);
  const last = whole.length - 1;
  const many = flexMap(
    Array.from({ length: 1025 }, () => ({ type: int, bits: 1n })),
    4,
  );
  const changed = (at: number, byte: number): Uint8Array => whole.map((old, i) => (i === at ? byte : old));
  for (const [bytes, pattern] of [
    [whole.subarray(0, 2), /they have 2 bytes/],
    [changed(last, 3), /a width of 3 bytes/],
    [changed(last - 1, 10 << 2), /they are of type 10, not a map/],
    [changed(last - 2, 200), /a position lies outside their 12 bytes/],
    [many, /a map of 1025 keys/],
    [flexMap([{ type: float, bits: 1n }], 2), /a float of 2 bytes/],
    [whole.map((byte) => (byte === 0 ? 1 : byte)), /a key has no end/],
  ] as const)
    assert.throws(
      () => new FlexOptions(bytes),
      (error: Error) => error instanceof WasmoteError && pattern.test(error.message),
      `${pattern}`,
    );
});

test("what is missing or no whole number is told by its name", () => {
  const options = new FlexOptions(encode({ half: 0.5, whole: 3.0 }));
  assert.is(options.integer("whole"), 3);
  for (const [read, pattern] of [
    [() => options.integer("half"), /option half is 0.5; a whole number is expected/],
    [() => options.integer("other"), /option other is missing/],
    [() => options.bool("other"), /option other is missing; true or false/],
  ] as const)
    assert.throws(read, (error: Error) => error instanceof NotRunnable && pattern.test(error.message));
});

test("damaged options end in an error of the table, at once", () => {
  const whole = encode({ ...integers, yes: true });
  const { integer } = random(1);
  const read = (bytes: Uint8Array): boolean => {
    try {
      new FlexOptions(bytes, { operator: "CUSTOM:X" });
      return true;
    } catch (error) {
      assert.ok(error instanceof WasmoteError && error.code === "model-corrupt", `${error}`);
      assert.match(error.message, /CUSTOM:X/);
      return false;
    }
  };
  assert.ok(read(whole));
  for (let length = 0; length < whole.length; length++) read(whole.slice(0, length));
  assert.not.ok(read(new Uint8Array(0)));
  assert.not.ok(read(encode([1, 2])), "a vector is no map");
  let damaged = 0;
  for (let i = 0; i < 2000; i++) {
    const bytes = whole.slice();
    for (let n = integer(1, 4); n > 0; n--) bytes[integer(0, bytes.length - 1)] = integer(0, 255);
    if (!read(bytes)) damaged++;
  }
  assert.ok(damaged > 500, `${damaged}`);
});

test("a key longer than a name is refused, so that many keys of one long text are not read", () => {
  assert.is(new FlexOptions(encode({ ["k".repeat(255)]: 7 })).integer("k".repeat(255)), 7);
  assert.throws(
    () => new FlexOptions(encode({ ["k".repeat(256)]: 7 })),
    (error: Error) => error instanceof WasmoteError && error.code === "model-corrupt",
  );
});

test.run();
