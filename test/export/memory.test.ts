import { test } from "uvu";
import * as assert from "uvu/assert";
import { type ExportedModel, exportModels } from "../../host/export/index.js";
import { type LibraryRun, recordCalls, runInLibrary } from "../../host/needs/index.js";
import { openModule } from "../../host/package/open.js";
import { smallModel } from "./models.js";

const build = { operandBytes: 2048, pageBytes: 512, fuses: false };

test("the memory of a model is the least in which nothing is compiled twice for want of it", async () => {
  const { model } = await smallModel("residual", 2, 2);
  for (const core of ["cortex-m0plus", "cortex-m4", "rv32imac"]) {
    const { models, configuration } = await exportModels([model], {
      core,
      tier: "accelerated",
      model: "array",
    });
    const { wasm, memoryBytes, memoryBound, stackBytes, manifest } = models[0] as ExportedModel;
    assert.is(memoryBound, "exact");
    const calls = await recordCalls(wasm, openModule(wasm), "accelerated");
    const fuses = configuration.includes("#define SUPERINSTRUCTIONS 1");
    const run = (bytes: number): LibraryRun | { refused: number } =>
      runInLibrary({ wasm, calls, tier: "accelerated" }, { ...build, core, fuses }, bytes, stackBytes, true);
    const [ample, exact, less] = [run(manifest.memoryBytes + 65_536), run(memoryBytes), run(memoryBytes - 8)];
    assert.ok(
      "compilations" in ample && "compilations" in exact && exact.compilations === ample.compilations,
    );
    assert.ok("refused" in less || less.compilations > ample.compilations, core);
  }
});

test("the stack of a model is the least on which all of its kernels are compiled, those that others call too", async () => {
  const { model } = await smallModel("real-numbers", 3, 14);
  for (const tier of ["accelerated", "portable"] as const) {
    const { models } = await exportModels([model], { core: "cortex-m4", tier, model: "array" });
    const { wasm, memoryBytes, stackBytes } = models[0] as ExportedModel;
    const calls = await recordCalls(wasm, openModule(wasm), tier);
    const run = (bytes: number): LibraryRun | { refused: number } =>
      runInLibrary({ wasm, calls, tier }, { ...build, core: "cortex-m4" }, memoryBytes + 65_536, bytes, true);
    assert.ok("usedBytes" in run(stackBytes) && "refused" in run(stackBytes - 64), tier);
  }
});

test.run();
