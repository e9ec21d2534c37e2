import { test } from "uvu";
import * as assert from "uvu/assert";
import { usesFloats } from "../../host/wasm/floats.js";
import { bodies, makeModel } from "../boards/made-modules.js";

/** (i32, i32) -> i32 without floats, with bytes among its numbers that are instructions on floats elsewhere. */
const lookalikes = [0x41, 0x92, 0x01, 0x1a, 0x42, 0xc3, 0x00, 0x1a, 0x41, 0, 0x28, 2, 0xfc, 0x01];

test("a module has floats by its instructions, variables or functions, and not by bytes that look like them", () => {
  const loadF32 = [0x41, 0, 0x2a, 2, 0, 0x1a, 0x41, 0];
  const nine = Array.from({ length: 9 }, () => bodies.sum);
  const callOf8 = [0x20, 0, 0x20, 1, 0x10, 8, 0x1a];
  const cases: readonly [string, boolean, Uint8Array][] = [
    ["sum", false, makeModel("made", bodies.sum, { weightBytes: 300 })],
    ["lookalikes", false, makeModel("made", lookalikes)],
    ["a constant", true, makeModel("made", bodies.float)],
    ["a load", true, makeModel("made", loadF32)],
    ["an inner function", true, makeModel("made", bodies.sum, { functions: [bodies.sum, loadF32] })],
    ["a variable", true, makeModel("made", bodies.sum, { locals: [1, 1, 0x7c] })],
    ["a type", true, makeModel("made", bodies.sum, { types: [[0x60, 1, 0x7d, 0]] })],
    ["after a call of function 8", true, makeModel("made", [...callOf8, ...loadF32], { functions: nine })],
    ["after an instruction that wasm3 lacks", false, makeModel("made", [0xff, ...bodies.float])],
  ];
  for (const [what, expected, wasm] of cases) assert.is(usesFloats(wasm), expected, what);
});

test.run();
