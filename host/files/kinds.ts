import { protobufKind } from "./protobuf-kind.js";
import { zipNames } from "./zip-names.js";

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
  tfliteSource: "a TFLite model as source text, an array of its bytes",
  wasm: "a WebAssembly module",
  onnx: "an ONNX model",
  hdf5: "an HDF5 file (Keras .h5)",
  keras: "a Keras model (.keras)",
  savedModel: "a TensorFlow SavedModel (saved_model.pb)",
  tensorflowGraph: "a TensorFlow graph (GraphDef, a frozen .pb)",
  tensorflowCheckpoint: "a part of a TensorFlow checkpoint",
  pytorch: "a PyTorch file",
  torchscript: "a TorchScript program of PyTorch",
  exportedProgram: "an exported program of PyTorch (.pt2)",
  executorch: "an ExecuTorch program (.pte)",
  safetensors: "weights as safetensors",
  pickle: "a Python pickle",
  sklearn: "a pickled scikit-learn model",
  xgboostPickle: "a pickled XGBoost model",
  lightgbmPickle: "a pickled LightGBM model",
  xgboost: "an XGBoost model",
  lightgbm: "a LightGBM model",
  catboost: "a CatBoost model",
  coreml: "a Core ML model",
  openvino: "an OpenVINO model (.xml)",
  ncnn: "an ncnn model (.param)",
  mnn: "an MNN model",
  paddle: "a PaddlePaddle model",
  caffe: "a Caffe model",
  darknet: "a Darknet model",
  matlab: "a MATLAB file (.mat)",
  gguf: "a language model's weights (GGUF)",
  zip: "a ZIP archive",
  gzip: "a file packed by gzip",
  tar: "a tar archive",
  elf: "a program (ELF)",
  pdf: "a PDF document",
  html: "a page of HTML, as a failed download leaves it",
  patch: "a patch between two models, of `wasmote diff`",
  sealed: "an encrypted model, of `wasmote sign --encrypt-to`",
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
  { kind: "executorch", at: 4, bytes: "ET12" },
  { kind: "hdf5", bytes: "\x89HDF\r\n\x1a\n" },
  // torch.save before PyTorch 1.6: a pickle of the number 0x1950a86a20f9469cfc6c.
  { kind: "pytorch", bytes: "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." },
  { kind: "gguf", bytes: "GGUF" },
  { kind: "catboost", bytes: "CBM1" },
  { kind: "lightgbm", bytes: "tree\nversion=" },
  { kind: "lightgbm", bytes: "tree\r\nversion=" },
  { kind: "ncnn", bytes: "7767517\n" },
  { kind: "ncnn", bytes: "7767517\r\n" },
  { kind: "ncnn", bytes: "\xdd\x85\x76\0" },
  { kind: "matlab", bytes: "MATLAB 5.0 MAT-file" },
  { kind: "matlab", bytes: "MATLAB 7.3 MAT-file" },
  { kind: "tensorflowCheckpoint", bytes: "model_checkpoint_path:" },
  { kind: "gzip", bytes: "\x1f\x8b\x08" },
  { kind: "tar", at: 257, bytes: "ustar" },
  { kind: "patch", bytes: "WMPT" },
  { kind: "sealed", bytes: "WMSE" },
  { kind: "elf", bytes: "\x7fELF" },
  { kind: "pdf", bytes: "%PDF-" },
  { kind: "lfs", bytes: "version https://git-lfs" },
];

/** What texts, or what is nearly one, begin with; `.` and `$` are of one line. */
const patterns: readonly { kind: FileKind; pattern: RegExp }[] = [
  { kind: "html", pattern: /^\s*<(!doctype html|html)/i },
  { kind: "openvino", pattern: /^\s*(<\?xml[^>]*>\s*)?<net\s[^>]*version="\d+"/ },
  { kind: "xgboost", pattern: /^\s*\{\s*"learner"\s*:\s*\{/ },
  // The same in binary JSON (UBJSON): a brace, and the length of the first key.
  { kind: "xgboost", pattern: /^\{[iUIlL][^"]{1,8}learner\{/ },
  // Before XGBoost 1.0: 136 bytes of parameters, then the objective's name with its length.
  { kind: "xgboost", pattern: /^.{137}\W{7}(binary|count|multi|rank|reg|survival):/s },
  { kind: "paddle", pattern: /^\s*\{\s*"base_code"\s*:\s*\{[^}]*"magic"\s*:\s*"pir"/ },
  { kind: "darknet", pattern: /^\s*(#[^\n]*\n\s*)*\[net(work)?\]\s/ },
  { kind: "caffe", pattern: /^(?=\s*(name|input|layers?)\s*[:{])[\s\S]*\blayers?\s*\{\s*[^}]*\btype\s*:/ },
  { kind: "tfliteSource", pattern: /0x54\s*,\s*0x46\s*,\s*0x4c\s*,\s*0x33/i },
  // A pickle as text: the name of a class, a dictionary or a list, and what is remembered of it.
  { kind: "pickle", pattern: /^(c[\w.]+\n\w+\n|\([dl])p\d+\n/ },
];

/** Bytes at the beginning of a file in which patterns are looked for. */
const patternBytes = 4096;

/** What names in a ZIP archive tell of it, most telling first. */
const archives: readonly { kind: FileKind; name: RegExp }[] = [
  { kind: "torchscript", name: /(^|\/)(constants\.pkl|bytecode\.pkl)$/ },
  { kind: "exportedProgram", name: /(^|\/)(archive_format|serialized_exported_program\.json)$/ },
  { kind: "pytorch", name: /(^|\/)data\.pkl$/ },
  { kind: "keras", name: /^model\.weights\.h5$/ },
  { kind: "npz", name: /\.npy$/ },
];

/** Libraries whose models are pickled, by the module that a pickle names first. */
const pickled: Readonly<Record<string, FileKind>> = {
  sklearn: "sklearn",
  xgboost: "xgboostPickle",
  lightgbm: "lightgbmPickle",
  torch: "pytorch",
};

/** Bytes of a pickle in which modules are looked for. */
const pickleBytes = 65_536;

/** What the bytes of a file are, by their content alone; undefined where nothing tells it. */
export function fileKind(bytes: Uint8Array): FileKind | undefined {
  const start = latin1(bytes.subarray(0, patternBytes));
  const found = signatures.find((signature) => start.startsWith(signature.bytes, signature.at ?? 0));
  if (found !== undefined) return found.kind;
  if (start.startsWith("PK\x03\x04")) return archiveKind(bytes);
  if (/^(RIFF|RIFX|RF64)/.test(start)) {
    return ({ WAVE: "wav", WEBP: "webp" } as const)[start.slice(8, 12)];
  }
  if (isBmp(bytes)) return "bmp";
  if (isSafetensors(bytes, start)) return "safetensors";
  const kind = patterns.find(({ pattern }) => pattern.test(start))?.kind;
  if (kind === "pickle" || (bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5)) return pickleKind(bytes);
  if (kind !== undefined) return kind;
  return isTable(bytes) ? "tensorflowCheckpoint" : protobufKind(bytes);
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

/** Every byte as the character of its number, which TextDecoder's "latin1" does not do from 0x80 to 0x9f. */
function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function archiveKind(bytes: Uint8Array): FileKind {
  const names = zipNames(bytes);
  return archives.find(({ name }) => names.some((entry) => name.test(entry)))?.kind ?? "zip";
}

/** The library whose module a pickle names first. */
function pickleKind(bytes: Uint8Array): FileKind {
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, pickleBytes));
  const [, library] = /[^\w.]c?(sklearn|xgboost|lightgbm|torch)[.\n]/.exec(text) ?? [];
  return library === undefined ? "pickle" : (pickled[library] as FileKind);
}

/** "BM", then headers whose sizes are those that there are. */
function isBmp(bytes: Uint8Array): boolean {
  if (bytes.length < 18 || bytes[0] !== 0x42 || bytes[1] !== 0x4d) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return [12, 40, 52, 56, 64, 108, 124].includes(view.getUint32(14, true)) && view.getUint32(6, true) === 0;
}

/** The length of a header in 8 bytes, then the header, JSON that says where each tensor's bytes are. */
function isSafetensors(bytes: Uint8Array, start: string): boolean {
  if (bytes.length < 10 || start[8] !== "{") return false;
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true);
  const fits = length <= BigInt(bytes.length - 8);
  return (
    fits && /^\{\s*("__metadata__"|"[^"]*"\s*:\s*\{\s*"(dtype|shape|data_offsets)")/.test(start.slice(8))
  );
}

/** An index of a TensorFlow checkpoint is a table of LevelDB, which ends with a number of its own. */
function isTable(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(-8)) === "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
}
