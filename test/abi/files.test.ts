import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { accelerators } from "../../host/abi/accelerators.js";
import { block, blockBytes, encodeBlock, placeFields } from "../../host/abi/block.js";
import { abiFiles } from "../../host/abi/files.js";
import { blocks } from "../../host/abi/parameters.js";
import { packageRoot } from "../../host/tools/kernel-sources.js";

test("what is generated from the interface's schema is what stands in the project: `npm run build` writes it", () => {
  for (const [path, text] of Object.entries(abiFiles))
    assert.fixture(readFileSync(join(packageRoot, path), "utf8"), text, path);
});

test("fields lie at multiples of their size, and are encoded little-endian in any order", () => {
  const mixed = block("Mixed", "Of every type.", {
    at: "address",
    wide: "int64",
    real: "float32",
    low: "int32",
    constants: { type: "weights", portable: true },
  });
  assert.equal(
    placeFields(mixed).map(({ offset }) => offset),
    [0, 8, 16, 20, 24],
  );
  assert.is(blockBytes(mixed), 28);
  const bytes = encodeBlock(mixed, { constants: 7, low: -2, wide: -3n, real: 0.5, at: 0xfffffff0 });
  assert.is(Buffer.from(bytes).toString("hex"), "f0ffffff00000000fdffffffffffffff0000003ffeffffff07000000");
});

test("a value that is missing, unknown or does not fit is a defect", () => {
  const one = block("One", "One number.", { count: "int32", at: "address", long: "int64" });
  const good = { count: 1, at: 2, long: 3n };
  assert.is(encodeBlock(one, good).length, 16);
  for (const wrong of [
    { ...good, count: 2 ** 31 },
    { ...good, count: 0.5 },
    { ...good, count: Number.NaN },
    { ...good, count: 1n },
    { ...good, at: -1 },
    { ...good, at: 2 ** 32 },
    { ...good, long: 3 },
    { ...good, long: 2n ** 63n },
    { ...good, more: 1 },
    { count: 1, at: 2 },
  ]) {
    assert.throws(
      () => encodeBlock(one, wrong as never),
      /^One|One has no/,
      JSON.stringify(Object.values(wrong).map(String)),
    );
  }
});

test("names and bits are there once, and fields of the portable kernel come last", () => {
  const names = blocks.map(({ name }) => name);
  assert.is(new Set(names).size, names.length);
  const bits = Object.values(accelerators).map(({ bit }) => bit);
  assert.is(
    bits.reduce((sum, bit) => sum | bit, 0),
    bits.reduce((sum, bit) => sum + bit, 0),
  );
  for (const fields of blocks.map(placeFields)) {
    const first = fields.findIndex(({ portable }) => portable === true);
    assert.ok(first < 0 || fields.slice(first).every(({ portable }) => portable === true));
  }
});

test.run();
