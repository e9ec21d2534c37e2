import { test } from "uvu";
import * as assert from "uvu/assert";
import { runCase } from "../harness.js";
import { matchReference, noise, refusalOf, tensor } from "./signal-case.js";

const given = (length: number) => ({
  operator: "filterBankSquareRoot",
  attributes: {},
  inputs: [tensor("uint64", [length]), tensor("int32", [])],
});

test("roots are rounded and shifted by the scale bits", async () => {
  for (const bits of [0, 3, 31]) {
    const values = noise(bits, 60, 0, 2 ** 53 - 1);
    await matchReference(given(60), [values, [bits]]);
  }
});

test("roots are exact around squares and at the ends of 32 and 64 bits", async () => {
  const roots = [0n, 1n, 2n, 46341n, 65535n, 65536n, 94906265n, 2n ** 31n, 2n ** 32n - 1n];
  const expected = new Map<bigint, bigint>();
  for (const root of roots) {
    for (const above of [-1n, 0n, 1n, root, root + 1n]) {
      const value = root * root + above;
      if (value < 0n || value >= 2n ** 64n) continue;
      const floor = above < 0n ? root - 1n : root;
      const up = value - floor * floor > floor ? 1n : 0n;
      const largest = value < 2n ** 32n ? 65535n : 2n ** 32n - 1n;
      expected.set(value, floor + up < largest ? floor + up : largest);
    }
  }
  expected.set(2n ** 32n - 1n, 65535n);
  expected.set(2n ** 64n - 1n, 2n ** 32n - 1n);
  const values = BigUint64Array.from(expected.keys());
  const [bytes] = await runCase({
    ...given(values.length),
    outputs: [tensor("uint32", [values.length])],
    activations: [values, Int32Array.of(0)],
  });
  const actual = new Uint32Array((bytes as Uint8Array).slice().buffer);
  assert.equal([...actual].map(BigInt), [...expected.values()]);
});

test("other tensors are refused", () => {
  const inputs = [tensor("uint64", [4]), tensor("int32", [2])];
  assert.match(refusalOf({ ...given(4), inputs }), /no single number/);
  assert.match(
    refusalOf({ ...given(4), inputs: [tensor("uint32", [4]), inputs[1] as never] }),
    /uint32; uint64/,
  );
});

test.run();
