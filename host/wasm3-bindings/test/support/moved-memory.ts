import { load } from "../../src/index.ts";
import { wat } from "./wat.ts";

/** Memory that JavaScript moved to another ArrayBuffer stays valid there, whatever the instance does. */
const binary = wat(`(module (memory 1 4)
  (func (export "load8") (param i32) (result i32) local.get 0 i32.load8_u)
  (func (export "grow") (param i32) (result i32) local.get 0 memory.grow))`);
const options = { memoryLimitBytes: 131072 };

function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

const instance = load(binary, options);
const buffer = instance.memory.buffer as ArrayBuffer & { transfer(): ArrayBuffer };
const moved = new Uint8Array(buffer.transfer());
check(buffer.byteLength === 0 && moved.length === 65536, "the memory was not moved");
instance.memory[0] = 5;
check(moved[0] === 5 && instance.call("load8", 0) === 5, "the memory is no longer one");
check(instance.call("grow", 1) === -1, "memory that another buffer holds was grown");
check(instance.call("load8", 0) === 5, "a refused growth changed memory");
instance.dispose();
moved.fill(1);
/** Were it freed, memories of other instances would take its place. */
const others = Array.from({ length: 20 }, () => load(binary, options));
check(
  moved.every((byte) => byte === 1),
  "the moved memory was freed",
);
for (const other of others) {
  check(
    other.memory.every((byte) => byte === 0),
    "the moved memory is another instance's",
  );
}
console.log("done");
