import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { boardsFolder } from "../../host/boards/index.js";
import { idiomNames } from "../../host/export/configuration.js";
import { importModel } from "../../host/import/index.js";
import { findOperations } from "../../host/needs/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { graphOf, nameOf, shapes } from "../bench/shape-list.js";
import { goldenModels } from "../models/golden-cases.js";

const ampleBytes = 1 << 20;

test("each idiom is met in the kernels as they are compiled today", async () => {
  const names = idiomNames(readFileSync(join(boardsFolder, "wasm3", "idioms.h"), "utf8"));
  // Kernels of convolutions and of an average pool; those of a fully connected layer; of a depthwise convolution of a whole map.
  const models = goldenModels(["mlperf-tiny-kws_ref_model", "mlperf-tiny-ad01_int8"]);
  const graphs = await Promise.all(
    models.map(({ path }) => importModel(path, readFileSync(path), (other) => readFileSync(other))),
  );
  const whole = shapes.filter((shape) => nameOf(shape) === "depthwise 15x1 on 15x1x128 valid");
  assert.is(whole.length, 1);
  const met = new Set<number>();
  for (const graph of [...graphs, ...whole.map(graphOf)]) {
    const { wasm } = await buildModel(graph);
    const { memoryBytes } = openModule(wasm).manifest;
    const build = { core: undefined, operandBytes: 2048, pageBytes: 512, fuses: true };
    const used = findOperations(wasm, "portable", build, memoryBytes + ampleBytes, 65_535);
    if ("refused" in used) throw new Error(`refused with status ${used.refused}`);
    for (const each of used.idioms) met.add(each);
  }
  assert.ok(names.length > 0);
  assert.equal(
    names.filter((_, i) => met.has(i)),
    names,
    "an idiom that no kernel has any more: kernels or their compiler have changed",
  );
});

test.run();
