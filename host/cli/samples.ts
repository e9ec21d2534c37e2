import { Option } from "commander";
import type { CollectedSamples, SampledInput, SampleOptions, SampleSource } from "../run/samples/index.js";
import { UsageError } from "./errors.js";
import { thousands } from "./figures.js";
import type { Output } from "./output.js";

/** Samples that are read unless `--samples` says otherwise: more tell little more about the values that a model meets. */
const defaultSamples = 256;

/** `--samples`. @param byDefault how many that are without it */
export function samplesOption(byDefault: number | "all" = defaultSamples): Option {
  return new Option(
    "--samples <count>",
    `use so many samples at most, evenly spread over all that there are (default: ${byDefault})`,
  ).argParser((text) => {
    const count = /^\d+$/.test(text) ? Number(text) : 0;
    if (count >= 1 && Number.isSafeInteger(count)) return count;
    throw new UsageError(`--samples ${text} is no number of samples`, "Give a whole number from 1.");
  });
}

/** Samples as they are read for a command. */
export interface SampleReading {
  /** What they are for: "calibration". */
  name: string;
  /** `--samples`. */
  limit?: number;
  /** Whether they belong together in their order, as for a model with state. */
  consecutive?: boolean;
  except?: SampleOptions["except"];
}

/** Opens samples, and tells how far it is. Throws as `openSamples` does. */
export async function openSampleFiles(
  paths: readonly string[],
  inputs: readonly SampledInput[],
  { name, except }: SampleReading,
  output: Output,
): Promise<SampleSource> {
  output.progress(`finding ${name} samples`);
  const { openSamples } = await import("../run/samples/index.js");
  return openSamples(paths, inputs, {
    except,
    onOpened: (done, of) => {
      if (of > 1) output.progress(`finding ${name} samples`, `${thousands(done)} of ${thousands(of)} files`);
    },
  });
}

/** Reads samples into arrays, tells how far it is, and then what was read. Throws as `collect` does. */
export async function readSampleFiles(
  source: SampleSource,
  { name, limit = defaultSamples, consecutive = false }: SampleReading,
  output: Output,
): Promise<CollectedSamples> {
  const { collect } = await import("../run/samples/index.js");
  const collected = await collect(source, {
    limit,
    consecutive,
    onRead: (done, of) =>
      output.progress(`reading ${name} samples`, `${thousands(done)} of ${thousands(of)}`),
  });
  const read = collected.indices.length;
  const isDefault = limit === defaultSamples && read < source.count;
  output.talk(samplesText(source, read, { name, consecutive }, isDefault ? ["--samples takes more"] : []));
  return collected;
}

/**
 * The class of each sample of a source, by `--labels`; what was taken for granted is told. Throws as `readLabels` does.
 *
 * @param first the model's first output
 */
export async function readSampleLabels(
  given: string,
  source: SampleSource,
  first: { shape: readonly number[]; labels?: readonly string[] },
  output: Output,
): Promise<number[]> {
  const { classesOf, readLabels } = await import("../run/samples/index.js");
  const { labels, notes } = readLabels(given, source, classesOf(first));
  for (const note of notes) output.talk(note);
  return labels;
}

/**
 * What was read: "calibration: 256 of 4,000 samples, evenly spread, from 4,000 files; pixel / 255".
 *
 * @param more notes before those on the files' values
 */
export function samplesText(
  { count, files, notes }: SampleSource,
  read: number,
  { name, consecutive }: SampleReading,
  more: readonly string[] = [],
): string {
  const from = files.length === 1 ? files[0] : `${thousands(files.length)} files`;
  const samples = count === 1 ? "sample" : "samples";
  const which = consecutive ? "the first ones" : "evenly spread";
  const number =
    read === count
      ? `${thousands(count)} ${samples}`
      : `${thousands(read)} of ${thousands(count)} ${samples}, ${which},`;
  return `${name}: ${number} from ${from}${notesText([...more, ...notes])}`;
}

const shownNotes = 6;

/** The first of the notes on samples' files, of which each may have its own. */
function notesText(notes: readonly string[]): string {
  const others = notes.length - shownNotes;
  const more = others > 0 ? [`and ${thousands(others)} notes more of this kind`] : [];
  return [...notes.slice(0, shownNotes), ...more].map((note) => `; ${note}`).join("");
}
