import { test } from "uvu";
import * as assert from "uvu/assert";
import { matchReference, noise, refusalOf, type SignalCase, tensor } from "./signal-case.js";

const given = (shape: readonly number[], window: readonly number[], shift = 12): SignalCase => ({
  operator: "signalWindow",
  attributes: { shift },
  inputs: [tensor("int16", shape), tensor("int16", [window.length], window)],
});

test("samples are multiplied with the window, row by row and in pieces, and limited", async () => {
  for (const [rows, length, shift] of [
    [1, 3, 12],
    [2, 64, 15],
    [3, 150, 1],
  ] as const) {
    const window = noise(length, length, -32768, 32767);
    await matchReference(given([rows, length], window, shift), [noise(shift, rows * length, -32768, 32767)]);
  }
  const [output] = await matchReference(given([4], [4096, 2048, -4096, 32767]), [[7, -3, -32768, -32768]]);
  assert.equal([...(output as Int16Array)], [7, -2, 32767, -32768]);
});

test("a window that does not fit is refused", () => {
  assert.match(refusalOf(given([5], [1, 2])), /5 samples are no multiple of the window's 2/);
  assert.match(refusalOf(given([2], [1, 2], 32)), /the shift is 32/);
  const computed = { ...given([2], [1, 2]), inputs: [tensor("int16", [2]), tensor("int16", [2])] };
  assert.match(refusalOf(computed), /the window must be constant/);
  assert.match(refusalOf({ ...computed, inputs: computed.inputs.slice(1) }), /1 inputs; 2 are expected/);
});

test.run();
