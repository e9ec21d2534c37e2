import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import { importModel } from "../../host/import/index.js";
import { tfliteMappings } from "../../host/import/tflite/operators/index.js";
import type { TfliteMapping } from "../../host/import/tflite/operators/mapping.js";
import { operators } from "../../host/ops/index.js";
import { sharedModels, sharedOperators } from "../shared-models.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");

/** TFLite files of the tests, and of the folders beside the project that are there. */
function modelFiles(): string[] {
  return [root, sharedModels(), sharedOperators()].flatMap((folder) =>
    folder === undefined
      ? []
      : readdirSync(folder, { recursive: true, encoding: "utf8" })
          .filter((name) => name.endsWith(".tflite"))
          .map((name) => join(folder, name)),
  );
}

/** Lets a mapping add the operators that it is asked for to a set. */
function watched(mapping: TfliteMapping, made: Set<string>): () => void {
  const { read } = mapping;
  const writable = mapping as { read: TfliteMapping["read"] };
  writable.read = (node) => {
    const translations = read.call(mapping, node);
    for (const { operator } of [translations].flat()) made.add(operator);
    return translations;
  };
  return () => {
    writable.read = read;
  };
}

test("a TFLite operator becomes core operators that it says it may become", async () => {
  const known = new Set<string>(operators.map(({ name }) => name));
  const made = new Map(tfliteMappings().map((mapping) => [mapping, new Set<string>()]));
  const restore = [...made].map(([mapping, names]) => watched(mapping, names));
  try {
    for (const file of modelFiles()) {
      try {
        await importModel(file, readFileSync(file), () => {
          throw new Error("a model of one file");
        });
      } catch (error) {
        if (!(error instanceof WasmoteError)) throw error;
      }
    }
  } finally {
    for (const end of restore) end();
  }
  for (const [{ builtin, becomes = [] }, names] of made) {
    assert.ok(becomes.length > 0 && becomes.every((name) => known.has(name)), `${builtin}: ${becomes}`);
    assert.equal(
      [...names].filter((name) => !becomes.includes(name)),
      [],
      builtin,
    );
  }
  assert.ok([...made.values()].filter(({ size }) => size > 0).length > 20);
});

test.run();
