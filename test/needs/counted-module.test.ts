import { test } from "uvu";
import * as assert from "uvu/assert";
import { readModule } from "../../host/link/module.js";
import { countInstructions } from "../../host/needs/counted-module.js";
import { wat } from "../../host/wasm3-bindings/test/support/wat.js";

async function counted(source: string) {
  const { instance } = await WebAssembly.instantiate(
    countInstructions(readModule(wat(source)), 1) as BufferSource,
  );
  return instance.exports as unknown as {
    run(first: number, last: number): number;
    instructions: WebAssembly.Global<"i64">;
  };
}

test("what runs is counted, way by way: what was told by hand", async () => {
  // Five in front of the loop; nine a turn; of both arms the one that is taken; an end each.
  const { run, instructions } = await counted(`(module (memory 1)
    (func $sum (param $n i32) (result i32) (local $sum i32)
      (loop $again
        (local.set $sum (i32.add (local.get $sum) (local.get $n)))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (if (result i32) (i32.gt_s (local.get $sum) (i32.const 5))
        (then (local.get $sum))
        (else (i32.const 0) (i32.const 7) (i32.add))))
    (func (export "run") (param i32 i32) (result i32) (call $sum (local.get 0))))`);
  const turn = 4 + 4 + 1,
    before = 1,
    behind = 1 + 4 + 1;
  for (const [n, result, arm] of [
    [2, 7, 3 + 1],
    [3, 6, 1 + 1],
    [4, 10, 1 + 1],
  ] as const) {
    instructions.value = 0n;
    assert.is(run(n, 0), result);
    assert.is(Number(instructions.value), before + n * turn + behind + arm);
  }
});

test("run and reset themselves are left out", async () => {
  const { run, instructions } = await counted(
    `(module (memory 1) (func (export "reset")) (func (export "run") (param i32 i32) (result i32) (i32.const 0)))`,
  );
  run(0, 0);
  assert.is(instructions.value, 0n);
});

test.run();
