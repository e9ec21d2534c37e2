import { test } from "uvu";
import * as assert from "uvu/assert";
import { applyPatch, makePatch } from "../../host/delta/index.js";
import { concatenate } from "../../host/wasm/writer.js";
import { errorOf } from "../error-of.js";
import { buildDigits, shareOfOthers, weightFiles } from "./digits.js";
import { damagedPatches, pairs, randomNumbers, withDelimiter } from "./pairs.js";

const given = await pairs();

for (const { name, old, next } of given) {
  test(`a patch gives the new file: ${name}`, () => {
    for (const blockBytes of [256, 4096, 32768]) {
      const patch = makePatch(old, next, { blockBytes });
      assert.equal(applyPatch(old, patch), next);
      assert.equal(makePatch(old, next, { blockBytes }), patch, "the same again");
    }
  });
}

const before = await buildDigits(weightFiles.before);

/** Bytes of a patch by those of the new file, at most; "Sizes" of docs/updates.md says how many they are. */
const limits = { allLayers: 0.35, lastLayer: 0.08 } as const;

for (const which of ["allLayers", "lastLayer"] as const) {
  test(`a patch to the digits' network, trained further, is small: ${which}`, async () => {
    const after = await buildDigits(weightFiles[which]);
    const share = shareOfOthers(before, after);
    if (which === "allLayers") assert.ok(share >= 0.5, `${share} of the weights are others`);
    const patch = makePatch(before.wasm, after.wasm);
    assert.equal(applyPatch(before.wasm, patch), after.wasm);
    assert.ok(patch.length <= limits[which] * after.wasm.length, `${patch.length} of ${after.wasm.length}`);
  });
}

test("what moved within the weights is found though every weight is another", () => {
  const random = randomNumbers(3);
  const { wasm } = before;
  const start = wasm.length - 12_000;
  const moved = wasm.map((byte, i) => (i < start ? byte : byte + (random() < 0.5 ? 1 : -1)));
  const inserted = concatenate([moved.subarray(0, start), new Uint8Array(320), moved.subarray(start)]);
  const patch = makePatch(wasm, inserted);
  assert.equal(applyPatch(wasm, patch), inserted);
  assert.ok(patch.length < 3500, `${patch.length} bytes`);
});

test("a patch has in clear what a signed file begins with, up to its delimiter", () => {
  const signed = withDelimiter(before.wasm, 100);
  const patch = makePatch(before.wasm, signed);
  const clear = new DataView(patch.buffer).getUint16(6, true);
  const delimiter = signed.findIndex(
    (_, i) => new TextDecoder().decode(signed.subarray(i, i + 19)) === "signature_delimiter",
  );
  assert.is(clear, delimiter + 19 + 16);
  assert.equal(patch.slice(80, 80 + clear), signed.slice(0, clear));
  assert.is(new DataView(makePatch(signed, before.wasm).buffer).getUint16(6, true), 0);
});

test("blocks that are no power of 2 from 256 to 32768 are refused", () => {
  const { wasm } = before;
  for (const blockBytes of [0, 128, 1000, 65536])
    assert.throws(() => makePatch(wasm, wasm, { blockBytes }), RangeError);
});

const patch = makePatch(before.wasm, given[0]?.next as Uint8Array);

/** A patch with some bytes of its head set. */
const headed = (at: number, ...bytes: number[]): Uint8Array => {
  const other = patch.slice();
  other.set(bytes, at);
  return other;
};

const refused: [string, Uint8Array, RegExp][] = [
  ["another file", before.wasm, /the patch is damaged: it does not begin with WMPT/],
  ["nothing", new Uint8Array(0), /does not begin with WMPT/],
  ["a head that is cut off", patch.slice(0, 79), /it ends after 79 bytes, within its head/],
  ["another version", headed(4, 2), /it is of version 2, and 1 is known/],
  ["blocks of another size", headed(5, 16), /blocks of 2\^16 bytes/],
  ["more in clear than there is", headed(6, 255, 255), /more bytes are in clear/],
  ["an index that is cut off", patch.slice(0, 81), /it ends after 81 bytes, within its index/],
  ["blocks that are cut off", patch.slice(0, -1), /block 0: the block ends after|block \d+: /],
  ["bytes behind its blocks", concatenate([patch, [0]]), /its blocks end at byte/],
  ["another new file", headed(48, 1, 2, 3, 4), /what it gives is not the new file/],
  ["a new file of 4 GB", headed(12, 255, 255, 255, 255), /files of more than 2\^30 bytes/],
  ["a new file of 1 GB", headed(12, 0, 0, 0, 64), /within its index/],
];

for (const [name, bytes, message] of refused) {
  test(`refused as a patch: ${name}`, async () => {
    const error = await errorOf(() => applyPatch(before.wasm, bytes));
    assert.is(error.code, "patch-invalid");
    assert.match(error.message, message);
  });
}

test("a patch for another old file is refused", async () => {
  const error = await errorOf(() => applyPatch(given[0]?.old as Uint8Array, patch));
  assert.is(error.code, "patch-foreign");
});

test("damaged patches are refused, or give the new file", async () => {
  const { old, next } = given[0] as (typeof given)[0];
  for (const damaged of damagedPatches(makePatch(old, next, { blockBytes: 256 }), 500)) {
    try {
      assert.equal(applyPatch(old, damaged), next);
    } catch (thrown) {
      assert.match((await errorOf(Promise.reject(thrown))).code, /^patch-/);
    }
  }
});

test.run();
