import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { type BuiltModel, buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { engines } from "../engines.js";
import { type GoldenModel, goldenModels, int8Models } from "./golden-cases.js";

/**
 * Budgets in bytes: linear memory stays below the arena of TensorFlow Lite Micro with CMSIS-NN on a Cortex-M4
 * (August 2026), where it was measured; code leaves room for small changes. Where a figure moves past its budget,
 * find out why before the budget is moved.
 */
const budgets: Readonly<Record<string, { memoryBytes?: number; codeBytes: number }>> = {
  "mlperf-tiny-ad01_int8": { memoryBytes: 2260, codeBytes: 2500 },
  "mlperf-tiny-kws_ref_model": { memoryBytes: 22_772, codeBytes: 12_000 },
  "mlperf-tiny-pretrainedResnet_quant": { memoryBytes: 54_340, codeBytes: 9000 },
  "tflm-hello_world_int8": { memoryBytes: 676, codeBytes: 2500 },
  "tflm-micro_speech_quantized": { memoryBytes: 6788, codeBytes: 7000 },
  "tflm-person_detect": { memoryBytes: 82_292, codeBytes: 9500 },
  "tinymaix-cifar10_q": { codeBytes: 7500 },
  "tinymaix-mnist_valid_q": { codeBytes: 7500 },
};

const built = new Map<string, Promise<BuiltModel>>();

async function importAndBuild({ path }: GoldenModel): Promise<BuiltModel> {
  return buildModel(await importModel(path, readFileSync(path), (file) => readFileSync(file)));
}

function build(model: GoldenModel): Promise<BuiltModel> {
  let result = built.get(model.name);
  if (result === undefined) {
    result = importAndBuild(model);
    built.set(model.name, result);
  }
  return result;
}

for (const model of goldenModels(int8Models)) {
  for (const [on, tier] of engines) {
    test(`${model.name} on ${on}, ${tier}: every case byte for byte`, async () => {
      const { wasm } = await build(model);
      const runner = await openRunner(on, wasm, openModule(wasm), { tier });
      for (const { name, inputs, outputs } of model.cases) {
        inputs.forEach((bytes, i) => {
          runner.writeInput(i, bytes);
        });
        runner.run();
        outputs.forEach((expected, i) => {
          assert.is(Buffer.compare(runner.readOutput(i), expected), 0, `${name}, output ${i}`);
        });
        assert.ok(outputs.length > 0, name);
      }
      runner.close();
    });
  }

  test(`${model.name}: run in single steps gives the same bytes`, async () => {
    const { wasm, manifest } = await build(model);
    const runner = await openRunner("wasm3", wasm, openModule(wasm));
    const [first] = model.cases;
    first?.inputs.forEach((bytes, i) => {
      runner.writeInput(i, bytes);
    });
    for (let step = 0; step < manifest.steps.length; step++) runner.run(step, step + 1);
    assert.is(Buffer.compare(runner.readOutput(0), first?.outputs[0] as Uint8Array), 0);
    runner.close();
  });

  test(`${model.name}: memory meets its lower bound and the budgets`, async () => {
    const { plan, codeBytes, manifest } = await build(model);
    assert.is(plan.arenaBytes, plan.boundBytes);
    const budget = budgets[model.name];
    assert.ok(codeBytes <= (budget?.codeBytes ?? 0), `${codeBytes} bytes of code`);
    if (budget?.memoryBytes !== undefined) {
      assert.ok(manifest.memoryBytes < budget.memoryBytes, `${manifest.memoryBytes} bytes of linear memory`);
    }
  });

  test(`${model.name}: the same input gives the same file`, async () => {
    const again = await importAndBuild(model);
    assert.is(Buffer.compare(again.wasm, (await build(model)).wasm), 0);
  });
}

test.run();
