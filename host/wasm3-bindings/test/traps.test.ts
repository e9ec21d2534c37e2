import { test } from "uvu";
import * as assert from "uvu/assert";
import { load } from "../src/index.ts";
import { oneFunction } from "./support/bytes.ts";
import { expectError, expectTrap } from "./support/expect-error.ts";
import { firstMessage, startWorker } from "./support/start-worker.ts";
import { wat } from "./support/wat.ts";

const traps = wat(`(module
  (type $void (func)) (type $other (func (param i32)))
  (table 4 funcref) (elem (i32.const 0) $fine) (elem (i32.const 2) $fine)
  (func $fine)
  (func (export "unreachable") unreachable)
  (func (export "div") (param i32 i32) (result i32) local.get 0 local.get 1 i32.div_s)
  (func (export "rem64") (param i64 i64) (result i64) local.get 0 local.get 1 i64.rem_u)
  (func (export "trunc") (param f64) (result i32) local.get 0 i32.trunc_f64_s)
  (func (export "indirect") (param i32) local.get 0 call_indirect (type $void))
  (func (export "wrong") (i32.const 1) (i32.const 0) call_indirect (type $other)))`);

test("traps are typed, and the instance stays usable", () => {
  const instance = load(traps);
  for (let round = 0; round < 3; round++) {
    expectTrap("unreachable", () => instance.call("unreachable"));
    expectTrap("divide-by-zero", () => instance.call("div", 1, 0));
    expectTrap("integer-overflow", () => instance.call("div", -2147483648, -1));
    expectTrap("divide-by-zero", () => instance.call("rem64", 1n, 0n));
    expectTrap("invalid-conversion", () => instance.call("trunc", Number.NaN));
    expectTrap("indirect-call", () => instance.call("indirect", 1));
    expectTrap("indirect-call", () => instance.call("indirect", 3));
    expectTrap("indirect-call", () => instance.call("indirect", -1));
    expectTrap("indirect-call", () => instance.call("wrong"));
    assert.is(instance.call("div", 7, 2), 3);
    assert.is(instance.call("indirect", 2), undefined);
  }
});

const recursions = {
  direct: wat(`(module (func $f (export "run") call $f))`),
  mutual: wat(`(module (func $f (export "run") call $g) (func $g call $f))`),
  indirect: wat(
    `(module (type $v (func)) (table 1 funcref) (elem (i32.const 0) $f) (func $f (export "run") i32.const 0 call_indirect (type $v)))`,
  ),
  arguments: wat(
    `(module (func $f (export "run") (param i64 i64) (result i64) local.get 0 local.get 1 call $f local.get 0 i64.add))`,
  ),
};

for (const [name, binary] of Object.entries(recursions)) {
  for (const stackBytes of [1024, 16384, 65536]) {
    test(`endless ${name} recursion traps with a stack of ${stackBytes}`, () => {
      const instance = load(binary, { stackBytes });
      const args = name === "arguments" ? [1n, 2n] : [];
      for (let round = 0; round < 3; round++)
        expectTrap("stack-overflow", () => instance.call("run", ...args));
    });
  }
}

test("recursion from within many loops traps before the C stack ends", () => {
  const loops = 900;
  const body = [
    ...Array.from({ length: loops }, () => [0x03, 0x40]).flat(),
    0x10,
    0x00,
    ...Array(loops).fill(0x0b),
    0x0b,
  ];
  const instance = load(oneFunction(body), { stackBytes: 65536 });
  for (let round = 0; round < 3; round++) expectTrap("stack-overflow", () => instance.call("f"));
});

test("blocks may nest a thousand deep, no deeper", () => {
  const nested = (depth: number) =>
    oneFunction([
      ...Array.from({ length: depth }, () => [0x02, 0x40]).flat(),
      ...Array(depth + 1).fill(0x0b),
    ]);
  load(nested(999)).call("f");
  expectError("unsupported", () => load(nested(1000)));
  expectError("unsupported", () => load(nested(100000)));
});

test("a deep but finite recursion gives its result", () => {
  const binary = wat(`(module (func $f (export "sum") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.add (local.get 0) (call $f (i32.sub (local.get 0) (i32.const 1))))) (else (i32.const 0)))))`);
  assert.is(load(binary, { stackBytes: 65536 }).call("sum", 500), 125250);
});

test("a function with too many locals is refused when called, every time", () => {
  const locals = "(local i64)".repeat(3000);
  const binary = wat(
    `(module (func $big ${locals}) (func (export "run") call $big) (func (export "big") (result i32) i32.const 1))`,
  );
  const instance = load(binary);
  for (let round = 0; round < 3; round++) expectError("unsupported", () => instance.call("run"));
  assert.is(instance.call("big"), 1);
});

test("a worker with the default stack survives deep recursion, also below deep JavaScript", async () => {
  const codes = await firstMessage<string[]>(startWorker("./deep-worker.ts", recursions));
  assert.ok(codes.length > 8);
  for (const code of codes) assert.is(code, "stack-overflow");
});

test.run();
