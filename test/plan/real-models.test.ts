import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import { importModel } from "../../host/import/index.js";
import { loweringOf } from "../../host/lower/index.js";
import { planMemory } from "../../host/plan/plan.js";
import { sharedModels } from "../shared-models.js";

const test = suite("memory plans of real models");

/** The model, or undefined, aloud, where it uses operators that are not supported. */
async function imported(path: string): Promise<Graph | undefined> {
  try {
    return await importModel(path, readFileSync(path), (file) => readFileSync(file));
  } catch (error) {
    if (!(error instanceof WasmoteError) || error.code !== "model-unsupported") throw error;
    console.error(`SKIPPED: ${error.message.split("\n")[0]}`);
    return undefined;
  }
}

const folder = sharedModels();
if (folder !== undefined) {
  const files = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => readdirSync(join(folder, name)).map((file) => join(folder, name, file)))
    .filter((file) => file.endsWith(".tflite"));
  for (const file of files) {
    const graph = await imported(file);
    if (
      graph === undefined ||
      !graph.tensors.some(({ data, dtype }) => data !== undefined && dtype === "int8")
    )
      continue;
    test(`${graph.name}: the arena meets its lower bound`, () => {
      const plan = planMemory(graph, loweringOf);
      assert.ok(plan.boundBytes > 0);
      assert.is(plan.arenaBytes, plan.boundBytes);
    });
  }
}

test.run();
