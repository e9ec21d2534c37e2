import { parentPort, workerData } from "node:worker_threads";
import { load } from "../../src/index.ts";
import { wat } from "./wat.ts";

const { seed } = workerData.data as { seed: number };
const binary = wat(`(module (import "a" "next" (func $next (param i32) (result i32)))
  (func (export "sum") (param $n i32) (result i32) (local $s i32)
    (loop $again
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (local.set $s (i32.add (local.get $s) (call $next (local.get $n))))
      (br_if $again (local.get $n)))
    (i32.add (local.get $s) (i32.const ${seed}))))`);
let total = 0;
for (let round = 0; round < 100; round++) {
  const instance = load(binary, { imports: { a: { next: (n) => n } } });
  total += instance.call("sum", 100) as number;
}
parentPort?.postMessage(total);
