import { WasmoteError } from "../../errors.js";
import { fileTooLarge, maxFileBytes } from "../../files/limits.js";
import type { ReadPart } from "../../files/read.js";
import { elementCount, tensorBytes } from "../../graph/tensor.js";
import { requireWholeFrames } from "../tensor-files/frames.js";
import { npyElementBytes, npyHeadBytes, readNpyLayout } from "../tensor-files/npy.js";
import { pictureSize } from "../tensor-files/picture.js";
import {
  type FileTensor,
  fileType,
  framesOfNpy,
  type InputFrames,
  readArrayAs,
  requireNpyFrames,
} from "../tensor-files/read-array.js";
import { inputKind, isPicture, readInputAs } from "../tensor-files/read-input.js";
import { soundLength } from "../tensor-files/sound.js";
import { readWaveHeader } from "../tensor-files/wav.js";

/** A file that holds samples of one input. */
export interface SampleFile {
  readonly path: string;
  /** Samples in it. */
  readonly count: number;
  /** Reads the sample of that number and no other; absent where a file is read whole. */
  readOne?(index: number): InputFrames;
  /** Reads all of its samples. */
  readAll(): Promise<InputFrames>;
}

/** Enough of a file's beginning to tell its kind. */
export const headBytes = npyHeadBytes;

/**
 * Opens a file of samples: its kind and its number of samples are known then, from its beginning alone but for `.json`.
 * A `.npy` and a `.bin` are read sample by sample, whatever their size.
 *
 * @throws `file-unreadable`, `file-too-large`, `input-*`
 */
export async function openSampleFile(
  path: string,
  tensor: FileTensor,
  readPart: ReadPart,
): Promise<SampleFile> {
  const { bytes: head, size } = readPart(path, 0, headBytes);
  const kind = inputKind(head, size, path, fileType(tensor));
  const readAll = (): Promise<InputFrames> => readInputAs(kind, readWhole(path, size, readPart), tensor);
  if (isPicture(kind)) {
    pictureSize(tensor);
    return { path, count: 1, readAll };
  }
  if (kind === "wav") {
    const part = (from: number, length: number) => readPart(path, from, length).bytes;
    const samples = soundLength(readWaveHeader({ size, part: buffered(head, part) }), tensor.sampleRate);
    return { path, count: soundFrames(samples, tensor), readAll };
  }
  if (kind === "bin") return openBin(path, size, tensor, readPart, readAll);
  if (kind === "npy") return openNpy(path, head, size, tensor, readPart, readAll);
  return { path, count: (await readAll()).frames.length, readAll };
}

const soundFrames = (samples: number, tensor: FileTensor): number =>
  requireWholeFrames(samples, elementCount(tensor.shape), "samples", fileType(tensor));

/** Parts of a file, without reading again what lies in its beginning. */
function buffered(head: Uint8Array, part: (from: number, length: number) => Uint8Array) {
  return (from: number, length: number): Uint8Array =>
    from + length <= head.length ? head.subarray(from, from + length) : part(from, length);
}

function openBin(
  path: string,
  size: number,
  tensor: FileTensor,
  readPart: ReadPart,
  readAll: SampleFile["readAll"],
): SampleFile {
  const type = fileType(tensor);
  const each = tensorBytes(type);
  const count = requireWholeFrames(size, each, "bytes", type);
  const readOne = (index: number): InputFrames =>
    readArrayAs("bin", exactly(path, index * each, each, readPart), tensor);
  return { path, count, readOne, readAll };
}

function openNpy(
  path: string,
  head: Uint8Array,
  size: number,
  tensor: FileTensor,
  readPart: ReadPart,
  readAll: SampleFile["readAll"],
): SampleFile {
  const { dtype, shape, fortranOrder, dataStart } = readNpyLayout(head, size);
  const count = requireNpyFrames({ dtype, shape }, tensor);
  if (fortranOrder) return { path, count, readAll };
  const each = elementCount(tensor.shape) * npyElementBytes(dtype);
  const readOne = (index: number): InputFrames => {
    const bytes = exactly(path, dataStart + index * each, each, readPart);
    return framesOfNpy({ dtype, shape: tensor.shape, bytes }, tensor);
  };
  return { path, count, readOne, readAll };
}

/** Reads a file whole. Throws `file-too-large` for one that is larger than any file is read whole. */
export function readWhole(path: string, size: number, readPart: ReadPart): Uint8Array {
  if (size > maxFileBytes) throw fileTooLarge(size, maxFileBytes, path);
  return exactly(path, 0, size, readPart);
}

/** A part of a file that was there when the file was opened. */
function exactly(path: string, from: number, length: number, readPart: ReadPart): Uint8Array {
  const { bytes } = readPart(path, from, length);
  if (bytes.length === length) return bytes;
  throw new WasmoteError("file-unreadable", "it became shorter while it was read", { file: path });
}
