import { WasmoteError } from "../../errors.js";
import type { FileTensor, InputFrames } from "../tensor-files/read-array.js";
import { invalidSamples, sampleOf } from "../tensor-files/samples.js";
import type { SamplePlace } from "./arrange.js";
import type { SampleFile } from "./sample-file.js";
import type { Origin } from "./sample-source.js";

/** All samples of one input, file after file. */
export interface Column {
  readonly count: number;
  readonly paths: readonly string[];
  add(file: SampleFile, place: SamplePlace): void;
  /** The sample of that number. What was done to its values is added to the notes. Throws `calibration-invalid`. */
  read(index: number, notes: Set<string>): Promise<Float32Array>;
  origin(index: number): Origin;
}

/** The column of an input, without files yet. */
export function createColumn(tensor: FileTensor): Column {
  const files: { file: SampleFile; place: SamplePlace; start: number }[] = [];
  let count = 0;
  /** The file that was read whole last: its next sample is mostly asked for next. */
  let last: { file: SampleFile; content: InputFrames } | undefined;

  const locate = (index: number) => {
    let [low, high] = [0, files.length - 1];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (files[middle]!.start <= index) low = middle;
      else high = middle - 1;
    }
    const { file, place, start } = files[low]!;
    return { file, place, at: index - start };
  };

  const framesOf = async (file: SampleFile, at: number): Promise<{ frame: Uint8Array; notes: string[] }> => {
    if (file.readOne !== undefined) {
      const { frames, notes } = file.readOne(at);
      return { frame: frames[0]!, notes };
    }
    if (last?.file !== file) last = { file, content: await file.readAll() };
    const { frames, notes } = last.content;
    if (frames.length === file.count) return { frame: frames[at]!, notes };
    throw new WasmoteError("calibration-invalid", "it changed while it was read");
  };

  return {
    get count() {
      return count;
    },
    get paths() {
      return files.map(({ file }) => file.path);
    },
    add(file, place) {
      if (file.count > 0) files.push({ file, place, start: count });
      count += file.count;
    },
    async read(index, notes) {
      const { file, at } = locate(index);
      try {
        const read = await framesOf(file, at);
        for (const note of read.notes) notes.add(note);
        return sampleOf(read.frame, tensor);
      } catch (error) {
        throw invalidSamples(file.count > 1 ? numbered(error, at) : error, file.path);
      }
    },
    origin(index) {
      const { file, place, at } = locate(index);
      const { path, root, folders } = place;
      return { path, root, folders, index: at, count: file.count };
    },
  };
}

/** The same error, of one sample among others in a file. */
function numbered(error: unknown, at: number): unknown {
  if (!(error instanceof WasmoteError) || error.place.file !== undefined) return error;
  return new WasmoteError(error.code, `sample ${at}: ${error.detail}`, error.place, error);
}
