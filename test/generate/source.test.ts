import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildModel } from "../../host/build.js";
import type { Cache } from "../../host/generate/cache.js";
import { importModel } from "../../host/import/index.js";
import { assertGolden } from "../golden.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";

const graph = importModel("small.tflite", writeTflite(smallModel()), () => new Uint8Array(0));

test("the generated entry is readable and stays as it is", async () => {
  const { source } = await buildModel(graph);
  assertGolden("small-model.txt", source);
});

test("a model with the same program and other weights is not compiled again", async () => {
  const kept = new Map<string, Uint8Array>();
  let compiled = 0;
  const cache: Cache = {
    async fetch(parts, make) {
      const key = parts.join("\0");
      if (!kept.has(key)) {
        compiled++;
        kept.set(key, await make());
      }
      return kept.get(key) as Uint8Array;
    },
  };
  const first = await buildModel(graph, { cache });
  const other = smallModel();
  other.tensors[5]?.data?.fill(3);
  const second = await buildModel(
    importModel("small.tflite", writeTflite(other), () => new Uint8Array(0)),
    { cache },
  );
  assert.is(compiled, 1);
  assert.is(second.codeBytes, first.codeBytes);
  assert.is.not(Buffer.compare(first.wasm, second.wasm), 0);
  const uncached = await buildModel(graph);
  assert.is(Buffer.compare(first.wasm, uncached.wasm), 0);
});

test.run();
