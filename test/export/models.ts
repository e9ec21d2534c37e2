import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import type { ModelToExport } from "../../host/export/index.js";
import { goldenModels } from "../models/golden-cases.js";

const folder = fileURLToPath(new URL("../golden/tflite/", import.meta.url));

/** Runs in each golden file of the small models. */
const steps = 4;

/** A built model with inputs of consecutive runs, and what another implementation computes for them. */
export interface Golden {
  model: ModelToExport;
  runs: { inputs: Uint8Array[]; outputs: Uint8Array[] }[];
}

async function built(path: string, bytes: Uint8Array): Promise<ModelToExport> {
  const imported = importModel(path, bytes, () => {
    throw new Error("a model of one file");
  });
  const { wasm } = await buildModel(await imported);
  return { wasm, ...openModule(wasm) };
}

/** A small model of the repository, with the outputs of TensorFlow Lite Micro's reference kernels. */
export async function smallModel(name: string, inputs: number, outputs: number): Promise<Golden> {
  const read = (kind: string, count: number): Buffer[] =>
    Array.from({ length: count }, (_, i) => readFileSync(`${folder}${name}.${kind}${i}.bin`));
  const [given, expected] = [read("input", inputs), read("output", outputs)];
  const part = (bytes: Buffer, step: number): Uint8Array =>
    bytes.subarray((step * bytes.length) / steps, ((step + 1) * bytes.length) / steps);
  return {
    model: await built(`${name}.tflite`, readFileSync(`${folder}${name}.tflite`)),
    runs: Array.from({ length: steps }, (_, step) => ({
      inputs: given.map((bytes) => part(bytes, step)),
      outputs: expected.map((bytes) => part(bytes, step)),
    })),
  };
}

/** Real models with golden outputs, where their folder is there; else none, which is said aloud. */
export async function realModels(names: readonly string[]): Promise<Golden[]> {
  const found: Golden[] = [];
  for (const { path, cases } of goldenModels(names)) {
    const model = await built(path, readFileSync(path));
    found.push({ model, runs: cases.map(({ inputs, outputs }) => ({ inputs, outputs })) });
  }
  return found;
}
