import { test } from "uvu";
import * as assert from "uvu/assert";
import { matchReference, noise, refusalOf, tensor } from "./signal-case.js";

const attributes = {
  smoothing: 409,
  oneMinusSmoothing: 15975,
  alternateSmoothing: 983,
  alternateOneMinusSmoothing: 15401,
  smoothingBits: 10,
  bits: 14,
  minSignalRemaining: 819,
  clamping: false,
};

const given = (channels: number, changes: object = {}) => ({
  operator: "spectralSubtraction",
  attributes: { ...attributes, ...changes },
  inputs: [tensor("uint32", [channels])],
  variables: [tensor("uint32", [channels])],
  outputs: 2,
});

test("the noise is estimated from run to run and subtracted, and what remains is not too little", async () => {
  for (const clamping of [false, true]) {
    const runs = Array.from({ length: 5 }, (_, step) => [
      noise(step, 9, 0, step < 3 ? 2 ** 20 : 2 ** 32 - 1),
    ]);
    await matchReference(given(9, { clamping }), ...runs);
  }
  const [output, estimate] = await matchReference(given(2), [[1000, 1000]]);
  assert.equal([...(estimate as Uint32Array)], [25562, 61437]);
  assert.equal([...(output as Uint32Array)], [975, 940]);
});

test("factors out of range, and a variable of another shape, are refused", () => {
  assert.match(refusalOf(given(2, { smoothing: -1 })), /smoothing is -1/);
  assert.match(refusalOf(given(2, { bits: 32 })), /spectral subtraction bits is 32/);
  assert.match(refusalOf({ ...given(2), variables: [tensor("uint32", [3])] }), /no variable of 2 uint32/);
});

test.run();
