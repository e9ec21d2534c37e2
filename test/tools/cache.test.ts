import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { clearCache, openCache } from "../../host/tools/cache.js";

const folder = mkdtempSync(join(tmpdir(), "wasmote-cache-"));
const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

test.after(() => rmSync(folder, { recursive: true, force: true }));

test("code is made once for the same parts, and again for others or for a damaged entry", async () => {
  const cache = openCache(join(folder, "new"));
  let made = 0;
  const make = async (): Promise<Uint8Array> => {
    made++;
    return wasm;
  };
  assert.equal([...(await cache.fetch(["a", "b"], make))], [...wasm]);
  assert.equal([...(await cache.fetch(["a", "b"], make))], [...wasm]);
  assert.is(made, 1);
  await cache.fetch(["ab"], make);
  assert.is(made, 2);
  const [entry] = readdirSync(join(folder, "new"));
  for (const name of readdirSync(join(folder, "new"))) writeFileSync(join(folder, "new", name), "damaged");
  assert.ok(entry);
  assert.equal([...(await cache.fetch(["a", "b"], make))], [...wasm]);
  assert.is(made, 3);
});

test("clearing removes the entries and nothing else", async () => {
  const place = join(folder, "clear");
  await openCache(place).fetch(["a"], async () => wasm);
  writeFileSync(join(place, "mine.txt"), "mine");
  assert.is(clearCache(place), 1);
  assert.equal(readdirSync(place), ["mine.txt"]);
  assert.is(clearCache(join(folder, "absent")), 0);
});

test("a folder that cannot be written to is no error", async () => {
  writeFileSync(join(folder, "file"), "");
  const code = await openCache(join(folder, "file", "below")).fetch(["a"], async () => wasm);
  assert.equal([...code], [...wasm]);
});

test.run();
