import { test } from "uvu";
import * as assert from "uvu/assert";
import { load } from "../src/index.ts";
import { expectError, expectTrap } from "./support/expect-error.ts";
import {
  type Choose,
  longs,
  multiplyLoop,
  packLoop,
  pointers,
  requantizeLoop,
  words,
} from "./support/random-idioms.ts";
import { wat } from "./support/wat.ts";

/** Code without end, or with an end that nobody lives to see. */
const endless = {
  loop: "(loop br 0)",
  "a loop that branches by a condition": "(loop (br_if 0 (i32.const 1)))",
  "a loop in a loop": "(loop (loop) (loop (br_if 0 (i32.const 0))) br 0)",
  "a loop left by a branch": "(block (loop (block (br 1)) (br 1)) ) (loop br 0)",
  "a loop that moves much memory":
    "(loop (memory.fill (i32.const 0) (i32.const 1) (i32.const 0xffffff)) br 0)",
  recursion: "(call $twice (i32.const 60))",
  "recursion by a table": "(call_indirect (param i32) (i32.const 60) (i32.const 0))",
};

/** Many moves of 16 MiB, without a loop or a call: seconds. */
const straight = "(memory.copy (i32.const 0) (i32.const 1) (i32.const 0xfffffe))".repeat(3000);

function moduleOf(body: string): Uint8Array {
  return wat(`(module (memory ${body.includes("memory.") ? 256 : 1}) (table 1 funcref) (elem (i32.const 0) $again)
    (func $twice (param i32) (if (local.get 0) (then
      (call $twice (i32.sub (local.get 0) (i32.const 1))) (call $twice (i32.sub (local.get 0) (i32.const 1))))))
    (func $again (param i32) (if (local.get 0) (then
      (call_indirect (param i32) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0))
      (call_indirect (param i32) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))))
    (func (export "run") ${body}) (func (export "three") (result i32) i32.const 3))`);
}

for (const [name, body] of Object.entries({ ...endless, "straight code": straight })) {
  test(`${name}: a trap when the time is over, and the instance stays usable`, () => {
    using instance = load(moduleOf(body));
    for (let round = 0; round < 2; round++) {
      instance.stopAfter(20);
      expectTrap("time", () => instance.call("run"));
      instance.stopAfter();
      assert.is(instance.call("three"), 3);
    }
  });
}

const each: Choose = (name) => name;
const zero = { p: 0, w: 0, o: 0 };
const end = "(i32.const 400)";

for (const [name, loop] of Object.entries({
  i64: multiplyLoop("i64", each, zero, end).replaceAll("(i32.const 32)", "(local.get $s0)"),
  i32: multiplyLoop("i32", each, zero, end).replaceAll("(i32.const 4)", "(local.get $s0)"),
  pack: packLoop(each, zero, end).replaceAll("(i32.const 8)", "(local.get $s0)"),
  requantize: requantizeLoop(each, zero, end).replaceAll("(i32.const 4)", "(local.get $s0)"),
})) {
  test(`a superinstruction (${name}) that loops without advancing traps when the time is over`, () => {
    const still = loop
      .replaceAll("(i32.const 16)", "(local.get $s0)")
      .replaceAll("(i32.const 1)", "(local.get $s0)");
    using instance = load(
      wat(`(module (memory 1) (func (export "run")
        ${[...pointers, "s0", "s1", ...words].map((local) => `(local $${local} i32)`).join(" ")}
        ${longs.map((local) => `(local $${local} i64)`).join(" ")} ${still}))`),
    );
    instance.stopAfter(20);
    expectTrap("time", () => instance.call("run"));
    assert.ok(instance.fusedSequences > 0, "the loop is a superinstruction");
  });
}

test("what ends in time is not disturbed, and times that are none are refused", () => {
  using instance = load(moduleOf(endless.recursion.replace("60", "12")));
  instance.stopAfter(60_000);
  instance.call("run");
  for (const wrong of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expectError("argument", () => instance.stopAfter(wrong));
  }
});

test.run();
