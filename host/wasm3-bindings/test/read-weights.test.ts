import { test } from "uvu";
import * as assert from "uvu/assert";
import { load } from "../src/index.ts";
import { customSection, withSection } from "./support/bytes.ts";
import { expectError, expectTrap } from "./support/expect-error.ts";
import { wat } from "./support/wat.ts";

const reader = wat(`(module (import "wasmote" "read_weights" (func $read (param i32 i32 i32))) (memory 1)
  (func (export "read") (param i32 i32 i32) local.get 0 local.get 1 local.get 2 call $read)
  (export "direct" (func $read)))`);
const weights = Array.from({ length: 300 }, (_, index) => (index * 7) % 251);
const model = withSection(
  withSection(reader, customSection("wasmote.manifest", [1])),
  customSection("wasmote.weights", weights),
);
const memoryLimitBytes = 1000;

test("copies any part of the section, and nothing else", () => {
  const instance = load(model, { memoryLimitBytes });
  instance.memory.fill(0xee);
  instance.call("read", 100, 20, 30);
  assert.equal([...instance.memory.subarray(100, 130)], weights.slice(20, 50));
  assert.is(instance.memory[99], 0xee);
  assert.is(instance.memory[130], 0xee);
  instance.call("direct", 0, 0, 300);
  assert.equal([...instance.memory.subarray(0, 300)], weights);
});

test("bounds are exact on both sides, also where sums pass 2^32", () => {
  const instance = load(model, { memoryLimitBytes });
  const inside = [
    [0, 0, 300],
    [700, 0, 300],
    [999, 299, 1],
    [1000, 300, 0],
    [1000, 0, 0],
    [0, 300, 0],
  ] as const;
  const outside = [
    [0, 0, 301],
    [701, 0, 300],
    [1000, 0, 1],
    [0, 300, 1],
    [0, 299, 2],
    [1001, 0, 0],
    [0, 301, 0],
    [0, -1, 1],
    [0, -1, 2],
    [0, 1, -1],
    [-1, 0, 1],
    [-1, 0, 2],
    [1, 0, -1],
    [1, 1, -1],
    [-1, -1, -1],
    [-2147483648, 0, -2147483648],
    [0, -2147483648, -2147483648],
  ] as const;
  for (const args of inside) instance.call("read", ...args);
  instance.memory.fill(0xee);
  for (const args of outside) {
    expectTrap("out-of-bounds", () => instance.call("read", ...args));
    expectTrap("out-of-bounds", () => instance.call("direct", ...args));
  }
  assert.ok(instance.memory.every((byte) => byte === 0xee));
});

test("an empty section can only be read in length zero", () => {
  const instance = load(withSection(reader, customSection("wasmote.weights", [])), { memoryLimitBytes });
  instance.call("read", 5, 0, 0);
  expectTrap("out-of-bounds", () => instance.call("read", 5, 0, 1));
});

test("of several sections the first is read", () => {
  const instance = load(withSection(model, customSection("wasmote.weights", [99])), { memoryLimitBytes });
  instance.call("read", 0, 0, 1);
  assert.is(instance.memory[0], weights[0]);
});

test("the caller's own function wins", () => {
  const calls: unknown[] = [];
  const instance = load(model, {
    imports: {
      wasmote: {
        read_weights: (...args) => {
          calls.push(args);
        },
      },
    },
  });
  instance.call("read", 1, 2, 3);
  assert.equal(calls, [[1, 2, 3]]);
});

test("without the section, or with another signature, the import is absent", () => {
  assert.match(expectError("link", () => load(reader)).message, "wasmote.read_weights");
  const other = wat('(module (import "wasmote" "read_weights" (func (param i32 i32))))');
  assert.match(
    expectError("link", () => load(withSection(other, customSection("wasmote.weights", [1])))).message,
    "signature",
  );
});

test.run();
