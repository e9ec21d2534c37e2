import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import { importModel } from "../../host/import/index.js";
import { packageKernels } from "../../host/kernels/library.js";
import { linkProgram } from "../../host/link/link.js";
import { loweringOf } from "../../host/lower/index.js";
import { lowerGraph } from "../../host/lower/lower.js";
import { openModule } from "../../host/package/open.js";
import { runPasses } from "../../host/passes/index.js";
import { buildModel } from "../../host/pipeline.js";
import { planMemory } from "../../host/plan/plan.js";
import { openRunner } from "../../host/run/index.js";
import { goldenModels, int8Models } from "../models/golden-cases.js";
import { random } from "../ops/harness.js";
import { smallModel, writeTflite } from "./tflite-writer.js";

/** `npm run fuzz -- tflite` goes on where this ends. */
const seeds = 200;

const originals = [
  { name: "small model", bytes: writeTflite(smallModel()) },
  ...goldenModels(int8Models).map(({ name, path }) => ({ name, bytes: new Uint8Array(readFileSync(path)) })),
];

/** Every so many accepted models are run as well. */
const runEvery = 10;

const importDamaged = (bytes: Uint8Array): Promise<Graph> =>
  importModel("fuzz.tflite", bytes, () => {
    throw new WasmoteError("file-unreadable", "no other file");
  });

/** Builds a damaged model and runs it on wasm3 with the plan's memory: it may compute anything, but must not trap. */
async function buildAndRun(bytes: Uint8Array): Promise<void> {
  const { wasm, manifest } = await buildModel(await importDamaged(bytes));
  const runner = await openRunner("wasm3", wasm, openModule(wasm));
  await runner.run(0, manifest.steps.length);
  await runner.close();
}

/** Imports, plans, lowers and links; the kernels' calls must stay inside the plan and the weights section. */
async function carryThrough(bytes: Uint8Array): Promise<void> {
  const graph = await importDamaged(bytes);
  if (graph.tensors.some(({ dtype, data }) => dtype === "float32" && data === undefined)) return;
  const integer = runPasses(graph);
  const plan = planMemory(integer, loweringOf);
  const program = lowerGraph(integer, plan);
  for (const { address, bytes: length } of [...plan.tensors.values(), ...plan.scratch]) {
    assert.ok(
      address >= 0 && address + length <= plan.memoryBytes,
      "an allocation lies outside linear memory",
    );
  }
  for (const call of program.steps.flatMap(({ calls }) => calls)) {
    for (const [name, value] of Object.entries(call.values)) {
      assert.ok(Number.isFinite(Number(value)), `${call.kernel}: ${name} is ${value}`);
    }
  }
  const { code } = linkProgram(program, packageKernels());
  assert.ok(WebAssembly.validate(code as BufferSource));
}

/** Flips one to eight bytes, half of them in the first part of the file, where structure is dense. */
function damage(original: Uint8Array, seed: number): Uint8Array {
  const source = random(seed);
  const bytes = original.slice();
  for (let flips = source.integer(1, 8); flips > 0; flips--) {
    const limit = source.integer(0, 1) === 0 ? Math.min(bytes.length, 4096) : bytes.length;
    const tail = source.integer(0, 2) === 0 ? bytes.length - limit : 0;
    const at = tail + source.integer(0, limit - 1);
    bytes[at] = (bytes[at] as number) ^ source.integer(1, 255);
  }
  return bytes;
}

for (const { name, bytes } of originals) {
  test(`${name}: ${seeds} damaged copies end in a clean error or a valid result`, async () => {
    let refused = 0;
    for (let seed = 0; seed < seeds; seed++) {
      try {
        const damaged = damage(bytes, seed);
        await carryThrough(damaged);
        if (seed % runEvery === 0) await buildAndRun(damaged);
      } catch (error) {
        if (!(error instanceof WasmoteError)) {
          throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : error}`);
        }
        assert.ok(error.exitCode === 1, `seed ${seed}: ${error.code}`);
        refused++;
      }
    }
    assert.ok(
      refused > 0 && refused < seeds,
      `${refused} of ${seeds} refused: the damage is too mild or too strong`,
    );
  });
}

test.run();
