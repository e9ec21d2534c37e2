import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { openRunner } from "../../host/run/index.js";
import { encodeReals, loadCalibration, parseNpy } from "../../host/run/tensor-files/index.js";

const folder = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..", "models", "digits");
const modelPath = join(folder, "float", "model.json");
const graph = await importModel(modelPath, readFileSync(modelPath), (path) => readFileSync(path));
const images = parseNpy(gunzipSync(readFileSync(join(folder, "test", "images.npy.gz")))).bytes;
const labels = parseNpy(readFileSync(join(folder, "test", "labels.npy"))).bytes;
const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8"));
const pixels = 28 * 28;

const digit = (index: number): Float32Array =>
  Float32Array.from(images.subarray(index * pixels, (index + 1) * pixels), (value) => value / 255);
const largest = (values: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
};

test("the float model recognises at least 97.5 % of its held-back digits, as TF.js computed", () => {
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    const output = runFloat(graph, [digit(i)])[graph.outputs[0] as number] as Float32Array;
    const found = largest(output);
    assert.is(found, expected.float.predictions[i], `digit ${i}`);
    if (found === labels[i]) right++;
  }
  assert.is(labels.length, 1000);
  assert.ok(right >= 975, `${right} of 1000`);
});

test("the int8 model under wasm3 loses at most 0.5 points", async () => {
  const { samples } = await loadCalibration(
    [join(folder, "samples", "calibration.npy")],
    [{ shape: [1, 28, 28, 1] }],
  );
  const { wasm, manifest } = await buildModel(graph, { calibration: samples });
  const runner = await openRunner("wasm3", wasm, openModule(wasm));
  const [input] = manifest.inputs;
  let right = 0;
  for (let i = 0; i < labels.length; i++) {
    await runner.writeInput(0, encodeReals(digit(i), input as NonNullable<typeof input>));
    await runner.run();
    const output = await runner.readOutput(0);
    if (largest(new Int8Array(output.buffer, output.byteOffset, output.length)) === labels[i]) right++;
  }
  await runner.close();
  const float = Math.round(expected.float.accuracy * 1000);
  console.error(`digits: ${float} of 1000 as float, ${right} of 1000 as int8 under wasm3`);
  assert.ok(right >= float - 5, `${right} of 1000 as int8, ${float} as float`);
});

test.run();
