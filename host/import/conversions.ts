import { type ErrorCode, WasmoteError } from "../errors.js";
import { readableModels } from "../files/formats.js";
import { type FileKind, kindNames } from "../files/kinds.js";
import { zipNames } from "../files/zip-names.js";

/** What a file is called in the code that a user is told to run. */
interface Names {
  /** Its path, where that needs no quoting; else a stand-in. */
  file: string;
  /** The file's name without its ending. */
  model: string;
}

/** The answer to a file of a kind that is not read. */
interface Answer {
  code: Extract<ErrorCode, "format-convertible" | "weights-alone" | "format-unknown">;
  help(names: Names): string;
}

const convertible = (help: Answer["help"]): Answer => ({ code: "format-convertible", help });

/** Models of a runtime that nothing turns back into what they were made of. */
const compiled = (runtime: string): Answer =>
  convertible(
    ({ model }) =>
      `It is made for ${runtime} and is not turned back. Export the model that it was made of: in PyTorch ` +
      `torch.onnx.export(model.eval(), (example,), "${model}.onnx"), in Keras model.save("${model}.keras").`,
  );

/**
 * A model of trees that onnxmltools converts, which has to be told the number of features.
 *
 * @param library what it is of
 * @param from what loads it: `saved` of that library's own, `pickled` of joblib's
 */
const trees = (library: "xgboost" | "lightgbm", from: "saved" | "pickled"): Answer =>
  convertible(({ file, model }) => {
    const load = from === "saved" ? `${library}.Booster(model_file="${file}")` : `joblib.load("${file}")`;
    return (
      `In Python, with FEATURES the number of features: import ${from === "saved" ? library : "joblib"}, onnxmltools; ` +
      "from onnxmltools.convert.common.data_types import FloatTensorType; " +
      `onnx = onnxmltools.convert_${library}(${load}, initial_types=[("x", FloatTensorType([None, FEATURES]))]); ` +
      `onnxmltools.save_model(onnx, "${model}.onnx")`
    );
  });

/** What a model takes as its input, or is calibrated with. */
const input: Answer = {
  code: "format-unknown",
  help: ({ file }) =>
    `It is an input. Name the model first: wasmote build MODEL --calibrate ${file}, wasmote run MODEL.wasm --input ${file}`,
};

/** Kinds of files that hold a model or a part of one and are not read, and what to do with each. */
const answers: Readonly<Partial<Record<FileKind, Answer>>> = {
  savedModel: convertible(
    ({ model }) =>
      "In Python, with FOLDER that in which the file lies: import tensorflow as tf; " +
      `open("${model}.tflite", "wb").write(tf.lite.TFLiteConverter.from_saved_model("FOLDER").convert())`,
  ),
  tensorflowGraph: convertible(
    ({ file, model }) =>
      "Name its inputs and outputs to tf2onnx: " +
      `python -m tf2onnx.convert --graphdef ${file} --inputs INPUT:0 --outputs OUTPUT:0 --output ${model}.onnx`,
  ),
  tensorflowCheckpoint: {
    code: "weights-alone",
    help: ({ model }) =>
      "A checkpoint has variables alone. Load it into the model that it belongs to, and save that: " +
      `model.load_weights("CHECKPOINT"); model.save("${model}.keras")`,
  },
  pytorch: convertible(
    ({ model }) =>
      "PyTorch's files need the code of their model. In Python, with the model loaded, and an example of its input: import torch; " +
      `torch.onnx.export(model.eval(), (example,), "${model}.onnx")`,
  ),
  torchscript: convertible(
    ({ file, model }) =>
      "In Python, with an example of its input: import torch; " +
      `torch.onnx.export(torch.jit.load("${file}").eval(), (example,), "${model}.onnx", dynamo=False)`,
  ),
  exportedProgram: convertible(
    ({ file, model }) =>
      "In Python: import torch; " +
      `torch.onnx.export(torch.export.load("${file}"), (), "${model}.onnx", dynamo=True)`,
  ),
  executorch: compiled("ExecuTorch"),
  safetensors: {
    code: "weights-alone",
    help: ({ file, model }) =>
      "In Python, with the module that they belong to, and an example of its input: import safetensors.torch, torch; " +
      `model.load_state_dict(safetensors.torch.load_file("${file}")); ` +
      `torch.onnx.export(model.eval(), (example,), "${model}.onnx")`,
  },
  npz: {
    code: "weights-alone",
    help: () =>
      "Export the model that the arrays belong to, from the tool that trained it. Samples for --calibrate are .npy files: " +
      'numpy.save("samples.npy", array)',
  },
  pickle: convertible(
    ({ file, model }) =>
      `Only Python reads a pickle. Load it there (joblib.load("${file}")), and export what it holds: of scikit-learn ` +
      `skl2onnx.to_onnx(model, X[:1].astype("float32")), of PyTorch torch.onnx.export(model.eval(), (example,), "${model}.onnx")`,
  ),
  sklearn: convertible(
    ({ file, model }) =>
      "In Python, with X the samples that it was trained with: import joblib, skl2onnx; " +
      `onnx = skl2onnx.to_onnx(joblib.load("${file}"), X[:1].astype("float32")); ` +
      `open("${model}.onnx", "wb").write(onnx.SerializeToString())`,
  ),
  xgboost: trees("xgboost", "saved"),
  xgboostPickle: trees("xgboost", "pickled"),
  lightgbm: trees("lightgbm", "saved"),
  lightgbmPickle: trees("lightgbm", "pickled"),
  catboost: convertible(
    ({ file, model }) =>
      "In Python: import catboost; " +
      `catboost.CatBoost().load_model("${file}").save_model("${model}.onnx", format="onnx")`,
  ),
  coreml: compiled("Core ML"),
  openvino: compiled("OpenVINO"),
  ncnn: compiled("ncnn"),
  mnn: compiled("MNN"),
  paddle: convertible(
    ({ model }) =>
      "paddle2onnx converts the folder: " +
      `paddle2onnx --model_dir FOLDER --model_filename ${model}.pdmodel --params_filename ${model}.pdiparams --save_file ${model}.onnx`,
  ),
  caffe: convertible(
    ({ model }) =>
      "caffe2onnx converts it: " +
      `python -m caffe2onnx.convert --prototxt ${model}.prototxt --caffemodel ${model}.caffemodel --onnx ${model}.onnx`,
  ),
  darknet: convertible(
    ({ model }) =>
      "Load .cfg and .weights into a PyTorch module of the same network (ports of Darknet have one), and export it: " +
      `torch.onnx.export(model.eval(), (example,), "${model}.onnx")`,
  ),
  matlab: convertible(({ model }) => `In MATLAB: exportONNXNetwork(net, "${model}.onnx")`),
  gguf: {
    code: "weights-alone",
    help: () =>
      "It is for llama.cpp, and no microcontroller holds such a model. Take one of up to some megabytes.",
  },
  tfliteSource: convertible(
    ({ file, model }) =>
      "Turn the array back into a file: " +
      `python3 -c "import re; open('${model}.tflite', 'wb').write(bytes(int(h, 16) for h in re.findall('0x[0-9a-fA-F]{2}', open('${file}').read())))"`,
  ),
  ...Object.fromEntries(["png", "jpg", "bmp", "wav", "npy"].map((kind) => [kind, input])),
  zip: { code: "format-unknown", help: ({ file }) => `Unpack it, and give the model in it: unzip ${file}` },
  tar: { code: "format-unknown", help: ({ file }) => `Unpack it, and give the model in it: tar xf ${file}` },
  gzip: {
    code: "format-unknown",
    help: ({ file }) =>
      `Unpack it, and give what comes out: gunzip ${file}, or tar xzf ${file} where it is an archive`,
  },
};

/** Endings of files whose content may not tell what they are; the whole name where it has none of its own. */
const endings: readonly (readonly [RegExp, FileKind])[] = [
  [/\.(pt|pth|ptl)$/, "pytorch"],
  [/\.pt2$/, "exportedProgram"],
  [/\.(pkl|pickle|joblib)$/, "pickle"],
  [/\.(ckpt|ckpt\.meta|meta|index|data-\d{5}-of-\d{5})$/, "tensorflowCheckpoint"],
  [/\.pb$/, "tensorflowGraph"],
  [/\.mlmodel$/, "coreml"],
  [/\.mnn$/, "mnn"],
  [/\.(pdmodel|pdiparams)$/, "paddle"],
  [/\.(caffemodel|prototxt)$/, "caffe"],
  [/\.weights$/, "darknet"],
  [/\.param$/, "ncnn"],
];

/** Files in an archive or a folder that are models of their own. */
const modelNames = /\.(tflite|onnx|keras|h5|hdf5)$|(^|\/)model\.json$/i;

/** So many of them are told. */
const toldNames = 3;

/** Models that are folders, by a file that each has. */
const folders: readonly { file: RegExp; name: string; help(names: Names): string }[] = [
  {
    file: /^saved_model\.pb$/,
    name: "a TensorFlow SavedModel",
    help: ({ file, model }) =>
      "In Python: import tensorflow as tf; " +
      `open("${model}.tflite", "wb").write(tf.lite.TFLiteConverter.from_saved_model("${file}").convert())`,
  },
  {
    file: /^model\.weights\.h5$/,
    name: "a .keras model that was unpacked",
    help: ({ file, model }) =>
      `Pack it again: python3 -c "import shutil; shutil.make_archive('${model}.keras', 'zip', '${file}')", ` +
      `and name ${model}.keras.zip`,
  },
  { file: /^Manifest\.json$/, name: "a package of Core ML", help: compiled("Core ML").help },
  {
    file: /\.(pdmodel|pdiparams)$|^__model__$/,
    name: "a PaddlePaddle model",
    help: ({ file, model }) =>
      `paddle2onnx --model_dir ${file} --model_filename inference.pdmodel --params_filename inference.pdiparams --save_file ${model}.onnx`,
  },
  {
    file: /^pytorch_model.*\.bin$|\.safetensors$/,
    name: "a model of Hugging Face",
    help: ({ file }) => `Export it with optimum: optimum-cli export onnx --model ${file} out`,
  },
];

/** The error that says what a file of a kind that is not read is, and what to do. */
export function answerOf(kind: FileKind, bytes: Uint8Array, path: string): WasmoteError {
  const answer = answers[kind];
  const found = `it is ${kindNames[kind]}${kind === "zip" ? listed(zipNames(bytes)) : ""}`;
  if (answer === undefined) return new WasmoteError("format-unknown", found);
  return new WasmoteError(answer.code, found, {}, { help: answer.help(namesOf(path)) });
}

/** As `answerOf`, by the file's name alone, where its content tells nothing; undefined where neither does. */
export function answerByEnding(path: string): WasmoteError | undefined {
  const name = fileName(path).toLowerCase();
  const [, kind] = endings.find(([ending]) => ending.test(name)) ?? [];
  if (kind === undefined) return /\.bin$/.test(name) ? weightsBeside() : undefined;
  const { code, help } = answers[kind] as Answer;
  const found = `its content tells nothing; by its name it is ${kindNames[kind]}`;
  return new WasmoteError(code, found, {}, { help: help(namesOf(path)) });
}

/** A `.bin` may be of many formats, each of which has the model in another file. */
function weightsBeside(): WasmoteError {
  const help = "Name the model's own file, which lies beside it: model.json (TF.js), .onnx, .xml, .param.";
  return new WasmoteError("weights-alone", "its content tells nothing; a .bin holds weights", {}, { help });
}

/**
 * The error that says what a folder holds that is named as a model, and what to do.
 *
 * @param names of the files in it
 */
export function answerOfFolder(path: string, names: readonly string[]): WasmoteError {
  const folder = path.replace(/[\\/]+$/, "") || path;
  const known = folders.find(({ file }) => names.some((name) => file.test(name)));
  if (known !== undefined) {
    const help = known.help(namesOf(folder));
    return new WasmoteError("format-convertible", `it is a folder, ${known.name}`, { file: path }, { help });
  }
  const first = names.find((name) => modelNames.test(name));
  const help =
    first === undefined
      ? `Name the model's file: ${readableModels}.`
      : `Name the file in it: ${folder}/${first}`;
  const found = `it is a folder${listed(names) || ", and no model is in it"}`;
  return new WasmoteError("file-unreadable", found, { file: path }, { help });
}

/** The first of the models in an archive or a folder, as ` with NAME`. */
function listed(names: readonly string[]): string {
  const models = names.filter((name) => modelNames.test(name));
  if (models.length === 0) return "";
  const more = models.length - toldNames;
  return ` with ${models.slice(0, toldNames).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function fileName(path: string): string {
  return path.split(/[\\/]/).pop() ?? path;
}

/** Names as they may stand in code: what would have to be quoted there is replaced. */
function namesOf(path: string): Names {
  const isPlain = /^[\w./-]{1,200}$/.test(path) && !path.startsWith("-");
  const file = isPlain ? path : "FILE";
  return { file, model: isPlain ? fileName(path).replace(/\.[^.]*$/, "") || "model" : "model" };
}
