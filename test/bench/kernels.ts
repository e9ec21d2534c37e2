/**
 * Packed kernels against plain loops, on wasm3: the same model built twice, run in turn (A B A B), the medians
 * compared. Timings are shown, never asserted. Run: npm run bench [-- MODEL.tflite]
 */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { load } from "wasm3-bindings";
import { tensorBytes } from "../../host/graph/tensor.js";
import { importModel } from "../../host/import/index.js";
import type { ManifestTensor } from "../../host/package/manifest.js";
import { type BuiltModel, buildModel } from "../../host/pipeline.js";
import { sharedModels } from "../shared-models.js";
import { naiveKernels } from "./naive/kernel-source.js";

const rounds = 15;

const models = sharedModels();
const chosen =
  process.argv[2] ?? (models && join(models, "mlperf-tiny-kws_ref_model", "kws_ref_model.tflite"));
if (chosen === undefined) {
  console.error("Name a .tflite file: npm run bench -- MODEL.tflite");
  process.exit(2);
}
const path = resolve(chosen);
const graph = await importModel(path, readFileSync(path), (file) => readFileSync(file));
const packed = await buildModel(graph);
const naive = await buildModel(graph, { kernels: [await naiveKernels(["int8-pool-2d", "softmax"])] });
if (packed.manifest.memoryBytes > 32768) {
  console.error(
    `the plain loops hold weights at 32768, and this model uses ${packed.manifest.memoryBytes} bytes`,
  );
  process.exit(2);
}

/** Loads a build on wasm3 with a whole page, since the plain loops hold their weights above the plan. */
function start({ wasm, manifest }: BuiltModel) {
  const instance = load(wasm, { memoryLimitBytes: 65536, optionalImports: manifest.imports.optional });
  const at = ({ address, ...tensor }: ManifestTensor): Uint8Array =>
    instance.memory.subarray(address, address + tensorBytes(tensor));
  const input = at(manifest.inputs[0] as ManifestTensor);
  return {
    output: () => at(manifest.outputs[0] as ManifestTensor).slice(),
    time(): number {
      input.forEach((_, i) => {
        input[i] = (i * 37) & 0xff;
      });
      const begin = process.hrtime.bigint();
      instance.call("run", 0, manifest.steps.length);
      return Number(process.hrtime.bigint() - begin);
    },
  };
}

const runs = { naive: start(naive), packed: start(packed) };
const times = { naive: [] as number[], packed: [] as number[] };
runs.naive.time();
runs.packed.time();
if (Buffer.compare(runs.naive.output(), runs.packed.output()) !== 0) throw new Error("the two builds differ");
for (let round = 0; round < rounds; round++) {
  times.naive.push(runs.naive.time());
  times.packed.push(runs.packed.time());
}
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] as number;
const macs = packed.manifest.steps.reduce((sum, step) => sum + step.macs, 0);
for (const kind of ["naive", "packed"] as const) {
  const nanoseconds = median(times[kind]);
  console.log(
    `${kind.padEnd(7)} ${(nanoseconds / 1e6).toFixed(2)} ms, ${(nanoseconds / macs).toFixed(2)} ns per MAC`,
  );
}
console.log(`ratio   ${(median(times.naive) / median(times.packed)).toFixed(2)}`);
