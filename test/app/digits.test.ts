import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { simulate } from "../../host/app/simulate.js";
import { buildFromFile } from "../../host/cli/app-file.js";
import { openModule } from "../../host/package/open.js";
import { openRunner } from "../../host/run/index.js";
import { parseNpy } from "../../host/run/tensor-files/npy.js";

const models = fileURLToPath(new URL("../../models", import.meta.url));
const digits = join(models, "digits");
const application = {
  name: "digits",
  source: { type: "link", rate: 7840 },
  stages: {
    picture: { type: "picture", from: "source", width: 28, height: 28 },
    digit: { type: "model", from: "picture", file: "digits/float/model.json" },
    seen: {
      type: "decision",
      from: "digit",
      highest: true,
      events: Object.fromEntries(
        Array.from({ length: 10 }, (_, i) => [`digit ${i}`, { class: i, over: 0.02 }]),
      ),
    },
  },
};

test("pictures from the link go through a model, whose weights lie beside it in a folder of its own", async () => {
  const read: string[] = [];
  const bytes = new TextEncoder().encode(JSON.stringify(application));
  const { wasm, section } = await buildFromFile(join(models, "app.json"), bytes, undefined, read);
  assert.equal(read, [join(digits, "float", "model.json"), join(digits, "float", "group1-shard1of1.bin")]);
  assert.is(section.hop, 784);
  const images = parseNpy(gunzipSync(readFileSync(join(digits, "test", "images.npy.gz")))).bytes;
  const expected = JSON.parse(readFileSync(join(digits, "expected.json"), "utf8")).float.predictions;
  const picked = Array.from({ length: 30 }, (_, i) => 33 * i);
  const samples = Int16Array.from(picked.flatMap((i) => [...images.subarray(784 * i, 784 * (i + 1))]));
  const runner = await openRunner("wasm3", wasm, openModule(wasm), { tier: "accelerated" });
  const found: number[] = [];
  await simulate(
    runner,
    section,
    samples,
    ({ levels }) => void found.push(levels.indexOf(Math.max(...levels))),
  );
  await runner.close();
  assert.equal(
    found,
    picked.map((i) => expected[i]),
  );
  assert.ok(new Set(found).size >= 8);
});

test.run();
