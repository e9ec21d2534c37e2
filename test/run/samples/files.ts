import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PNG } from "pngjs";
import { type NpyDType, writeNpy } from "../../../host/run/tensor-files/index.js";

/** A temporary folder of files of samples. */
export interface SampleFolder {
  at(name: string): string;
  /** Writes a file, and makes its folders. */
  file(name: string, bytes: Uint8Array | string): string;
  remove(): void;
}

/** Makes one; `remove` it afterwards. */
export function sampleFolder(): SampleFolder {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-samples-"));
  const at = (name: string) => join(folder, name);
  return {
    at,
    file(name, bytes) {
      mkdirSync(dirname(at(name)), { recursive: true });
      writeFileSync(at(name), bytes);
      return at(name);
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Bytes of float32 numbers. */
export const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

/** A `.npy` file. */
export const npy = (shape: number[], bytes: Uint8Array, dtype: NpyDType = "float32"): Uint8Array =>
  writeNpy({ dtype, shape, bytes });

/** A grey picture. */
export function png(width: number, height: number, ...pixels: number[]): Uint8Array {
  const picture = new PNG({ width, height });
  picture.data = Buffer.from(pixels.flatMap((grey) => [grey, grey, grey, 255]));
  return new Uint8Array(PNG.sync.write(picture));
}

/** Samples as plain numbers. */
export const plain = (samples: readonly (readonly Float32Array[])[]): number[][][] =>
  samples.map((sample) => sample.map((tensor) => [...tensor]));
