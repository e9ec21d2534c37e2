import { test } from "uvu";
import * as assert from "uvu/assert";
import { load, Wasm3Error } from "../src/index.ts";
import { customSection, module, section, sectionStarts, withSection } from "./support/bytes.ts";
import { expectError } from "./support/expect-error.ts";
import { wat } from "./support/wat.ts";

const real =
  wat(`(module (import "a" "f" (func $f (param i32))) (memory 1 2) (table 2 funcref) (elem (i32.const 0) $g)
  (global (mut f64) (f64.const 1)) (data (i32.const 8) "data") (export "g" (func $g))
  (func $g (local i32 i64) (block (loop (br_if 1 (i32.eqz (local.get 0))) (br_table 0 1 (local.get 0)))) i32.const 1 call $f))`);
const imports = { a: { f: () => {} } };

test("a real module loads; cut anywhere but between sections it is refused", () => {
  load(real, { imports });
  const boundaries = sectionStarts(real);
  for (let length = 0; length < real.length; length++) {
    try {
      load(real.subarray(0, length), { imports });
      assert.ok(boundaries.has(length), `a prefix of ${length} bytes was accepted`);
    } catch (error) {
      assert.instance(error, Wasm3Error, String(error));
      assert.is((error as Wasm3Error).code, "invalid-module");
    }
  }
});

test("a module with any one byte changed loads or is refused with a typed error", () => {
  let refused = 0;
  for (let position = 0; position < real.length; position++) {
    for (const value of [0x00, 0x7f, 0x80, 0xff, (real[position] as number) ^ 1]) {
      const changed = Uint8Array.from(real);
      changed[position] = value;
      try {
        load(changed, { imports, memoryLimitBytes: 65536, optionalImports: ["a.f"] });
      } catch (error) {
        assert.instance(error, Wasm3Error, `byte ${position} = ${value}: ${String(error)}`);
        refused++;
      }
    }
  }
  assert.ok(refused > real.length);
});

test("random bytes are refused", () => {
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state >>> 24;
  };
  for (let round = 0; round < 500; round++) {
    const bytes = Uint8Array.from({ length: 1 + random() }, random);
    expectError("invalid-module", () => load(bytes));
    expectError("invalid-module", () => load(module([...bytes])));
  }
});

test("what is no module says why", () => {
  assert.match(expectError("invalid-module", () => load(new Uint8Array(0))).message, "empty");
  assert.match(
    expectError("invalid-module", () => load(new TextEncoder().encode("#!/bin/sh"))).message,
    /magic/,
  );
  const component = Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00]);
  assert.match(expectError("invalid-module", () => load(component)).message, /version/);
  expectError("argument", () => load("text" as unknown as Uint8Array));
  expectError("argument", () => load(undefined as unknown as Uint8Array));
});

const unsupported: Record<string, string> = {
  SIMD: `(module (func (export "f") (result i32) v128.const i32x4 1 2 3 4 i32x4.extract_lane 0))`,
  "SIMD locals": "(module (func (local v128)))",
  "SIMD parameters": "(module (func (param v128)))",
  threads: "(module (memory 1 1 shared) (func (result i32) i32.const 0 i32.atomic.load))",
  atomics: "(module (memory 1) (func (result i32) i32.const 0 i32.atomic.load))",
  "tail calls": "(module (func $f return_call $f))",
  references: "(module (func (result funcref) ref.null func))",
  "typed select": "(module (func (result i32) i32.const 1 i32.const 2 i32.const 3 select (result i32)))",
  "passive data": `(module (memory 1) (data "x") (func i32.const 0 i32.const 0 i32.const 1 memory.init 0))`,
  "table instructions": "(module (table 1 funcref) (func (result i32) table.size 0))",
  "externref tables": "(module (table 1 externref))",
  "two tables": "(module (table 1 funcref) (table 1 funcref))",
  "an imported memory": '(module (import "a" "m" (memory 1)))',
  "an imported table": '(module (import "a" "t" (table 1 funcref)))',
  "an imported global": '(module (import "a" "g" (global i32)))',
  "an import with two results": '(module (import "a" "f" (func (result i32 i32))))',
};

for (const [name, text] of Object.entries(unsupported)) {
  test(`${name}: unsupported, and named`, () => {
    const error = expectError("unsupported", () => load(wat(text)));
    assert.match(error.message, /wasm3/);
  });
}

test("multi-value blocks run; a function with two results cannot be called from outside", () => {
  const instance = load(
    wat(`(module (func $two (export "two") (result i32 i32) i32.const 1 i32.const 2)
      (func (export "sub") (result i32) call $two i32.sub)
      (func (export "block") (result i32) (block (result i32 i32) i32.const 5 i32.const 3) i32.sub))`),
  );
  assert.is(instance.call("sub"), -1);
  assert.is(instance.call("block"), 2);
  expectError("unsupported", () => instance.call("two"));
});

test("all absent imports are listed in one error", () => {
  const binary = wat(
    `(module (import "a" "f" (func)) (import "a" "g" (func)) (import "b" "f" (func)) (import "a" "f" (func)))`,
  );
  const { message } = expectError("link", () => load(binary, { imports: { a: { g: () => {} } } }));
  assert.match(message, "a.f, b.f.");
  assert.match(
    expectError("link", () => load(binary, { imports: { a: { f: 1 as unknown as () => void } } })).message,
    "a.f (given, but no function), a.g, b.f",
  );
  const inherited = Object.create({ a: { f() {}, g() {} }, b: { f() {} } });
  expectError("link", () => load(binary, { imports: inherited }));
});

test("an optional import may be absent; calling it is a link error, each time", () => {
  const binary =
    wat(`(module (import "fast" "gemm" (func $f (param i32))) (table 1 funcref) (elem (i32.const 0) $f)
    (export "reexported" (func $f)) (type $t (func (param i32)))
    (func $uses i32.const 1 call $f) (func (export "uses") call $uses)
    (func (export "indirect") i32.const 1 i32.const 0 call_indirect (type $t))
    (func (export "plain") (result i32) i32.const 5))`);
  expectError("link", () => load(binary));
  const instance = load(binary, { optionalImports: ["fast.gemm"] });
  for (let round = 0; round < 3; round++) {
    assert.is(instance.call("plain"), 5);
    assert.match(expectError("link", () => instance.call("uses")).detail ?? "", "fast.gemm");
    expectError("link", () => instance.call("reexported", 1));
    expectError("link", () => instance.call("indirect"));
  }
  let seen = 0;
  const given = load(binary, {
    optionalImports: ["fast.gemm"],
    imports: {
      fast: {
        gemm: (value) => {
          seen += value as number;
        },
      },
    },
  });
  given.call("uses");
  given.call("indirect");
  given.call("reexported", 5);
  assert.is(seen, 7);
});

test("custom sections are listed in order, those of the same name too", () => {
  const sections = [customSection("x", [1, 2, 3]), customSection("", []), customSection("x", [4])];
  const instance = load(module(...sections, section(1, [0]), customSection("näme", [5])));
  assert.equal(
    instance.customSections.map(({ name, bytes }) => [name, [...bytes]]),
    [
      ["x", [1, 2, 3]],
      ["", []],
      ["x", [4]],
      ["näme", [5]],
    ],
  );
  assert.equal([...(instance.customSection("x") ?? [])], [1, 2, 3]);
  assert.is(instance.customSection("y"), undefined);
});

test("a malformed name section does no harm", () => {
  const instance = load(
    withSection(
      wat('(module (func (export "f")))'),
      customSection("name", [1, 0xff, 0xff, 0xff, 0xff, 0x0f, 9]),
    ),
  );
  instance.call("f");
});

test("the caller's bytes may change after load", () => {
  const bytes = Uint8Array.from(wat('(module (func (export "f") (result i32) i32.const 3))'));
  const instance = load(bytes);
  bytes.fill(0);
  assert.is(instance.call("f"), 3);
});

test.run();
