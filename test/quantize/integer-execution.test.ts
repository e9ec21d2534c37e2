import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Graph, tensorAt } from "../../host/graph/graph.js";
import { elementCount } from "../../host/graph/tensor.js";
import type { ManifestTensor } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { runPasses } from "../../host/passes/index.js";
import { buildModel } from "../../host/pipeline.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { openRunner } from "../../host/run/index.js";
import { fixtureFolder, openFolder, readNpy } from "../import/tfjs-fixtures.js";
import { numbers, pseudoRandom } from "./float-graphs.js";

const digits = fileURLToPath(new URL("../../models/digits", import.meta.url));

function toCodes(values: Float32Array, { scale = 1, zeroPoint = 0 }: ManifestTensor): Uint8Array {
  const codes = Int8Array.from(values, (value) =>
    Math.min(127, Math.max(-128, Math.round(value / scale) + zeroPoint)),
  );
  return new Uint8Array(codes.buffer);
}

function toReal(bytes: Uint8Array, { scale = 1, zeroPoint = 0 }: ManifestTensor): Float32Array {
  return Float32Array.from(
    new Int8Array(Uint8Array.from(bytes).buffer),
    (code) => scale * (code - zeroPoint),
  );
}

/** The graph quantized and built: real inputs to real outputs, by way of the module's integers. */
async function integerModel(graph: Graph, calibration: Float32Array[][]) {
  const { wasm, manifest } = await buildModel(graph, { calibration });
  const runner = await openRunner("node", wasm, openModule(wasm));
  const run = (inputs: readonly Float32Array[]): Float32Array[] => {
    manifest.inputs.forEach((tensor, i) => {
      runner.writeInput(i, toCodes(inputs[i] as Float32Array, tensor));
    });
    runner.run();
    return manifest.outputs.map((tensor, i) => toReal(runner.readOutput(i), tensor));
  };
  return { run, manifest, close: () => runner.close() };
}

const largestAt = (values: Float32Array): number => values.indexOf(Math.max(...values));

/**
 * Root mean square error of an int8 output on the calibration samples, where nothing is clipped, relative to the
 * largest magnitude of the float output. One rounding to 8 bits costs about 0.2 %; up to ten nodes add theirs.
 */
const tolerance = 0.015;

/** The fixtures that run, one of each network: the others differ in how their weights are stored. */
const networks = readdirSync(fixtureFolder(".")).filter(
  (name) => !/^(refused|quantized|several|dense-activations)/.test(name),
);

for (const name of networks) {
  test(`${name}: the int8 module stays close to the float graph`, async () => {
    const graph = runPasses(openFolder(fixtureFolder(name)));
    const random = pseudoRandom(7);
    const sample = () =>
      graph.inputs.map((index) =>
        numbers(elementCount(tensorAt(graph, index).shape), random).map((v) => 2 * v),
      );
    const samples = Array.from({ length: 50 }, sample);
    const model = await integerModel(graph, samples);
    const errors = graph.outputs.map(() => 0);
    const largest = graph.outputs.map(() => 0);
    for (const inputs of samples) {
      const expected = runFloat(graph, inputs);
      model.run(inputs).forEach((found, output) => {
        const real = expected[graph.outputs[output] as number] as Float32Array;
        real.forEach((value, k) => {
          (errors[output] as number) += (value - (found[k] as number)) ** 2 / real.length / samples.length;
          largest[output] = Math.max(largest[output] as number, Math.abs(value));
        });
      });
    }
    model.close();
    errors.forEach((error, output) => {
      const relative = Math.sqrt(error) / (largest[output] as number);
      assert.ok(relative <= tolerance, `output ${output}: ${relative}`);
    });
  });
}

test("digits: float as TF.js says, int8 within half a percent of it", async () => {
  const expected = JSON.parse(readFileSync(`${digits}/expected.json`, "utf8"));
  const graph = runPasses(openFolder(`${digits}/float`));
  const { values } = readNpy(`${digits}/samples/calibration.npy`);
  const pixels = 28 * 28;
  const samples = Array.from({ length: values.length / pixels }, (_, i) => [
    values.slice(i * pixels, (i + 1) * pixels),
  ]);
  const model = await integerModel(graph, samples);
  assert.is(model.manifest.inputs[0]?.dtype, "int8");
  assert.is(model.manifest.outputs[0]?.dtype, "int8");

  const images = gunzipSync(readFileSync(`${digits}/test/images.npy.gz`)).subarray(128);
  const labels = readFileSync(`${digits}/test/labels.npy`).subarray(128);
  let right = 0;
  let agreed = 0;
  labels.forEach((label, i) => {
    const input = Float32Array.from(images.subarray(i * pixels, (i + 1) * pixels), (byte) => byte / 255);
    const float = largestAt(runFloat(graph, [input])[graph.outputs[0] as number] as Float32Array);
    const integer = largestAt(model.run([input])[0] as Float32Array);
    assert.is(float, expected.float.predictions[i], `image ${i}`);
    if (integer === label) right++;
    if (integer === float) agreed++;
  });
  model.close();
  assert.ok(right / labels.length >= expected.int8.leastAccuracy, `${right} of ${labels.length} are right`);
  assert.ok(agreed / labels.length >= 0.99, `${agreed} of ${labels.length} agree with the float graph`);
});

test.run();
