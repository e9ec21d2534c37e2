/** What a file's content shows it to be, whatever its name. */
export type FileKind = keyof typeof kindNames;

/** Kinds of files, and what they are called. */
export const kindNames = {
  png: "a PNG picture",
  jpg: "a JPEG picture",
  bmp: "a BMP picture",
  gif: "a GIF picture",
  webp: "a WebP picture",
  wav: "a WAV sound",
  npy: "a NumPy array (.npy)",
  npz: "an archive of NumPy arrays (.npz)",
  tflite: "a TFLite model",
  wasm: "a WebAssembly module",
  onnx: "an ONNX model",
  hdf5: "an HDF5 file (Keras .h5)",
  keras: "a Keras model (.keras)",
  savedModel: "a TensorFlow SavedModel (saved_model.pb)",
  pytorch: "a PyTorch file",
  pickle: "a Python pickle",
  zip: "a ZIP archive",
  gzip: "a file packed by gzip",
  elf: "a program (ELF)",
  pdf: "a PDF document",
  html: "a page of HTML, as a failed download leaves it",
  lfs: "a pointer of Git LFS in place of the file; `git lfs pull` fetches it",
} as const;

interface Signature {
  kind: FileKind;
  at?: number;
  bytes: string;
}

/** Signatures as Latin-1 text, most telling first. Sources: the formats' specifications. */
const signatures: readonly Signature[] = [
  { kind: "png", bytes: "\x89PNG\r\n\x1a\n" },
  { kind: "jpg", bytes: "\xff\xd8\xff" },
  { kind: "gif", bytes: "GIF8" },
  { kind: "npy", bytes: "\x93NUMPY" },
  { kind: "wasm", bytes: "\0asm" },
  { kind: "tflite", at: 4, bytes: "TFL3" },
  { kind: "hdf5", bytes: "\x89HDF\r\n\x1a\n" },
  { kind: "gzip", bytes: "\x1f\x8b\x08" },
  { kind: "elf", bytes: "\x7fELF" },
  { kind: "pdf", bytes: "%PDF-" },
  { kind: "lfs", bytes: "version https://git-lfs" },
];

/** Names in a ZIP archive that tell what it holds; searched in its first and last bytes. */
const archives: readonly { kind: FileKind; name: string }[] = [
  { kind: "pytorch", name: "data.pkl" },
  { kind: "keras", name: "model.weights.h5" },
  { kind: "npz", name: ".npy" },
];

/** Bytes at either end of an archive in which names are searched. */
const archiveBytes = 65536;

/** What the bytes of a file are, by their content alone; undefined where nothing tells it. */
export function fileKind(bytes: Uint8Array): FileKind | undefined {
  const start = latin1(bytes.subarray(0, 512));
  const found = signatures.find((signature) => start.startsWith(signature.bytes, signature.at ?? 0));
  if (found !== undefined) return found.kind;
  if (start.startsWith("PK\x03\x04")) return archiveKind(bytes);
  if (/^(RIFF|RIFX|RF64)/.test(start)) {
    return ({ WAVE: "wav", WEBP: "webp" } as const)[start.slice(8, 12)];
  }
  if (isBmp(bytes)) return "bmp";
  if (/^\s*<(!doctype html|html)/i.test(start)) return "html";
  if (bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5) return "pickle";
  return protobufKind(bytes);
}

/** Whether the bytes begin as plain text does: UTF-8 without control characters but line ends and tabs. */
export function isText(bytes: Uint8Array): boolean {
  try {
    // As a stream: a character that is cut at the end is no fault.
    const start = new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(0, 4096), { stream: true });
    return !/[^\P{Cc}\t\n\r\f]/u.test(start);
  } catch {
    return false;
  }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function archiveKind(bytes: Uint8Array): FileKind {
  const decoder = new TextDecoder("latin1");
  const ends = [bytes.subarray(0, archiveBytes), bytes.subarray(-archiveBytes)].map((end) =>
    decoder.decode(end),
  );
  return archives.find(({ name }) => ends.some((end) => end.includes(name)))?.kind ?? "zip";
}

/** "BM", then headers whose sizes are those that there are. */
function isBmp(bytes: Uint8Array): boolean {
  if (bytes.length < 18 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [12, 40, 52, 56, 64, 108, 124].includes(view.getUint32(14, true)) && view.getUint32(6, true) === 0;
}

/**
 * ONNX and SavedModel are messages of Protocol Buffers without a signature; both begin with a small number as field 1.
 * A SavedModel then has graphs as field 2 alone, an ONNX model its graph as field 7 and names before it.
 */
function protobufKind(bytes: Uint8Array): FileKind | undefined {
  const [onnxGraph, onnxOperatorSets] = [7, 8];
  const fields = new Set<number>();
  let at = 0;
  if (bytes[0] !== 0x08) return undefined;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; at < bytes.length && factor <= 2 ** 56; factor *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, wire] = [Math.floor(tag / 8), tag % 8];
    const value = wire === 0 || wire === 2 ? varint() : Number.NaN;
    if (Number.isNaN(value) || field === 0 || field > 64) return undefined;
    fields.add(field);
    if (wire === 2) at += value;
    if (fields.has(onnxGraph) && fields.size > 1) return "onnx";
  }
  if (fields.has(onnxOperatorSets)) return "onnx";
  return fields.size === 2 && fields.has(1) && fields.has(2) && at === bytes.length
    ? "savedModel"
    : undefined;
}
