import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { importModel } from "../../host/import/index.js";
import { type BuiltModel, buildModel } from "../../host/pipeline.js";
import { loadCalibration } from "../../host/run/tensor-files/index.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");
const digits = join(root, "models/digits");
const tuned = join(root, "test/fixtures/digits-tuned");

/**
 * Weights of the digits' network: as it is; and after one more pass over its digits, of all layers at a learning rate of 0.0003, or
 * of the last one at 0.0001 (models/digits/training/fine-tune.ts).
 */
export const weightFiles = {
  before: join(digits, "float/group1-shard1of1.bin"),
  allLayers: join(tuned, "all-layers.bin"),
  lastLayer: join(tuned, "last-layer.bin"),
} as const;

/** The network in int8 with the weights of a file, always with the same calibration, as `wasmote build` gives it. */
export async function buildDigits(weights: string): Promise<BuiltModel> {
  const model = join(digits, "float/model.json");
  const read = (path: string): Buffer => readFileSync(path.endsWith(".bin") ? weights : path);
  const graph = await importModel(model, read(model), read);
  const calibration = join(digits, "samples/calibration.npy");
  const { samples } = await loadCalibration([calibration], [{ shape: [1, 28, 28, 1] }]);
  return buildModel(graph, { calibration: samples });
}

/** The share of a model's int8 weights that are others in the second one, 0 to 1; biases are none of them. */
export function shareOfOthers(first: BuiltModel, second: BuiltModel): number {
  let [others, all] = [0, 0];
  for (const { name, dtype, data } of first.graph.tensors) {
    if (dtype !== "int8" || data === undefined) continue;
    const now = second.graph.tensors.find((tensor) => tensor.name === name)?.data ?? [];
    all += data.length;
    for (let i = 0; i < data.length; i++) if (data[i] !== now[i]) others++;
  }
  return others / all;
}
