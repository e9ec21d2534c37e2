import { zipSync } from "fflate";

/** Bytes of a text in which every character is one byte. */
export const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

/** A ZIP archive of files of these names. */
export const zipOf = (...names: string[]): Uint8Array =>
  zipSync(Object.fromEntries(names.map((name) => [name, latin1(`what ${name} holds`)])));

const numberOf = (value: number): string =>
  value < 128 ? String.fromCharCode(value) : String.fromCharCode(128 + (value % 128)) + numberOf(value >> 7);

/** A message of Protocol Buffers: numbers of fields with a number, or a text (a message in it likewise). */
export const message = (...fields: readonly (readonly [number, number | string])[]): string =>
  fields
    .map(([field, value]) =>
      typeof value === "number"
        ? numberOf(8 * field) + numberOf(value)
        : numberOf(8 * field + 2) + numberOf(value.length) + value,
    )
    .join("");

const uint64 = (value: number): string => String.fromCharCode(value & 255, value >> 8, 0, 0, 0, 0, 0, 0);

/** Safetensors' bytes with this header. */
export function safetensors(header: object): Uint8Array {
  const text = JSON.stringify(header);
  return latin1(`${uint64(text.length)}${text}\0\0\0\0`);
}

const network = message([1, "input"], [2, "Placeholder"]);
const paddleBlock = `\x08\0\x10${"\xff".repeat(9)}\x01`;
const xgboostParameters = "\0\0\0\x3f\x04\0\0\0".padEnd(136, "\0");

/**
 * Beginnings of files as the tools that make models write them, by the kind that they are of; of some kinds several.
 * Made by hand, from the formats' specifications and files of the tools.
 */
export const contents = {
  npz: [zipOf("arr_0.npy", "arr_1.npy")],
  tfliteSource: [
    latin1(
      "alignas(16) const unsigned char g_model[] = {\n  0x1c, 0x00, 0x00, 0x00, 0x54, 0x46, 0x4c, 0x33,\n",
    ),
    latin1("unsigned char m[] = {0x20,0x00,0x00,0x00,0x54,0x46,0x4C,0x33,0x00};"),
  ],
  savedModel: [latin1(message([1, 1], [2, message([1, "tag"])]))],
  tensorflowGraph: [latin1(message([1, network], [1, message([1, "a/b"], [2, "MatMul"], [3, "input"])]))],
  tensorflowCheckpoint: [
    latin1('model_checkpoint_path: "model.ckpt-10"\n'),
    latin1(`\0\0\x05key${"\0".repeat(40)}\x57\xfb\x80\x8b\x24\x75\x47\xdb`),
  ],
  pytorch: [
    zipOf("net/data.pkl", "net/data/0", "net/version"),
    latin1("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\x02M\xe9\x03."),
    latin1("\x80\x02ctorch._utils\n_rebuild_tensor_v2\nq\0"),
  ],
  torchscript: [
    zipOf("net/data.pkl", "net/code/__torch__.py", "net/constants.pkl", "net/version"),
    zipOf("net/bytecode.pkl", "net/data.pkl"),
  ],
  exportedProgram: [
    zipOf("net/archive_format", "net/models/model.json", "net/data/weights/weight_0"),
    zipOf("serialized_exported_program.json", "serialized_state_dict.pt", "version"),
  ],
  executorch: [latin1("\x30\0\0\0ET12eh00\0\0\0\0")],
  safetensors: [
    safetensors({ "layer.weight": { dtype: "F32", shape: [1], data_offsets: [0, 4] } }),
    safetensors({ __metadata__: { format: "pt" }, w: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }),
  ],
  pickle: [latin1("\x80\x04\x95\x0a\0\0\0\0\0\0\0}\x94\x8c\x01a\x94K\x01s."), latin1("(dp0\nVa\np1\nI1\ns.")],
  sklearn: [
    latin1(
      "\x80\x04\x95\x98\x0b\0\0\0\0\0\0\x8c\x18sklearn.ensemble._forest\x94\x8c\x16RandomForestClassifier\x94",
    ),
    latin1("ccopy_reg\n_reconstructor\np0\n(csklearn.ensemble._forest\nRandomForestClassifier\np1\n"),
    latin1("\x80\x02csklearn.svm._classes\nSVC\nq\0)\x81q\x01"),
  ],
  xgboostPickle: [
    latin1("\x80\x04\x95\xdb\x15\0\0\0\0\0\0\x8c\x0fxgboost.sklearn\x94\x8c\x0dXGBClassifier\x94"),
  ],
  lightgbmPickle: [
    latin1("\x80\x04\x95\xfd\x15\0\0\0\0\0\0\x8c\x10lightgbm.sklearn\x94\x8c\x0eLGBMClassifier\x94"),
  ],
  xgboost: [
    latin1('{"learner":{"attributes":{},"feature_names":[],"feature_types":[],"gradient_booster":{'),
    latin1("{L\0\0\0\0\0\0\0\x07learner{L\0\0\0\0\0\0\0\x0aattributes{}L"),
    latin1(`${xgboostParameters}${uint64(15)}binary:logistic${uint64(6)}gbtree`),
  ],
  lightgbm: [latin1("tree\nversion=v4\nnum_class=1\n"), latin1("tree\r\nversion=v3\r\n")],
  catboost: [latin1("CBM1\x70\x03\0\0")],
  coreml: [latin1(message([1, 4], [2, message([1, "x"])], [500, message([1, "layer"])]))],
  openvino: [latin1('<?xml version="1.0"?>\n<net name="net" version="11">\n\t<layers>')],
  ncnn: [latin1("7767517\n2 2\nInput data 0 1 data\n"), latin1("\xdd\x85\x76\0\x02\0\0\0")],
  paddle: [
    latin1(message([1, `${paddleBlock}${message([3, "x"])}`], [4, message([1, 0])])),
    latin1('{"base_code":{"magic":"pir","trainable":true,"version":1},"program":{'),
  ],
  caffe: [
    latin1(message([1, "LeNet"], [100, message([1, "data"], [2, "Input"])])),
    latin1('name: "LeNet"\nlayer {\n  name: "data"\n  type: "Input"\n}\n'),
  ],
  darknet: [latin1("# Testing\n# batch=1\n\n[net]\nbatch=1\n"), latin1("[network]\nwidth=416\n")],
  matlab: [latin1("MATLAB 5.0 MAT-file, Platform: GLNXA64")],
  gguf: [latin1("GGUF\x03\0\0\0")],
  gzip: [latin1("\x1f\x8b\x08\0\0\0\0\0")],
  tar: [latin1(`${"net/".padEnd(257, "\0")}ustar\x0000`)],
  zip: [zipOf("words.txt"), zipOf("a/net.tflite", "a/labels.txt")],
} as const;
