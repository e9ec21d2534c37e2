import { resolve } from "node:path";
import { WasmoteError } from "../../errors.js";
import { type ReadPart, readPart as readPartOfFile } from "../../files/read.js";
import { type FileTensor, fileEnding } from "../tensor-files/read-array.js";
import { inputEndings } from "../tensor-files/read-input.js";
import { archiveEnding, openArchive } from "./archive.js";
import { arrange, type Holder, inputFiles, type SamplePlace } from "./arrange.js";
import { type Column, createColumn } from "./column.js";
import { findFiles } from "./find-files.js";
import { createProblems } from "./problems.js";
import { openSampleFile, type SampleFile } from "./sample-file.js";
import { breathe, type SampleSource } from "./sample-source.js";

/** A model input that samples are read for: of float32, unless it says otherwise. */
export type SampledInput = Partial<FileTensor> & Pick<FileTensor, "shape"> & { name?: string };

/** How samples are opened. */
export interface SampleOptions {
  /** Files in these folders that are none of the samples, such as their labels. */
  except?: readonly string[];
  /** Bytes of samples that are kept once they were read. */
  cacheBytes?: number;
  /** Is told how many files were looked at, of how many. */
  onOpened?(done: number, of: number): void;
  readPart?: ReadPart;
}

const defaultCacheBytes = 2 ** 26;
const sampleEndings = [...inputEndings, archiveEnding];
const endingList = sampleEndings.map((ending) => `.${ending}`).join(", ");

/** One holder, opened: for each of the inputs that it has samples for, the file. */
interface Opened {
  place: SamplePlace;
  files: SampleFile[];
}

/**
 * Opens samples for the inputs of a model, of which little is read before they are asked for. A path is a file or a folder;
 * of a folder all files at any depth are taken, in natural order of their names. What may hold samples:
 *
 * - a file of one input, with one sample or, with a leading axis, several: `.npy`, `.bin` of float32, `.json`, a picture
 *   (pixel / 255, or as the input says), a sound. With one input all paths add up; with several there is one path for each
 *   input, in order, and each gives the same number of samples.
 * - a folder with files `input_0.*`, `input_1.*`, ..., one for each input; files beside such folders are none
 * - a `.npz` with an array for each input
 *
 * @throws `calibration-invalid`, `file-unreadable`, `file-too-large`; several files that cannot be taken are told at once
 */
export async function openSamples(
  paths: readonly string[],
  inputs: readonly SampledInput[],
  options: SampleOptions = {},
): Promise<SampleSource> {
  const tensors = inputs.map((input) => ({ dtype: "float32" as const, ...input }));
  const perPath = paths.map((path) => holdersOf(path, inputs.length, options.except ?? []));
  const holders = perPath.flat();
  const complete = perPath.flatMap((own) => completeOf(own, inputs.length));
  const notes = new Set<string>();
  const { open, end } = opener(holders.length, tensors, options);
  const columns = tensors.map(createColumn);
  if (inputs.length > 1 && complete.length === 0) {
    requireOnePathEach(paths, inputs.length);
    for (const [i, own] of perPath.entries()) await open(own, [i], columns);
  } else {
    const alone = leftAlone(holders, complete);
    if (alone > 0)
      notes.add(`${alone} ${alone === 1 ? "file" : "files"} beside folders of samples left alone`);
    await open(complete, [...tensors.keys()], columns);
  }
  end();
  return sampleSource(columns, notes, options.cacheBytes ?? defaultCacheBytes);
}

/** What a path holds. Throws `calibration-invalid` for a folder without anything. */
function holdersOf(path: string, inputCount: number, except: readonly string[]): Holder[] {
  const excluded = new Set(except.map((file) => resolve(file)));
  const isWanted = (name: string) => sampleEndings.some((ending) => ending === fileEnding(name));
  const found = findFiles(path, isWanted).filter(
    (file) => file.folder === undefined || !excluded.has(resolve(file.path)),
  );
  if (found.length === 0) {
    throw new WasmoteError("calibration-invalid", `a folder without a ${endingList} file`, { file: path });
  }
  return arrange(found, inputCount);
}

function requireOnePathEach(paths: readonly string[], inputCount: number): void {
  if (paths.length === inputCount) return;
  throw new WasmoteError(
    "calibration-invalid",
    `${paths.length} ${paths.length === 1 ? "path" : "paths"} of samples for a model of ${inputCount} inputs; give one for each, in order, or folders with input_0 to input_${inputCount - 1}`,
  );
}

/** Of what a path holds, what is of all inputs. Beside folders that are samples, files are something else. */
function completeOf(holders: readonly Holder[], inputCount: number): Holder[] {
  const isEach = inputCount === 1 && holders.every(({ kind }) => kind !== "folder");
  return holders.filter(({ kind }) => isEach || kind !== "file");
}

/** So many files lie beside folders of samples. Throws for one that was named itself, and would be left alone. */
function leftAlone(all: readonly Holder[], complete: readonly Holder[]): number {
  const others = all.filter((holder) => !complete.includes(holder));
  const named = others.find(({ path, root }) => path === root);
  if (named === undefined) return others.length;
  throw new WasmoteError("calibration-invalid", "a file of one input, among samples of all inputs", {
    file: named.path,
  });
}

/** Opens holders, and adds their samples to the columns of the inputs that they are for. */
function opener(total: number, tensors: readonly (FileTensor & { name?: string })[], options: SampleOptions) {
  const { readPart = readPartOfFile, onOpened } = options;
  const problems = createProblems();
  let done = 0;
  const openOne = async (holder: Holder, inputs: readonly number[]): Promise<Opened> => {
    const own = inputs.map((i) => tensors[i]!);
    if (holder.kind === "archive") return { place: holder, files: openArchive(holder.path, own, readPart) };
    const paths = holder.kind === "folder" ? inputFiles(holder.files, own.length) : [holder.path];
    const files: SampleFile[] = [];
    for (const [i, path] of paths.entries()) {
      const file = await problems.attempt(path, () => openSampleFile(path, own[i]!, readPart));
      if (file !== undefined) files.push(file);
    }
    return { place: holder, files };
  };
  const open = async (
    holders: readonly Holder[],
    inputs: readonly number[],
    columns: readonly Column[],
  ): Promise<void> => {
    for (const holder of holders) {
      const opened = await problems.attempt(holder.path, async () => {
        const found = await openOne(holder, inputs);
        if (found.files.length === inputs.length) requireSameCount(found.files.map(({ count }) => count));
        return found;
      });
      for (const [i, file] of opened?.files.entries() ?? []) columns[inputs[i]!]!.add(file, opened!.place);
      onOpened?.(++done, total);
      await breathe(done);
    }
  };
  return { open, end: () => problems.throwIfAny() };
}

function requireSameCount(counts: readonly number[]): void {
  if (counts.every((count) => count === counts[0])) return;
  throw new WasmoteError(
    "calibration-invalid",
    `${counts.join(", ")} samples for the inputs; all need as many`,
  );
}

function sampleSource(columns: readonly Column[], notes: Set<string>, cacheBytes: number): SampleSource {
  const counts = columns.map(({ count }) => count);
  requireSameCount(counts);
  const count = counts[0] ?? 0;
  if (count === 0) throw new WasmoteError("calibration-invalid", "no sample was given");
  const cache = new Map<number, Float32Array[]>();
  let room = cacheBytes;
  const read = async (index: number): Promise<Float32Array[]> => {
    const known = cache.get(index);
    if (known !== undefined) return known;
    const sample: Float32Array[] = [];
    for (const column of columns) sample.push(await column.read(index, notes));
    // What came first stays: a walk over more than there is room for would else throw out all that the next one needs.
    const bytes = sample.reduce((sum, { byteLength }) => sum + byteLength, 0);
    if (bytes <= room) {
      room -= bytes;
      cache.set(index, sample);
    }
    return sample;
  };
  return {
    count,
    files: [...new Set(columns.flatMap(({ paths }) => paths))],
    notes,
    read,
    origin: (index) => columns[0]!.origin(index),
    async *[Symbol.asyncIterator]() {
      for (let index = 0; index < count; index++) yield await read(index);
    },
  };
}
