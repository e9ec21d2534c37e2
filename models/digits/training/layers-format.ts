import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { formatJson } from "./json.ts";

/** How a saved model is laid out on disk. */
export interface Layout {
  /** Bytes per shard; one shard when left out. */
  shardBytes?: number;
  /** Changes the artifacts before they are written. */
  rewrite?: (artifacts: tf.io.ModelArtifacts) => tf.io.ModelArtifacts;
  /** Changes the JSON before it is written. */
  rewriteJson?: (json: Record<string, unknown>) => Record<string, unknown>;
}

/** The weights as one buffer. */
export function weightBytes(artifacts: tf.io.ModelArtifacts): Buffer {
  const data = artifacts.weightData!;
  return Buffer.concat((Array.isArray(data) ? data : [data]).map((part) => Buffer.from(part)));
}

/**
 * Saves a model in the TF.js Layers format: `model.json` and `group1-shard<i>of<n>.bin` in `folder`.
 * The same model gives the same bytes: no dates, no counters.
 */
export async function saveLayers(model: tf.LayersModel, folder: string, layout: Layout = {}): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await model.save(
    tf.io.withSaveHandler(async (saved) => {
      const artifacts = layout.rewrite ? layout.rewrite(saved) : saved;
      const bytes = weightBytes(artifacts);
      const size = layout.shardBytes ?? Math.max(bytes.length, 1);
      const count = Math.max(Math.ceil(bytes.length / size), 1);
      const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
      const json: Record<string, unknown> = {
        format: artifacts.format,
        generatedBy: artifacts.generatedBy,
        convertedBy: artifacts.convertedBy ?? null,
        modelTopology: artifacts.modelTopology,
        weightsManifest: [{ paths, weights: artifacts.weightSpecs }],
      };
      paths.forEach((path, i) => {
        writeFileSync(join(folder, path), bytes.subarray(i * size, (i + 1) * size));
      });
      const written = layout.rewriteJson ? layout.rewriteJson(json) : json;
      writeFileSync(join(folder, "model.json"), formatJson(written));
      return {
        modelArtifactsInfo: {
          dateSaved: new Date(0),
          modelTopologyType: "JSON",
          weightDataBytes: bytes.length,
        },
      };
    }),
  );
}

/** Loads a model that lies in `folder` in the TF.js Layers format. */
export async function loadLayers(folder: string): Promise<tf.LayersModel> {
  const json = JSON.parse(readFileSync(join(folder, "model.json"), "utf8")) as {
    modelTopology: object;
    format: string;
    weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  };
  const groups = json.weightsManifest;
  const bytes = Buffer.concat(groups.flatMap((g) => g.paths.map((path) => readFileSync(join(folder, path)))));
  const weightData = new Uint8Array(bytes).buffer;
  return tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: json.modelTopology,
      format: json.format,
      weightSpecs: groups.flatMap((group) => group.weights),
      weightData,
    }),
  );
}
