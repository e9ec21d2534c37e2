import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { load } from "../src/index.ts";
import { expectError } from "./support/expect-error.ts";
import { firstMessage, startWorker } from "./support/start-worker.ts";
import { wat } from "./support/wat.ts";

const binary = wat(`(module (memory (export "memory") 1) (global (export "g") (mut i32) (i32.const 0))
  (func (export "f") (result i32) i32.const 6))`);

test("after dispose everything is refused but dispose", () => {
  const instance = load(binary);
  const view = instance.memory;
  const { f } = instance.exports;
  instance.dispose();
  instance.dispose();
  instance[Symbol.dispose]();
  assert.is(view.length, 0);
  expectError("disposed", () => instance.call("f"));
  expectError("disposed", () => f?.());
  expectError("disposed", () => instance.memory);
  expectError("disposed", () => instance.getGlobal("g"));
  expectError("disposed", () => instance.setGlobal("g", 1));
  expectError("disposed", () => instance.runtimeBytes);
});

test("an import cannot dispose the instance that calls it", () => {
  const instance = load(
    wat('(module (import "a" "f" (func $f)) (func (export "run") call $f) (func (export "ok")))'),
    {
      imports: { a: { f: () => instance.dispose() } },
    },
  );
  expectError("argument", () => instance.call("run"));
  instance.call("ok");
  instance.dispose();
});

function runChild(program: string, ...flags: string[]): void {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = spawnSync(process.execPath, [...flags, "--import", "tsx", file], { encoding: "utf8" });
  assert.is(child.status, 0, `${child.signal ?? ""} ${child.stderr}`);
  assert.is(child.stdout, "done\n");
}

test("collected instances free their memory, and views outlive them", () => {
  runChild("./support/collect.ts", "--expose-gc");
});

test("memory that is moved to another ArrayBuffer is not freed with its instance", () => {
  const flags = "transfer" in ArrayBuffer.prototype ? [] : ["--harmony-rab-gsab-transfer"];
  runChild("./support/moved-memory.ts", ...flags);
});

test("several workers run their own instances", async () => {
  const totals = [0, 1, 2, 3].map((seed) => firstMessage(startWorker("./busy-worker.ts", { seed })));
  assert.equal(
    await Promise.all(totals),
    [0, 1, 2, 3].map((seed) => 100 * (4950 + seed)),
  );
});

test("a worker can be ended while wasm code calls imports", async () => {
  const worker = startWorker("./endless-worker.ts");
  assert.is(await firstMessage(worker), "running");
  assert.is(await worker.terminate(), 1);
});

test.run();
