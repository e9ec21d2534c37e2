import { test } from "uvu";
import * as assert from "uvu/assert";
import { load } from "../src/index.ts";
import { expectError, expectTrap } from "./support/expect-error.ts";
import { wat } from "./support/wat.ts";

const accessor = wat(`(module (memory (export "memory") 1 4)
  (func (export "load8") (param i32) (result i32) local.get 0 i32.load8_u)
  (func (export "load64") (param i32) (result i64) local.get 0 i64.load)
  (func (export "far") (param i32) (result i32) local.get 0 i32.load8_u offset=4294967295)
  (func (export "store8") (param i32 i32) local.get 0 local.get 1 i32.store8)
  (func (export "copy") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.copy)
  (func (export "fill") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 memory.fill)
  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow)
  (func (export "size") (result i32) memory.size))`);

for (const limit of [1, 7, 1000, 65535, 65536]) {
  test(`a limit of ${limit} bytes is exact`, () => {
    const instance = load(accessor, { memoryLimitBytes: limit });
    assert.is(instance.memory.length, limit);
    instance.memory[limit - 1] = 77;
    assert.is(instance.call("load8", limit - 1), 77);
    expectTrap("out-of-bounds", () => instance.call("load8", limit));
    expectTrap("out-of-bounds", () => instance.call("load8", -1));
    expectTrap("out-of-bounds", () => instance.call("far", 1));
    expectTrap("out-of-bounds", () => instance.call("store8", limit, 1));
    expectTrap("out-of-bounds", () => instance.call("fill", limit - 1, 1, 2));
    expectTrap("out-of-bounds", () => instance.call("copy", 0, limit - 1, 2));
    expectTrap("out-of-bounds", () => instance.call("copy", limit - 1, 0, 2));
    expectTrap("out-of-bounds", () => instance.call("fill", 1, 1, -1));
    if (limit >= 8) assert.is(instance.call("load64", limit - 8), 77n << 56n);
    expectTrap("out-of-bounds", () => instance.call("load64", limit - 7));
    assert.is(instance.call("load8", limit - 1), 77);
  });
}

test("without a limit the declared pages are allocated", () => {
  const instance = load(accessor);
  assert.is(instance.memory.length, 65536);
  assert.ok(instance.memory.every((byte) => byte === 0));
});

test("memory.grow allocates zeroed pages and detaches the earlier view", () => {
  const instance = load(accessor);
  const before = instance.memory;
  before[5] = 9;
  assert.is(instance.call("grow", 2), 1);
  assert.is(before.length, 0);
  assert.is(instance.memory.length, 3 * 65536);
  assert.is(instance.memory[5], 9);
  assert.ok(instance.memory.subarray(65536).every((byte) => byte === 0));
  instance.memory[3 * 65536 - 1] = 1;
  assert.is(instance.call("load8", 3 * 65536 - 1), 1);
  assert.is(instance.memory, instance.memory);
});

test("memory.grow fails beyond the maximum, the limit and 2^32, and changes nothing", () => {
  const free = load(accessor);
  const view = free.memory;
  for (const pages of [4, 65535, -1, -2147483648]) assert.is(free.call("grow", pages), -1, String(pages));
  assert.is(free.call("grow", 0), 1);
  assert.is(view.length, 65536);
  const limited = load(accessor, { memoryLimitBytes: 100000 });
  assert.is(limited.call("grow", 1), -1);
  assert.is(limited.call("size"), 1);
  assert.is(limited.memory.length, 65536);
});

test("memory that is declared never to have a page gets none", () => {
  const none = load(
    wat('(module (memory 0 0) (func (export "grow") (param i32) (result i32) local.get 0 memory.grow))'),
  );
  assert.is(none.call("grow", 1), -1);
  assert.is(none.call("grow", 0), 0);
});

test("a data segment must fit the limit", () => {
  const binary = wat('(module (memory 1) (data (i32.const 996) "12345"))');
  assert.is(load(binary, { memoryLimitBytes: 1001 }).memory[1000], 0x35);
  expectError("memory-limit", () => load(binary, { memoryLimitBytes: 1000 }));
  expectError("memory-limit", () => load(wat('(module (memory 1) (data (i32.const -1) "1"))')));
});

test("a module without memory has an empty view", () => {
  const instance = load(wat('(module (func (export "f")))'));
  assert.is(instance.memory.length, 0);
  instance.call("f");
});

test("several instances do not share memory", () => {
  const [first, second] = [load(accessor), load(accessor)];
  first.memory[0] = 1;
  assert.is(second.call("load8", 0), 0);
  assert.is(first.call("load8", 0), 1);
});

test("options out of range are refused", () => {
  for (const memoryLimitBytes of [0, -1, 1.5, Number.NaN, 2 ** 32]) {
    expectError("argument", () => load(accessor, { memoryLimitBytes }));
  }
  for (const stackBytes of [0, 1023, 65537, Number.NaN])
    expectError("argument", () => load(accessor, { stackBytes }));
});

test("more than 65535 pages are refused", () => {
  expectError("unsupported", () => load(wat("(module (memory 65536))"), { memoryLimitBytes: 10 }));
  assert.is(load(wat("(module (memory 65535))"), { memoryLimitBytes: 10 }).memory.length, 10);
});

test("runtimeBytes counts wasm3's own memory and not the module's", () => {
  const small = load(accessor, { stackBytes: 1024 });
  const large = load(accessor, { stackBytes: 17408 });
  assert.is(large.runtimeBytes - small.runtimeBytes, 16384);
  const before = large.runtimeBytes;
  large.call("grow", 1);
  const compiled = large.runtimeBytes;
  assert.ok(compiled >= before && compiled < before + 40000);
  large.call("grow", 1);
  assert.is(large.runtimeBytes, compiled);
});

test.run();
