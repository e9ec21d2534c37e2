import { zipSync } from "fflate";
import type { ReadPart } from "../../../host/files/read.js";
import { openArchive } from "../../../host/run/samples/archive.js";
import { readLabelFile } from "../../../host/run/samples/label-file.js";
import { openSampleFile, type SampleFile } from "../../../host/run/samples/sample-file.js";
import type { FileTensor } from "../../../host/run/tensor-files/read-array.js";
import { readInput } from "../../../host/run/tensor-files/read-input.js";
import { sampleOf } from "../../../host/run/tensor-files/samples.js";
import type { Choices } from "../../link/random-numbers.js";
import { runCases } from "../cases.js";
import { mutate } from "../mutate.js";
import { mutateJson } from "../mutate-json.js";
import type { FuzzInput, FuzzTarget } from "../target.js";
import { wave } from "./sounds.js";
import { npy } from "./tensors.js";

const tensor: FileTensor & { name: string } = { name: "x", dtype: "float32", shape: [2, 3] };

const labels: Readonly<Record<string, (source: Choices) => Uint8Array>> = {
  "labels.npy": npy,
  "labels.json": (source) => mutateJson(source.pick([[0, 1, "a"], ["b", 2], [[0, 1]]]), source),
  "labels.csv": lines,
  "labels.txt": lines,
};

function lines(source: Choices): Uint8Array {
  const pieces = [
    "0",
    "1",
    "a",
    ",",
    ",",
    '"',
    "\n",
    "\n",
    "\r\n",
    "label",
    "x.png",
    "\u0000",
    "\uFEFF",
    " ",
  ];
  return new TextEncoder().encode(
    Array.from({ length: source.below(30) }, () => source.pick(pieces)).join(""),
  );
}

/** What a file holds must be the same read sample by sample and as a whole, in as many samples as it was opened with. */
async function readBothWays(file: SampleFile, name: string, bytes: Uint8Array): Promise<void> {
  const whole = name.endsWith(".npz") ? await file.readAll() : await readInput(bytes, name, tensor);
  if (whole.frames.length !== file.count)
    throw new Error(`${file.count} samples when opened, ${whole.frames.length} when read`);
  for (let i = 0; i < file.count; i++) {
    const frame = file.readOne?.(i).frames[0] ?? (await file.readAll()).frames[i];
    if (Buffer.compare(frame!, whole.frames[i]!) !== 0) throw new Error(`sample ${i} differs`);
    sampleOf(frame!, tensor);
  }
}

/** Damaged files of samples, read in parts and whole, and of labels. */
export const target: FuzzTarget = {
  name: "samples",
  run: (options) =>
    runCases(options, {
      make(source): FuzzInput {
        const kind = source.pick(["a.npy", "a.bin", "a.wav", "a.npz", ...Object.keys(labels)]);
        if (kind === "a.npy") return { [kind]: npy(source) };
        if (kind === "a.wav") return { [kind]: wave(source) };
        if (kind === "a.bin")
          return { [kind]: Uint8Array.from({ length: source.below(80) }, () => source.below(256)) };
        if (kind !== "a.npz") return { [kind]: labels[kind]!(source) };
        const names = ["x.npy", "input_0.npy", "arr_0.npy", "other.npy", "note.txt"];
        const members = Array.from({ length: source.below(3) }, () => [source.pick(names), npy(source)]);
        const archive = zipSync(Object.fromEntries(members), { level: source.pick([0, 6]) });
        return { [kind]: source.chance(0.5) ? archive : mutate(archive, source) };
      },
      async attempt(input) {
        const [name, bytes] = Object.entries(input)[0]!;
        if (name in labels) {
          readLabelFile(bytes, name, (text) => text === "a");
          return `accepted ${name}`;
        }
        const readPart: ReadPart = (_, from, length) => {
          return { bytes: bytes.subarray(from, from + length), size: bytes.length };
        };
        const files = name.endsWith(".npz")
          ? openArchive(name, [tensor], readPart)
          : [await openSampleFile(name, tensor, readPart)];
        for (const file of files) await readBothWays(file, name, bytes);
        return `accepted ${name}`;
      },
    }),
};
