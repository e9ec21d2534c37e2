import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sharedModels } from "../shared-models.js";

/** A real model with the outputs that another implementation computed for it. */
export interface GoldenModel {
  name: string;
  /** The model's file. */
  path: string;
  cases: readonly {
    name: string;
    /** Consecutive frames that the files of a case hold. */
    steps: number;
    inputs: Uint8Array[];
    outputs: Uint8Array[];
  }[];
}

/** Names of all real models whose files end so. */
export function modelsEndingIn(...endings: readonly string[]): string[] {
  const folder = sharedModels();
  if (folder === undefined) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, "meta.json")))
    .filter((name) =>
      readdirSync(join(folder, name)).some((file) => endings.some((ending) => file.endsWith(ending))),
    )
    .sort();
}

/** The int8 models whose outputs must be met byte for byte. */
export const int8Models = [
  "mlperf-tiny-ad01_int8",
  "mlperf-tiny-kws_ref_model",
  "mlperf-tiny-pretrainedResnet_quant",
  "tflm-hello_world_int8",
  "tflm-micro_speech_quantized",
  "tflm-person_detect",
  "tinymaix-cifar10_q",
  "tinymaix-mnist_valid_q",
];

/** Reads the models of these names; an empty list, said aloud, where their folder is absent. */
export function goldenModels(names: readonly string[]): GoldenModel[] {
  const folder = sharedModels();
  if (folder === undefined) return [];
  return names.map((name) => {
    const meta = JSON.parse(readFileSync(join(folder, name, "meta.json"), "utf8")) as {
      file: string;
      cases: { name: string; steps?: number }[];
    };
    return {
      name,
      path: join(folder, name, meta.file),
      cases: meta.cases.map((entry) => {
        const tensors = (kind: string): Uint8Array[] => {
          const files: Uint8Array[] = [];
          for (let i = 0; existsSync(join(folder, name, entry.name, `${kind}_${i}.bin`)); i++) {
            files.push(readFileSync(join(folder, name, entry.name, `${kind}_${i}.bin`)));
          }
          return files;
        };
        return {
          name: entry.name,
          steps: entry.steps ?? 1,
          inputs: tensors("input"),
          outputs: tensors("output"),
        };
      }),
    };
  });
}
