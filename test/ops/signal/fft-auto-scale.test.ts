import { test } from "uvu";
import * as assert from "uvu/assert";
import { matchReference, noise, refusalOf, tensor } from "./signal-case.js";

const given = (length: number) => ({
  operator: "fftAutoScale",
  attributes: {},
  inputs: [tensor("int16", [length])],
  outputs: 2,
});

test("samples are scaled by the power of two that their largest magnitude leaves", async () => {
  for (let seed = 0; seed < 16; seed++) {
    const range = 2 ** seed;
    await matchReference(given(20), [noise(seed, 20, -Math.min(range, 32768), Math.min(range, 32767))]);
  }
  const scaled = async (...samples: number[]) =>
    (await matchReference(given(samples.length), [samples])).map((values) => [...(values as Int16Array)]);
  assert.equal(await scaled(0, 0), [[0, 0], [0]]);
  assert.equal(await scaled(3, -5), [[12288, -20480], [12]]);
  assert.equal(await scaled(5, -32768), [[5, -32768], [0]]);
  assert.equal(await scaled(-32768, 5), [[0, 20480], [12]], "the largest starts anew after -32768");
});

test("other tensors are refused", () => {
  assert.match(refusalOf({ ...given(2), inputs: [tensor("int32", [2])] }), /int32; int16 is expected/);
  assert.match(refusalOf({ ...given(2), inputs: [tensor("int16", [2, 2])] }), /2 axes; 1 is expected/);
});

test.run();
