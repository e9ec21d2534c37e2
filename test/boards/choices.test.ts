/** Of a choice between accelerator and kernel, boards compile the arm that is taken alone: what comes out is the same. */
import { test } from "uvu";
import * as assert from "uvu/assert";
import { accelerators } from "../../host/abi/accelerators.js";
import { type Manifest, manifestVersion } from "../../host/package/manifest.js";
import { packageModule } from "../../host/package/package.js";
import { wat } from "../../host/wasm3-bindings/test/support/wat.js";
import { availableBoards, startBoard } from "./emulators.js";

const { bit, import: name } = accelerators.softmax;
/** A bit that no accelerator sets that the module imports. */
const other = accelerators.conv.bit;

const isThere = (mask: number) => `(i32.and (global.get $bits) (i32.const ${mask}))`;
const digit = (value: number) => `(call $digit (i32.const ${value}) (local.get 0))`;

/** Each choice that is taken adds a digit to a number, which is returned. */
const module = `(module
  (import "wasmote" "${name}" (func $native (param i32)))
  (memory (export "memory") 1 1)
  (global $bits (export "accelerators") (mut i32) (i32.const 0))
  (global $more (mut i32) (i32.const ${bit}))
  (func $digit (param i32 i32)
    (i32.store (i32.const 0) (i32.add (i32.mul (i32.load (i32.const 0)) (i32.const 10)) (local.get 0))))
  (func $deep (param i32 i32) (call $deep (local.get 0) (local.get 1)))
  (func (export "run") (param i32 i32) (result i32)
    (i32.store (i32.const 0) (i32.const 0))
    (if ${isThere(bit)} (then ${digit(1)}) (else ${digit(2)}))
    (if ${isThere(other)} (then ${digit(3)} (call $deep (i32.const 0) (i32.const 0))) (else ${digit(4)}))
    (if ${isThere(bit)} (then ${digit(5)}))
    (if ${isThere(other)} (then ${digit(6)}))
    (if ${isThere(bit)} (then) (else ${digit(7)}))
    (block $out
      (if ${isThere(bit)} (then (call $digit (i32.add (i32.const 5) (i32.const 3)) (i32.const 0)) (br $out)))
      ${digit(9)})
    (if (i32.and (global.get $more) (i32.const ${bit})) (then ${digit(1)}) (else ${digit(2)}))
    (i32.load (i32.const 0))))`;

function model(): Uint8Array {
  const tensor = { dtype: "int8", shape: [8], address: 16 } as const;
  const manifest: Manifest = {
    version: manifestVersion,
    name: "choices",
    inputs: [{ name: "in", ...tensor, shape: [8] }],
    outputs: [{ name: "out", ...tensor, shape: [8] }],
    memoryBytes: 64,
    steps: [{ name: "one", operator: "made", macs: 0, weightBytes: 0 }],
    imports: { required: [], optional: [`wasmote.${name}`] },
  };
  return packageModule(wat(module), manifest, new Uint8Array(0));
}

for (const board of availableBoards(["mps2-an386", "qemu-rv32", "pico"])) {
  test(`${board.id}: choices of any form give what they say, with accelerators and without`, async () => {
    const device = await startBoard(board, model());
    try {
      for (const [accelerates, expected] of [
        [true, 14581],
        [false, 24791],
        [true, 14581],
      ] as const) {
        await device.accelerate(accelerates);
        for (let i = 0; i < 2; i++) assert.is((await device.run(0, 1)).code, expected);
      }
    } finally {
      await device.close();
    }
  });
}

test.run();
