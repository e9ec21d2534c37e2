import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { writeNpy } from "../run/tensor-files/npy.js";
import { writeWave } from "../run/tensor-files/write-wave.js";
import { UsageError } from "./errors.js";

/** How samples are written. */
export const sampleFormats = ["wav", "npy"] as const;
export type SampleFormat = (typeof sampleFormats)[number];

/** What samples are of. */
export interface SampleSource {
  readonly rate: number;
  readonly channels: number;
}

/**
 * The format for samples: sound of one channel as .wav, all others as .npy.
 *
 * @throws `UsageError` where a .wav is asked for that cannot hold them
 */
export function sampleFormat(
  { rate, channels }: SampleSource,
  wanted: SampleFormat | undefined,
): SampleFormat {
  const isSound = channels === 1 && Number.isInteger(rate);
  if (wanted === "wav" && !isSound)
    throw new UsageError(
      `--format wav: the source has ${channels} channels at ${rate} samples a second`,
      "A .wav has one channel and a whole number of samples a second: take --format npy.",
    );
  return wanted ?? (isSound && rate >= 4000 ? "wav" : "npy");
}

/** The bytes of a file of samples: a .wav of one channel, or a .npy of times x channels. */
export function sampleFile(
  samples: Int16Array,
  { rate, channels }: SampleSource,
  format: SampleFormat,
): Uint8Array {
  if (format === "wav") return writeWave(samples, rate);
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  return writeNpy({ dtype: "int16", shape: [samples.length / channels, channels], bytes });
}

/** What names a file of samples, and no folder. */
const namePattern = /^[\p{L}\p{N}_][\p{L}\p{N} _.-]*$/u;

/** Throws `UsageError` for a label that names no file. */
export function requireLabel(label: string): void {
  if (!namePattern.test(label) || label.length > 100)
    throw new UsageError(
      `--label ${label}: files are named after it`,
      "Give letters, digits, and -_. inside, at most 100.",
    );
}

/** A text as a file may be called. */
export const asFileName = (text: string): string => text.replace(/[^\p{L}\p{N}_.-]/gu, "_");

/** The number from which on no file of the folder is called `LABEL.NUMBER`, whatever its ending. */
export async function nextNumber(folder: string, label: string): Promise<number> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const numbers = names.flatMap((name) => {
    const rest = name.startsWith(`${label}.`) ? name.slice(label.length + 1) : "";
    const number = /^(\d{1,9})\.[A-Za-z0-9]+$/.exec(rest)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  return Math.max(0, ...numbers) + 1;
}

/** The path of a file of samples. */
export function samplePath(folder: string, label: string, number: number, format: SampleFormat): string {
  return join(folder, `${label}.${number}.${format}`);
}
