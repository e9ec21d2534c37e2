import { WasmoteError } from "../../errors.js";
import { maxSoundSamples } from "../../files/limits.js";
import { resample } from "./resample.js";
import { readWave, type WaveHeader } from "./wav.js";

/** Samples of a sound, one channel. */
export interface Sound {
  /** Whole scale is -1 to 1. */
  samples: Float64Array;
  /** What the file held and what was done to it, for the user. */
  notes: string[];
}

/** Rates between which sounds are resampled, in Hz. */
const [lowestRate, highestRate] = [1000, 768000];

/**
 * Reads a `.wav` file as one channel at the rate asked for: channels are mixed down by their mean, another rate is
 * resampled. Without a rate, samples stay at the file's.
 *
 * Throws `input-invalid` for a damaged file or an encoding that is not read, `input-size` for too many samples.
 */
export function decodeSound(bytes: Uint8Array, sampleRateHz?: number): Sound {
  const wave = readWave(bytes);
  const { samples: mono, channels } = wave;
  const notes = [
    `${mono.length} samples at ${wave.sampleRateHz} Hz, ${wave.encoding}`,
    ...(wave.openEnded ? ["of no stated length, read to its end"] : []),
    ...(channels === 1 ? [] : [`${channels} channels mixed down to one (their mean)`]),
  ];
  if (sampleRateHz === undefined) {
    const rate = wave.sampleRateHz;
    notes.push(
      `${rate} Hz taken for the model's own rate; say it with --sample-rate, best to \`wasmote build\``,
    );
    return { samples: mono, notes };
  }
  if (sampleRateHz === wave.sampleRateHz) return { samples: mono, notes };
  requireResampled(mono.length, wave.sampleRateHz, sampleRateHz);
  const samples = resample(mono, wave.sampleRateHz, sampleRateHz);
  notes.push(`resampled to ${samples.length} samples at ${sampleRateHz} Hz`);
  return { samples, notes };
}

/** Samples of the sound that `decodeSound` makes of a file with that header. Throws `input-size`, `input-invalid` as it does. */
export function soundLength(
  { count, sampleRateHz: from }: Pick<WaveHeader, "count" | "sampleRateHz">,
  sampleRateHz = from,
): number {
  return sampleRateHz === from ? count : requireResampled(count, from, sampleRateHz);
}

/** So many samples `resample` makes. Throws where these are too many, or a rate is none that it takes. */
function requireResampled(count: number, from: number, to: number): number {
  for (const rate of [from, to]) {
    if (rate >= lowestRate && rate <= highestRate) continue;
    throw new WasmoteError(
      "input-invalid",
      `a .wav of ${from} Hz for an input of ${to} Hz; rates from ${lowestRate} to ${highestRate} Hz are resampled`,
    );
  }
  const result = Math.round((count * to) / from);
  if (result > maxSoundSamples) {
    throw new WasmoteError(
      "input-size",
      `a sound of ${result} samples at ${to} Hz; up to ${maxSoundSamples} are read`,
    );
  }
  return result;
}
