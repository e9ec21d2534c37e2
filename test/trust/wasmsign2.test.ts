import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { verifyModule } from "../../host/trust/verify.js";
import { refusalOf, testKey } from "./keys.js";

/** What wasmsign2 has signed (test/oracles/wasmsign2): by b alone, or by b beside a, which is wasmote's. */
const files = {
  "single.wasm": ["b"],
  "single-default-id.wasm": ["b"],
  "single-text-id.wasm": ["b"],
  "beside-ours.wasm": ["a", "b"],
  "beside-ours-default-id.wasm": ["a", "b"],
};
const keys = { a: testKey(1).public, b: testKey(2).public, c: testKey(3).public };

for (const [name, signers] of Object.entries(files)) {
  test(`${name} holds, as wasmsign2 has signed it`, () => {
    const file = new Uint8Array(readFileSync(new URL(`../golden/wasmsign2/${name}`, import.meta.url)));
    const found = verifyModule(file, Object.values(keys));
    assert.equal(
      found.keys,
      signers.map((key) => keys[key as keyof typeof keys]),
    );
    assert.is(found.trust?.trust.version, signers.includes("a") ? 3 : undefined);
    assert.is(found.headSigned, signers.includes("a"));
    assert.is(refusalOf(() => verifyModule(file, [keys.c])).code, "signature-untrusted");
    const changed = file.map((byte, i) => (i === file.length - 1 ? byte ^ 1 : byte));
    assert.is(refusalOf(() => verifyModule(changed, [keys.b])).code, "signature-wrong");
  });
}

test.run();
