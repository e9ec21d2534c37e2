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

test("a number of its own place is found: indirect ones", () => {
  const layout = Uint8Array.from([
    ...[0x61, 0], // the key
    ...[0x78, 0x56, 0x34, 0x12], // the number
    ...[1, 7], // one key, 7 bytes before
    ...[1, 1, 1], // the keys' offset and width, one value
    ...[9, (6 << 2) | 2], // the number's offset and type
    ...[2, 9 << 2, 1], // the map's offset and type, the offset's width
  ]);
  assert.is(new FlexOptions(layout).integer("a"), 0x12345678);
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

test.run();
