import { WasmoteError } from "../errors.js";
import { parseNpy } from "../run/tensor-files/npy.js";
import { fileEnding, npyReals } from "../run/tensor-files/read-array.js";
import { decodeSound } from "../run/tensor-files/sound.js";

/** Samples as an application takes them. */
export interface Recording {
  /** One time after another with all its channels. */
  readonly samples: Int16Array;
  /** What the file held and what was done to it, for the user. */
  readonly notes: readonly string[];
}

/** Endings of files that hold recordings, without the dot. */
export const recordingEndings = ["wav", "npy", "csv"] as const;

const limited = (value: number): number => Math.min(32767, Math.max(-32768, Math.round(value)));

/** Rows of numbers, one time each, with as many as there are channels. */
function fromRows(rows: readonly (readonly number[])[], channels: number): Int16Array {
  for (const [i, row] of rows.entries()) {
    if (row.length === channels && row.every(Number.isFinite)) continue;
    throw new WasmoteError(
      "input-invalid",
      `row ${i + 1} holds ${row.length} values; ${channels} numbers are expected`,
    );
  }
  return Int16Array.from(rows.flat(), limited);
}

/**
 * Reads a recording as the samples of a source: a sound (.wav, mixed down to one channel and resampled to the rate), an array
 * (.npy) of [times] or [times, channels], or lines of numbers (.csv, with or without a line of names). Numbers of arrays and lines
 * are the sensor's own, -32768 to 32767; those of a sound are scaled to it.
 *
 * @throws `input-kind`, `input-invalid`, `input-size`
 */
export function readRecording(
  bytes: Uint8Array,
  path: string,
  { rate, channels }: { readonly rate: number; readonly channels: number },
): Recording {
  const ending = fileEnding(path);
  if (ending === "wav") {
    if (channels !== 1) throw new WasmoteError("input-kind", `a sound for a source of ${channels} channels`);
    const { samples, notes } = decodeSound(bytes, rate);
    return { samples: Int16Array.from(samples, (sample) => limited(sample * 32768)), notes };
  }
  if (ending === "npy") {
    const array = parseNpy(bytes);
    const [times = 1, found = 1, ...others] = array.shape;
    if (others.length > 0 || found !== channels)
      throw new WasmoteError(
        "input-size",
        `an array of ${array.shape.join("x")}; times x ${channels} are expected`,
      );
    return { samples: Int16Array.from(npyReals(array), limited), notes: [`${times} times of ${channels}`] };
  }
  if (ending === "csv") {
    const lines = new TextDecoder()
      .decode(bytes)
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "");
    const rows = lines.map((line) => line.split(/[,;\t]/).map(Number));
    const named = rows[0]?.some(Number.isNaN) === true;
    const samples = fromRows(named ? rows.slice(1) : rows, channels);
    return { samples, notes: [`${samples.length / channels} times of ${channels}`] };
  }
  throw new WasmoteError("input-kind", `ending "${ending}"; .${recordingEndings.join(", .")} are read`);
}
