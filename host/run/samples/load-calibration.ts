import { openSamples, type SampledInput } from "./open-samples.js";
import { collect } from "./sample-source.js";

/** Calibration samples and what they were read from. */
export interface Calibration {
  /** One entry per sample: the real values of each model input, in order. */
  samples: Float32Array[][];
  /** Files that were read. */
  files: readonly string[];
  /** What was done to the files' values, for the user. */
  notes: string[];
}

/** All samples of these paths at once, as `openSamples` finds and `collect` reads them. Throws as they do. */
export async function loadCalibration(
  paths: readonly string[],
  inputs: readonly SampledInput[],
): Promise<Calibration> {
  const source = await openSamples(paths, inputs);
  const { samples } = await collect(source);
  return { samples, files: source.files, notes: [...source.notes] };
}
