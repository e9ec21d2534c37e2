import { WasmoteError } from "../../errors.js";
import { maxFileBytes } from "../../files/limits.js";
import type { ReadPart } from "../../files/read.js";
import { unpack } from "../../files/unzip.js";
import { parseNpy } from "../tensor-files/npy.js";
import { type FileTensor, framesOfNpy, type InputFrames } from "../tensor-files/read-array.js";
import { readWhole, type SampleFile } from "./sample-file.js";

/** Ending of an archive of `.npy` files, which NumPy's `savez` writes. */
export const archiveEnding = "npz";

/**
 * Opens a `.npz`: a ZIP archive with an array for each input, of the input's own name, or as `input_0`, `input_1`, ... or
 * NumPy's `arr_0`, `arr_1`, ... in order; for a model of one input also one array of any name. It is unpacked whole.
 *
 * @returns the samples of each input, in order
 * @throws `file-unreadable`, `file-too-large`, `input-*`
 */
export function openArchive(
  path: string,
  inputs: readonly (FileTensor & { name?: string })[],
  readPart: ReadPart,
): SampleFile[] {
  const { size } = readPart(path, 0, 0);
  const arrays = unpackArrays(path, size, readPart, () => true);
  const names = [...arrays.keys()];
  return inputs.map((tensor, i) => {
    const name = nameFor(tensor.name, i, inputs.length, names);
    const read = (bytes: Uint8Array): InputFrames => framesOfNpy(parseNpy(bytes), tensor);
    const readAll = async (): Promise<InputFrames> => {
      const own = unpackArrays(path, size, readPart, (other) => other === name).get(name);
      return own === undefined ? { frames: [], notes: [] } : read(own);
    };
    return { path, count: read(arrays.get(name)!).frames.length, readAll };
  });
}

function unpackArrays(
  path: string,
  size: number,
  readPart: ReadPart,
  isWanted: (name: string) => boolean,
): Map<string, Uint8Array> {
  const bytes = readWhole(path, size, readPart);
  const nameOf = (file: string) => file.replace(/\.npy$/, "");
  const files = unpack(bytes, (file) => file.endsWith(".npy") && isWanted(nameOf(file)), maxFileBytes, {
    damaged: "input-invalid",
    tooLarge: "input-size",
  });
  return new Map([...files].map(([file, content]) => [nameOf(file), content]));
}

/** Which array of an archive is input `index`. */
function nameFor(own: string | undefined, index: number, count: number, names: readonly string[]): string {
  const possible = [own, own?.replace(/:\d+$/, ""), `input_${index}`, `arr_${index}`];
  const found = possible.find((name) => name !== undefined && names.includes(name));
  if (found !== undefined) return found;
  if (count === 1 && names.length === 1) return names[0]!;
  const expected = [...(own === undefined ? [] : [own]), `input_${index}`, `arr_${index}`];
  throw new WasmoteError(
    "input-invalid",
    `it holds ${names.length === 0 ? "no array" : names.join(", ")}; for input ${index} ${expected.join(" or ")} is expected`,
  );
}
