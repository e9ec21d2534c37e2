import { readFileSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { type BuiltModel, buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { engines } from "../engines.js";
import { isClose } from "../operators/cases.js";
import { goldenModels, int8Models, modelsEndingIn } from "./golden-cases.js";

/**
 * Where bytes of an output are not what they should be: integers differ, or floats by more than is allowed beside the largest of
 * them.
 */
function difference(actual: Uint8Array, expected: Uint8Array, isFloat: boolean): string | undefined {
  if (actual.length !== expected.length) return `${actual.length} bytes, not ${expected.length}`;
  const [found, wanted] = isFloat
    ? [actual, expected].map((bytes) => new Float32Array(Uint8Array.from(bytes).buffer))
    : [actual, expected];
  const largest = (wanted as Uint8Array).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const scale = isFloat ? largest : 1;
  const at = (wanted as Uint8Array).findIndex(
    (value, i) => !isClose(((found as Uint8Array)[i] as number) / scale, value / scale),
  );
  return at < 0 ? undefined : `element ${at} is ${found?.[at]}, not ${wanted?.[at]}`;
}

// Those of int8 alone have a test of their own, with their budgets.
for (const model of goldenModels(
  modelsEndingIn(".tflite", ".h5", ".onnx").filter((name) => !int8Models.includes(name)),
)) {
  let built: Promise<BuiltModel> | undefined;
  const build = (): Promise<BuiltModel> => {
    const read = (path: string): Uint8Array => readFileSync(path);
    built ??= importModel(model.path, read(model.path), read).then((graph) => buildModel(graph));
    return built;
  };
  for (const [on, tier] of engines) {
    test(`${model.name} on ${on}, ${tier}: every frame of every case`, async () => {
      const { wasm, manifest } = await build();
      const runner = await openRunner(on, wasm, openModule(wasm), { tier });
      for (const { name, steps, inputs, outputs } of model.cases) {
        const frame = (bytes: Uint8Array, step: number): Uint8Array =>
          bytes.subarray((step * bytes.length) / steps, ((step + 1) * bytes.length) / steps);
        runner.reset();
        for (let step = 0; step < steps; step++) {
          for (const [i, bytes] of inputs.entries()) runner.writeInput(i, frame(bytes, step));
          runner.run();
          for (const [i, bytes] of outputs.entries()) {
            const isFloat = manifest.outputs[i]?.dtype === "float32";
            const found = difference(runner.readOutput(i), frame(bytes, step), isFloat);
            assert.is(found, undefined, `${name}, frame ${step}, output ${i}: ${found}`);
          }
        }
        assert.ok(outputs.length > 0, name);
      }
      runner.close();
    });
  }
}

test.run();
