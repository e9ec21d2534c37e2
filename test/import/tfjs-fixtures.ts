import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { WasmoteError } from "../../host/errors.js";
import type { Graph } from "../../host/graph/graph.js";
import { requireGraph } from "../../host/import/imported.js";
import { openTfjs } from "../../host/import/tfjs/import.js";

/** Files of a model by path. */
export type Files = Map<string, Uint8Array>;

/** Folder of the fixture of that name. */
export function fixtureFolder(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tfjs/${name}`, import.meta.url));
}

/** Reads a file from disk. Throws `file-unreadable`. */
export function readFromDisk(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new WasmoteError("file-unreadable", (error as Error).message, { file: path });
  }
}

/** Opens the `model.json` in a folder. */
export function openFolder(folder: string): Graph {
  const path = `${folder}/model.json`;
  return requireGraph(openTfjs(readFromDisk(path), path, readFromDisk));
}

/** Shape and values of a float32 .npy file, version 1.0, C order. */
export function readNpy(path: string): { shape: number[]; values: Float32Array } {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.subarray(10, start).toString("latin1");
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim() !== "");
  if (!header.includes("'<f4'")) throw new Error(`${path} is not float32`);
  const data = Uint8Array.from(bytes.subarray(start));
  return { shape: shape.map(Number), values: new Float32Array(data.buffer) };
}
