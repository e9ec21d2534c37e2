import { createProblems } from "./problems.js";

/** Where a sample came from. */
export interface Origin {
  /** The file, or the folder of a sample that has a file for each input. */
  path: string;
  /** The path that was named. */
  root: string;
  /** Names of the folders between the two, without the sample's own. */
  folders: readonly string[];
  /** The sample's number in the file, and how many that has. */
  index: number;
  count: number;
}

/** Samples of a model's inputs, which are read when they are asked for, and may be asked for again. */
export interface SampleSource {
  readonly count: number;
  /** Files that hold them. */
  readonly files: readonly string[];
  /** What was done to the values that were read until now, for the user. */
  readonly notes: ReadonlySet<string>;
  /**
   * Real values of each model input, in order, of the sample of that number.
   *
   * @throws `calibration-invalid`, `file-unreadable`, `file-too-large`, which name the file
   */
  read(index: number): Promise<Float32Array[]>;
  /** Where that sample comes from. */
  origin(index: number): Origin;
  /** All samples in order, from the first one each time. */
  [Symbol.asyncIterator](): AsyncIterator<Float32Array[]>;
}

/** Samples that are held in memory: `samples[i][j]` is sample i for input j. */
export interface CollectedSamples {
  samples: Float32Array[][];
  /** Their numbers in the source. */
  indices: number[];
}

/** How samples are collected. */
export interface CollectOptions {
  /** So many at most; all by default. */
  limit?: number;
  /** Where some are left out: the first ones, as they follow each other, in place of some from everywhere. */
  consecutive?: boolean;
  /** Is told after each sample how many were read, of how many. */
  onRead?(done: number, of: number): void;
}

/**
 * Numbers of at most `limit` of `count` things, evenly spread: the middle of each of so many equal parts. The same ones
 * each time.
 */
export function spread(count: number, limit: number): number[] {
  if (limit >= count) return Array.from({ length: count }, (_, i) => i);
  return Array.from({ length: limit }, (_, i) => Math.floor(((2 * i + 1) * count) / (2 * limit)));
}

/**
 * Reads samples into arrays, in order.
 *
 * @throws as `SampleSource.read` does, for the first files that cannot be taken at once
 */
export async function collect(
  source: SampleSource,
  { limit = Number.POSITIVE_INFINITY, consecutive = false, onRead }: CollectOptions = {},
): Promise<CollectedSamples> {
  const indices = spread(consecutive ? Math.min(limit, source.count) : source.count, limit);
  const problems = createProblems();
  const samples: Float32Array[][] = [];
  for (const [done, index] of indices.entries()) {
    const sample = await problems.attempt(source.origin(index).path, () => source.read(index));
    if (sample !== undefined) samples.push(sample);
    if (problems.enough) break;
    onRead?.(done + 1, indices.length);
    await breathe(done);
  }
  problems.throwIfAny();
  return { samples, indices };
}

/** Things between two of which nothing else happens: reading waits for the disk, not for this process. */
const thingsAtOnce = 64;

/** Lets signals in, now and then. */
export async function breathe(done: number): Promise<void> {
  if (done % thingsAtOnce === 0) await new Promise((resume) => setImmediate(resume));
}
