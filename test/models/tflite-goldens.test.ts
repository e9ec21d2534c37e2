import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { UnsupportedModelError } from "../../host/errors.js";
import { importModel } from "../../host/import/index.js";
import { tfliteMappings } from "../../host/import/tflite/operators/index.js";
import { checkOperators } from "../../host/ops/check.js";
import type { ManifestTensor } from "../../host/package/manifest.js";
import { openModule } from "../../host/package/open.js";
import { type BuiltModel, buildModel } from "../../host/pipeline.js";
import { runFloat } from "../../host/quantize/float-executor.js";
import { openRunner } from "../../host/run/index.js";
import type { Tier } from "../../host/run/types.js";
import { engines } from "../engines.js";
import { operatorCases } from "../operators/cases.js";
import { sharedOperators } from "../shared-models.js";

/*
 * Small models of every operator, with the outputs of TensorFlow Lite Micro's reference kernels
 * (test/generate/README.md), which are to be met byte for byte.
 */
const folder = fileURLToPath(new URL("../golden/tflite/", import.meta.url));
const files = readdirSync(folder);
const names = files.filter((file) => file.endsWith(".tflite")).map((file) => file.slice(0, -7));
const open = (name: string, path = `${folder}${name}.tflite`) =>
  importModel(`${name}.tflite`, readFileSync(path), () => {
    throw new Error("a model of one file");
  });
const series = (name: string, kind: "input" | "output"): Uint8Array[] =>
  files
    .filter((file) => file.startsWith(`${name}.${kind}`))
    .map((_, i) => readFileSync(`${folder}${name}.${kind}${i}.bin`));

/** Runs in each file of a model. */
const steps = 4;

/** Bytes of uint8 as int8 that are less by 128, or back. */
const signFlipped = (bytes: Uint8Array): Uint8Array => bytes.map((byte) => byte ^ 0x80);

/** An input as the integers that the model takes in its place: rounded, halves away from zero, and limited. */
function toIntegers(bytes: Uint8Array, tensor: ManifestTensor): Uint8Array {
  const { dtype, interface: own, scale, zeroPoint } = tensor;
  if (own === undefined) return bytes;
  assert.is(dtype, "int8");
  if (own === "uint8") return signFlipped(bytes);
  const reals = new Float32Array(Uint8Array.from(bytes).buffer);
  const integers = Int8Array.from(reals, (real) => {
    const steps = Math.fround(real / (scale as number));
    const rounded = Math.sign(steps) * Math.round(Math.abs(steps));
    return Math.min(127, Math.max(-128, rounded + (zeroPoint as number)));
  });
  return new Uint8Array(integers.buffer);
}

/** The integers that a model gives in place of an output, as its interface has it. */
function toInterface(bytes: Uint8Array, { interface: own, scale, zeroPoint }: ManifestTensor): Uint8Array {
  if (own === undefined) return bytes;
  if (own === "uint8") return signFlipped(bytes);
  const integers = new Int8Array(Uint8Array.from(bytes).buffer);
  const reals = Float32Array.from(integers, (q) => (scale as number) * (q - (zeroPoint as number)));
  return new Uint8Array(reals.buffer);
}

/** Runs every step of a model's goldens. */
async function compare(name: string, { wasm, manifest }: BuiltModel, on: string, tier: Tier): Promise<void> {
  const [given, expected] = [series(name, "input"), series(name, "output")];
  assert.equal([manifest.inputs.length, manifest.outputs.length], [given.length, expected.length]);
  const runner = await openRunner(on, wasm, openModule(wasm), { tier });
  const part = (bytes: Uint8Array, step: number) =>
    bytes.subarray((step * bytes.length) / steps, ((step + 1) * bytes.length) / steps);
  for (let step = 0; step < steps; step++) {
    for (const [i, bytes] of given.entries()) {
      runner.writeInput(i, toIntegers(part(bytes, step), manifest.inputs[i] as ManifestTensor));
    }
    runner.run();
    for (const [i, bytes] of expected.entries()) {
      const actual = toInterface(runner.readOutput(i), manifest.outputs[i] as ManifestTensor);
      assert.equal([...actual], [...part(bytes, step)], `step ${step}, output ${i}, ${on}, ${tier}`);
    }
  }
  runner.close();
}

/** The float32 models, which are references: they are not built, but run as calibration runs them. */
const isReal = (name: string): boolean => name.startsWith("real-");

for (const name of names.filter(isReal)) {
  test(`${name}: the numbers of TensorFlow Lite Micro within 1e-5`, async () => {
    const graph = await open(name);
    const numbers = (kind: "input" | "output", step: number) =>
      series(name, kind).map((bytes) => {
        const all = new Float32Array(Uint8Array.from(bytes).buffer);
        return all.slice((step * all.length) / steps, ((step + 1) * all.length) / steps);
      });
    for (let step = 0; step < steps; step++) {
      const values = runFloat(graph, numbers("input", step));
      for (const [i, expected] of numbers("output", step).entries()) {
        const actual = values[graph.outputs[i] as number] as Float32Array;
        assert.is(actual.length, expected.length);
        for (const [at, value] of expected.entries()) {
          const error = Math.abs((actual[at] as number) - value) / Math.max(1, Math.abs(value));
          assert.ok(error < 1e-5, `step ${step}, output ${i}, element ${at}: ${actual[at]}, not ${value}`);
        }
      }
    }
  });
}

for (const name of names.filter((other) => !isReal(other))) {
  test(`${name}: the bytes of TensorFlow Lite Micro, with and without passes`, async () => {
    const graph = await open(name);
    checkOperators(graph);
    const built = await buildModel(graph);
    for (const [on, tier] of engines) await compare(name, built, on, tier);
    await compare(name, await buildModel(await open(name), { passes: [] }), "wasm3", "portable");
  });
}

/**
 * No model here has a lookup table; TensorFlow Lite Micro has no POW, GELU, SIGN, REDUCE_PROD, REDUCE_ANY and RELU_0_TO_1, and
 * RELU_N1_TO_1 only where it is fused; its detections are in no model here.
 */
const withoutReference = [
  "detectionPostprocess",
  "gelu",
  "lookupTable",
  "pow",
  "prod",
  "reduceAny",
  "relu0To1",
  "reluN1To1",
  "sign",
];

/** The core operators of a model of one TFLite operator; none where it is refused. */
async function operatorsOf(folder: string): Promise<string[]> {
  const path = join(folder, "model.tflite");
  try {
    return (await open(path.slice(0, -7), path)).nodes.map(({ operator }) => operator);
  } catch (error) {
    if (error instanceof UnsupportedModelError) return [];
    throw error;
  }
}

test("every operator that TFLite has is in one of the models, or of those of one operator", async () => {
  const graphs = await Promise.all(names.map((name) => open(name)));
  const used = new Set(graphs.flatMap(({ nodes }) => nodes.map(({ operator }) => operator)));
  const shared = sharedOperators();
  if (shared === undefined) return;
  for (const { name } of operatorCases(shared))
    for (const operator of await operatorsOf(join(shared, name))) used.add(operator);
  const known = new Set(tfliteMappings().flatMap(({ becomes = [] }) => becomes));
  assert.equal([...known].filter((name) => !used.has(name)).sort(), withoutReference);
  assert.ok(names.length > 20);
});

test.run();
