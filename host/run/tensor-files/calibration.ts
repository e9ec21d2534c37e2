import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { WasmoteError } from "../../errors.js";
import { readRegularFile } from "../../files/read.js";
import { fileError } from "../../files/system-errors.js";
import type { TensorType } from "../../graph/tensor.js";
import type { InputReading } from "../../package/manifest.js";
import { type FileTensor, fileEnding } from "./read-array.js";
import { inputEndings, readInput } from "./read-input.js";
import { invalidSamples, samplesOf } from "./samples.js";

/** A model input that samples are read for. */
export type CalibratedInput = Pick<TensorType, "shape"> & InputReading;

/** Calibration samples and what they were read from. */
export interface Calibration {
  /** One entry per sample: the real values of each model input, in order. */
  samples: Float32Array[][];
  /** Files that were read. */
  files: string[];
  /** What was done to the files' values, for the user. */
  notes: string[];
}

/**
 * Reads calibration samples for the inputs of a float model. A path is a file or a folder, whose files are read in
 * the order of their names. A file holds one sample or, with a leading axis, several: `.npy` of float32 or float64,
 * `.bin` of float32, `.json`, a picture (pixel / 255, or as the input says) or a sound. With one input all paths add
 * up; with several, there is one path for each input, in order, and each gives the same number of samples.
 * Throws `calibration-invalid`, or `file-unreadable`.
 */
export async function loadCalibration(
  paths: readonly string[],
  inputs: readonly CalibratedInput[],
): Promise<Calibration> {
  if (inputs.length > 1 && paths.length !== inputs.length) {
    throw new WasmoteError(
      "calibration-invalid",
      `${paths.length} times --calibrate for a model of ${inputs.length} inputs; give one for each, in order`,
    );
  }
  const files: string[] = [];
  const notes = new Set<string>();
  const byInput: Float32Array[][] = inputs.map(() => []);
  for (const [i, path] of paths.entries()) {
    const input = inputs.length > 1 ? i : 0;
    for (const file of listFiles(path)) {
      const read = await readSamples(file, inputs[input]!);
      files.push(file);
      for (const sample of read.samples) byInput[input]!.push(sample);
      for (const note of read.notes) notes.add(note);
    }
  }
  const counts = byInput.map((samples) => samples.length);
  if (counts.some((count) => count !== counts[0])) {
    throw new WasmoteError(
      "calibration-invalid",
      `${counts.join(", ")} samples for the inputs; all need as many`,
    );
  }
  const samples = (byInput[0] ?? []).map((_, i) => byInput.map((own) => own[i]!));
  if (samples.length === 0) throw new WasmoteError("calibration-invalid", "no sample was given");
  return { samples, files, notes: [...notes] };
}

function listFiles(path: string): string[] {
  const names = reading(path, () => (statSync(path).isDirectory() ? readdirSync(path) : undefined));
  if (names === undefined) return [path];
  const known = names.filter((name) => inputEndings.some((ending) => ending === fileEnding(name)));
  if (known.length === 0) {
    throw new WasmoteError("calibration-invalid", `a folder without a ${endingList} file`, { file: path });
  }
  return known.sort().map((name) => join(path, name));
}

const endingList = inputEndings.map((ending) => `.${ending}`).join(", ");

async function readSamples(
  file: string,
  { shape, pixels, sampleRate }: CalibratedInput,
): Promise<{ samples: Float32Array[]; notes: string[] }> {
  const bytes = readRegularFile(file);
  const input: FileTensor = { dtype: "float32", shape, pixels, sampleRate };
  try {
    const { frames, notes } = await readInput(bytes, file, input);
    return { samples: samplesOf(frames), notes };
  } catch (error) {
    throw invalidSamples(error, file);
  }
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw fileError("file-unreadable", error, file);
  }
}
