import { test } from "uvu";
import * as assert from "uvu/assert";
import type { WasmoteError } from "../../host/errors.js";
import { answerOfFolder } from "../../host/import/conversions.js";
import { importModel } from "../../host/import/index.js";
import { errorOf } from "../error-of.js";
import { contents, latin1, zipOf } from "../files/contents.js";

const answer = (bytes: Uint8Array, path = "net.dat"): Promise<WasmoteError> =>
  errorOf(importModel(path, bytes, () => bytes));

/** What is told to run for each kind; a kind without a code of its own is convertible. */
const told: Readonly<Record<keyof typeof contents, readonly [help: RegExp, code?: string]>> = {
  npz: [/numpy\.save/, "weights-alone"],
  tfliteSource: [/python3 -c .*net\.tflite.*net\.dat/],
  savedModel: [/TFLiteConverter\.from_saved_model\("FOLDER"\)/],
  tensorflowGraph: [/python -m tf2onnx\.convert --graphdef net\.dat .*--output net\.onnx/],
  tensorflowCheckpoint: [/model\.load_weights.*model\.save\("net\.keras"\)/, "weights-alone"],
  pytorch: [/torch\.onnx\.export\(model\.eval\(\), \(example,\), "net\.onnx"\)/],
  torchscript: [/torch\.jit\.load\("net\.dat"\)/],
  exportedProgram: [/torch\.export\.load\("net\.dat"\)/],
  executorch: [/torch\.onnx\.export/],
  safetensors: [/load_file\("net\.dat"\).*torch\.onnx\.export/, "weights-alone"],
  pickle: [/joblib\.load\("net\.dat"\)/],
  sklearn: [/skl2onnx\.to_onnx\(joblib\.load\("net\.dat"\)/],
  xgboostPickle: [/convert_xgboost\(joblib\.load\("net\.dat"\)/],
  lightgbmPickle: [/convert_lightgbm\(joblib\.load\("net\.dat"\)/],
  xgboost: [/convert_xgboost\(xgboost\.Booster\(model_file="net\.dat"\)/],
  lightgbm: [/convert_lightgbm\(lightgbm\.Booster\(model_file="net\.dat"\)/],
  catboost: [/load_model\("net\.dat"\)\.save_model\("net\.onnx", format="onnx"\)/],
  coreml: [/Core ML.*torch\.onnx\.export/],
  openvino: [/OpenVINO.*torch\.onnx\.export/],
  ncnn: [/ncnn.*torch\.onnx\.export/],
  paddle: [/paddle2onnx --model_dir/],
  caffe: [/caffe2onnx\.convert --prototxt net\.prototxt/],
  darknet: [/torch\.onnx\.export/],
  matlab: [/exportONNXNetwork/],
  gguf: [/llama\.cpp/, "weights-alone"],
  gzip: [/gunzip net\.dat/, "format-unknown"],
  tar: [/tar xf net\.dat/, "format-unknown"],
  zip: [/unzip net\.dat/, "format-unknown"],
};

for (const [kind, [help, code = "format-convertible"]] of Object.entries(told)) {
  test(`${kind}: what it is, and what to do`, async () => {
    for (const bytes of contents[kind as keyof typeof contents]) {
      const error = await answer(bytes);
      assert.is(error.code, code, error.message);
      assert.match(error.message, "it is ");
      assert.match(error.help, help);
      assert.not.match(error.help, "\n", "one line");
    }
  });
}

test("a file whose content tells nothing is answered by its name", async () => {
  const bytes = Uint8Array.of(200, 201, 202, 203);
  const answers: readonly [string, string, RegExp][] = [
    ["net.pth", "format-convertible", /torch\.onnx\.export/],
    ["net.joblib", "format-convertible", /joblib\.load/],
    ["net.ckpt.data-00000-of-00001", "weights-alone", /checkpoint/],
    ["net.mnn", "format-convertible", /MNN/],
    ["net.pdiparams", "format-convertible", /paddle2onnx/],
    ["yolo.weights", "format-convertible", /\.cfg/],
    ["net.caffemodel", "format-convertible", /caffe2onnx/],
    ["group1-shard1of1.bin", "weights-alone", /model\.json/],
    ["net.dat", "format-unknown", /\.tflite/],
  ];
  for (const [path, code, help] of answers) {
    const error = await answer(bytes, path);
    assert.is(error.code, code, path);
    assert.match(error.help, help);
  }
});

test("content decides before the name", async () => {
  const [bytes] = contents.sklearn;
  for (const path of ["net.tflite", "net.onnx", "model.json", "net.pth"])
    assert.match((await answer(bytes, path)).help, /skl2onnx/);
  assert.match((await answer(latin1("no model"), "net.caffemodel")).help, /caffe2onnx/);
});

test("names that code would have to quote do not get into it", async () => {
  const [bytes] = contents.sklearn;
  for (const path of [
    'a"); import os; ("',
    "a b.pkl",
    "-rf.pkl",
    "a$(b).pkl",
    "a\x1b[31m.pkl",
    `${"a".repeat(300)}.pkl`,
  ]) {
    const { help } = await answer(bytes, path);
    assert.match(help, 'joblib.load("FILE")');
    assert.match(help, '"model.onnx"');
  }
  assert.match(
    (await answer(bytes, "some/my-net.v2.pkl")).help,
    /load\("some\/my-net\.v2\.pkl"\).*"my-net\.v2\.onnx"/,
  );
});

test("the models in an archive are named", async () => {
  const few = await answer(zipOf("a/net.tflite", "a/labels.txt", "web/model.json"));
  assert.match(few.message, /a ZIP archive with a\/net\.tflite, web\/model\.json \(/);
  const many = await answer(zipOf("1.onnx", "2.onnx", "3.onnx", "4.onnx", "5.onnx"));
  assert.match(many.message, /with 1\.onnx, 2\.onnx, 3\.onnx and 2 more/);
});

test("a folder in place of a model is answered by what is in it", () => {
  const answers: readonly [string[], string, RegExp, RegExp][] = [
    [
      ["group1-shard1of1.bin", "model.json"],
      "file-unreadable",
      /with model\.json/,
      /file in it: some\/net\/model\.json$/,
    ],
    [
      ["a.tflite", "b.onnx", "notes.txt"],
      "file-unreadable",
      /with a\.tflite, b\.onnx/,
      /some\/net\/a\.tflite/,
    ],
    [
      ["assets", "saved_model.pb", "variables"],
      "format-convertible",
      /SavedModel/,
      /from_saved_model\("some\/net"\)/,
    ],
    [
      ["config.json", "metadata.json", "model.weights.h5"],
      "format-convertible",
      /\.keras/,
      /make_archive\('net\.keras'/,
    ],
    [["Data", "Manifest.json"], "format-convertible", /Core ML/, /torch\.onnx\.export/],
    [["inference.pdiparams", "inference.pdmodel"], "format-convertible", /Paddle/, /--model_dir some\/net/],
    [
      ["config.json", "model.safetensors"],
      "format-convertible",
      /Hugging Face/,
      /optimum-cli export onnx --model some\/net/,
    ],
    [["notes.txt"], "file-unreadable", /no model is in it/, /Name the model's file/],
    [[], "file-unreadable", /no model is in it/, /Name the model's file/],
  ];
  for (const [names, code, found, help] of answers) {
    for (const folder of ["some/net", "some/net/"]) {
      const error = answerOfFolder(folder, names);
      assert.is(error.code, code, `${names}`);
      assert.match(error.message, found);
      assert.match(error.help, help);
    }
  }
});

test.run();
