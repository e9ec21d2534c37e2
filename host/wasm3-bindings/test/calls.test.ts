import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { load, type WasmValue } from "../src/index.ts";
import { expectError, expectTrap } from "./support/expect-error.ts";
import { wat } from "./support/wat.ts";

const identities = wat(`(module
  (import "host" "i32" (func $i32 (param i32) (result i32)))
  (import "host" "i64" (func $i64 (param i64) (result i64)))
  (import "host" "f32" (func $f32 (param f32) (result f32)))
  (import "host" "f64" (func $f64 (param f64) (result f64)))
  (func (export "i32") (param i32) (result i32) local.get 0)
  (func (export "i64") (param i64) (result i64) local.get 0)
  (func (export "f32") (param f32) (result f32) local.get 0)
  (func (export "f64") (param f64) (result f64) local.get 0)
  (func (export "host i32") (param i32) (result i32) local.get 0 call $i32)
  (func (export "host i64") (param i64) (result i64) local.get 0 call $i64)
  (func (export "host f32") (param f32) (result f32) local.get 0 call $f32)
  (func (export "host f64") (param f64) (result f64) local.get 0 call $f64))`);

const values: Record<string, [WasmValue, WasmValue][]> = {
  i32: [0, -1, 2147483647, -2147483648].map((value) => [value, value]),
  i64: [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n)].map((value) => [value, value]),
  f32: [
    [0.1, Math.fround(0.1)],
    [-0, -0],
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [1e-45, Math.fround(1e-45)],
  ],
  f64: [0.1, -0, Number.NaN, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, 5e-324].map((value) => [
    value,
    value,
  ]),
};

for (const [type, pairs] of Object.entries(values)) {
  test(`${type} passes unchanged through calls and imports`, () => {
    const seen: WasmValue[] = [];
    const record = (value: WasmValue): WasmValue => {
      seen.push(value);
      return value;
    };
    const instance = load(identities, {
      imports: { host: { i32: record, i64: record, f32: record, f64: record } },
    });
    for (const [given, expected] of pairs) {
      assert.ok(Object.is(instance.call(type, given), expected), `${type} ${String(given)}`);
      assert.ok(Object.is(instance.call(`host ${type}`, given), expected), `host ${type} ${String(given)}`);
    }
    assert.equal(
      seen,
      pairs.map(([, expected]) => expected),
    );
  });
}

test("i32 wraps modulo 2^32 and i64 modulo 2^64, as in other engines", () => {
  const host = (value: WasmValue) => value;
  const instance = load(identities, { imports: { host: { i32: host, i64: host, f32: host, f64: host } } });
  assert.is(instance.call("i32", 4294967295), -1);
  assert.is(instance.call("i64", 2n ** 64n - 1n), -1n);
});

test("many parameters arrive in order", () => {
  const count = 200;
  const parameters = "(param i64)".repeat(count);
  const pass = Array.from({ length: count }, (_, index) => `local.get ${index}`).join(" ");
  let seen: WasmValue[] = [];
  const instance = load(
    wat(
      `(module (import "a" "f" (func $f ${parameters})) (func (export "g") ${parameters} ${pass} call $f))`,
    ),
    {
      imports: {
        a: {
          f: (...args) => {
            seen = args;
          },
        },
      },
    },
  );
  const args = Array.from({ length: count }, (_, index) => BigInt(index));
  assert.is(instance.call("g", ...args), undefined);
  assert.equal(seen, args);
});

test("wrong arguments are named", () => {
  const add = load(wat(`(module (func (export "add") (param i32 i64) (result i32) i32.const 1))`));
  assert.match(expectError("argument", () => add.call("add", 1)).message, "i32: number, i64: bigint");
  assert.match(expectError("argument", () => add.call("add", 1, 2)).message, "argument 1 must be i64");
  expectError("argument", () => add.call("add", 1n, 2n));
  expectError("argument", () => add.call("add", "1" as unknown as number, 2n));
  assert.is(add.call("add", 1, 2n), 1);
  assert.match(expectError("not-found", () => add.call("sub")).message, '"add"');
  expectError("not-found", () => add.call("constructor"));
  assert.is(add.exports.toString, undefined);
});

test("an import's exception reaches the caller as it is, through several levels", () => {
  const thrown = { any: "object" };
  const instance = load(
    wat(`(module (import "a" "f" (func $f))
      (func $inner call $f) (func $middle (loop call $inner)) (func (export "run") call $middle)
      (func (export "ok") (result i32) i32.const 7))`),
    {
      imports: {
        a: {
          f: () => {
            throw thrown;
          },
        },
      },
    },
  );
  for (let round = 0; round < 3; round++) {
    try {
      instance.call("run");
      assert.unreachable();
    } catch (error) {
      assert.is(error, thrown);
    }
    assert.is(instance.call("ok"), 7);
  }
});

test("an import that returns the wrong type traps", () => {
  const bad = load(
    wat(`(module (import "a" "f" (func $f (result i64))) (func (export "run") (result i64) call $f))`),
    {
      imports: { a: { f: () => 1 } },
    },
  );
  expectTrap("host", () => bad.call("run"));
});

test("an import may call back into the instance, which keeps its values", () => {
  let depth = 0;
  const instance = load(
    wat(`(module (import "a" "again" (func $again (param i32) (result i32)))
      (memory 1)
      (func (export "sum") (param $n i32) (result i32)
        (if (result i32) (i32.eqz (local.get $n)) (then (drop (memory.grow (i32.const 1))) (i32.const 0))
          (else (i32.add (local.get $n) (call $again (i32.sub (local.get $n) (i32.const 1))))))))`),
    {
      imports: {
        a: {
          again: (n) => {
            depth++;
            return instance.call("sum", n) as number;
          },
        },
      },
    },
  );
  assert.is(instance.call("sum", 20), 210);
  assert.is(depth, 20);
});

test("endless recursion through an import ends in an error, not in a crash", () => {
  const instance = load(wat(`(module (import "a" "f" (func $f)) (func (export "run") call $f))`), {
    stackBytes: 65536,
    imports: {
      a: {
        f: () => {
          instance.call("run");
        },
      },
    },
  });
  assert.throws(() => instance.call("run"), /stack/i);
  assert.throws(() => instance.call("run"), /stack/i);
});

test("an import is not called where the C stack is nearly used up, though JavaScript would have some of it", () => {
  const program = fileURLToPath(new URL("./support/deep-import.ts", import.meta.url));
  const command = 'ulimit -s 8192 && exec "$0" --stack-size=8100 --import tsx "$1"';
  const child = spawnSync("sh", ["-c", command, process.execPath, program], { encoding: "utf8" });
  assert.is(child.stdout, "done\n", child.stderr);
});

test("globals can be read and, if mutable, written", () => {
  const instance = load(
    wat(`(module
      (global $a (export "a") (mut i32) (i32.const -5)) (global (export "b") i64 (i64.const 9))
      (global (export "c") (mut f32) (f32.const 0.5)) (global (export "d") (mut f64) (f64.const 0.1))
      (export "alias" (global $a)) (func (export "get") (result i32) global.get $a))`),
  );
  assert.is(instance.getGlobal("a"), -5);
  assert.is(instance.getGlobal("b"), 9n);
  assert.is(instance.getGlobal("c"), 0.5);
  assert.is(instance.getGlobal("d"), 0.1);
  instance.setGlobal("alias", 12);
  assert.is(instance.getGlobal("a"), 12);
  assert.is(instance.call("get"), 12);
  expectError("argument", () => instance.setGlobal("b", 1n));
  expectError("argument", () => instance.setGlobal("a", 1n));
  expectError("not-found", () => instance.getGlobal("get"));
});

test("the start function runs at load, once", () => {
  const calls: WasmValue[] = [];
  const binary = wat(`(module (import "a" "f" (func $f (param i32))) (func $s i32.const 3 call $f) (start $s)
    (func (export "run")))`);
  const record = (value: WasmValue) => {
    calls.push(value);
  };
  const instance = load(binary, { imports: { a: { f: record } } });
  instance.call("run");
  assert.equal(calls, [3]);
  expectTrap("unreachable", () => load(wat("(module (func $s unreachable) (start $s))")));
});

test("a function exported under four names answers to all of them", () => {
  const names = ["a", "b", "c", "d", "", "zero \u0000 inside"];
  const exported = names.map((name) => `(export "${name.replace("\u0000", "\\00")}")`).join("");
  const instance = load(wat(`(module (func ${exported} (result i32) i32.const 4))`));
  for (const name of names) assert.is(instance.call(name), 4);
});

test.run();
