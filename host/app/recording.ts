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

const isNumber = (cell: string): boolean => cell.trim() !== "" && Number.isFinite(Number(cell));

/** Whether a line's cells are names: neither numbers nor what stands for one that is missing. */
const areNames = (cells: readonly string[]): boolean =>
  cells.every(
    (cell) =>
      /\p{L}/u.test(cell) && !isNumber(cell) && !/^\s*[+-]?(nan|inf|infinity|null|na)\s*$/i.test(cell),
  );

/** Lines of numbers, one time each, with as many as there are channels. */
function fromLines(text: string, channels: number): Int16Array {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, cells: line.split(/[,;\t]/), isEmpty: line.trim() === "" }))
    .filter(({ isEmpty }) => !isEmpty);
  const rows = lines[0] !== undefined && areNames(lines[0].cells) ? lines.slice(1) : lines;
  for (const { number, cells } of rows) {
    if (cells.length !== channels)
      throw new WasmoteError(
        "input-invalid",
        `line ${number} holds ${cells.length} ${cells.length === 1 ? "value" : "values"}; ${channels} ${channels === 1 ? "is" : "are"} expected`,
      );
    const odd = cells.find((cell) => !isNumber(cell));
    if (odd !== undefined)
      throw new WasmoteError("input-invalid", `line ${number} holds "${odd.trim()}"; a number is expected`);
  }
  return Int16Array.from(
    rows.flatMap(({ cells }) => cells.map(Number)),
    limited,
  );
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
    const values = Float64Array.from(npyReals(array));
    const odd = values.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0)
      throw new WasmoteError(
        "input-invalid",
        `row ${Math.floor(odd / channels)} holds ${values[odd]}; a number is expected`,
      );
    return { samples: Int16Array.from(values, limited), notes: [`${times} times of ${channels}`] };
  }
  if (ending === "csv") {
    const samples = fromLines(new TextDecoder().decode(bytes), channels);
    return { samples, notes: [`${samples.length / channels} times of ${channels}`] };
  }
  throw new WasmoteError("input-kind", `ending "${ending}"; .${recordingEndings.join(", .")} are read`);
}
