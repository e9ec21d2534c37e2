import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { buildModel } from "../../host/pipeline.js";
import { parseNpy } from "../../host/run/tensor-files/index.js";
import { floats, npy } from "../run/samples/files.js";
import { floatEndedGraph, inProcess, root, smallGraph, temporaryFolder } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
const digits = join(root, "models/digits");
const floatModel = join(digits, "float/model.json");

/** Every twentieth of the test images, as real values, and their labels. */
function testImages(): void {
  const { bytes } = parseNpy(gunzipSync(readFileSync(join(digits, "test/images.npy.gz"))));
  const labels = parseNpy(readFileSync(join(digits, "test/labels.npy"))).bytes;
  const numbers = Array.from({ length: 50 }, (_, i) => 20 * i);
  const pixels = numbers.flatMap((n) =>
    [...bytes.subarray(n * 784, (n + 1) * 784)].map((pixel) => pixel / 255),
  );
  writeFileSync(at("images.npy"), npy([50, 28, 28, 1], floats(...pixels)));
  writeFileSync(at("labels.json"), JSON.stringify(numbers.map((n) => labels[n])));
}

test.before(async () => {
  testImages();
  const calibration = join(digits, "samples/calibration.npy");
  const built = await inProcess([
    ...["build", floatModel, "--calibrate", calibration, "-o", at("digits.wasm"), "--keep", folder],
  ]);
  assert.is(built.code, 0, built.stderr);
  writeFileSync(at("small.wasm"), (await buildModel(smallGraph())).wasm);
  writeFileSync(at("ended.wasm"), (await buildModel(floatEndedGraph())).wasm);
});
test.after(remove);

test("a float model and what was built of it: layers, outputs, agreement and accuracy", async () => {
  const data = ["--input", at("images.npy"), "--labels", at("labels.json")];
  const { code, stdout, stderr } = await inProcess(["compare", floatModel, at("digits.wasm"), ...data]);
  assert.is(code, 0, stderr);
  assert.match(
    stdout,
    /^A: digits .*model\.json, as it is, in float32\nB: digits .*digits\.wasm, on wasm3\n50 samples\n/,
  );
  assert.match(stdout, /\nlayer +operator +B in +SQNR dB +max error/);
  assert.match(stdout, /\nstem +conv2d +int8 +\d\d\.\d /);
  assert.match(stdout, /\nclasses: the same class as A in (9\d|100)\.\d % of 50\n/);
  assert.match(stdout, /\naccuracy on 50 labels: A \d+\.\d %, B \d+\.\d % \([+-]\d\.\d\d points\)\n/);
  const json = await inProcess(["compare", floatModel, at("digits.wasm"), ...data, "--json"]);
  const { layers, outputs, accuracy, samples } = JSON.parse(json.stdout);
  assert.is(samples, 50);
  assert.equal([layers[0].name, layers.length, layers[0].dtype], ["stem", 12, "int8"]);
  // Channels between weighted layers were scaled when it was quantized; what is told is in the model's own values.
  assert.ok(layers.every(({ sqnrDb }: { sqnrDb: number }) => sqnrDb > 20));
  assert.ok(outputs[0].top1Agreement >= 0.98 && outputs[0].rows === 50);
  assert.ok(accuracy.a.accuracy > 0.9 && accuracy.b.accuracy > 0.9);
  assert.is(
    accuracy.a.confusion.flat().reduce((sum: number, count: number) => sum + count),
    50,
  );
});

test("labels may be the names of folders, and images of a folder are read one by one", async () => {
  const pixels = floats(...new Array(784).fill(0));
  for (const name of ["3/a.bin", "7/a.bin", "7/b.bin"]) {
    mkdirSync(at(`folders/${name[0]}`), { recursive: true });
    writeFileSync(at(`folders/${name}`), pixels);
  }
  const args = ["compare", floatModel, at("digits.wasm"), "--input", at("folders"), "--labels", "folders"];
  const { code, stdout, stderr } = await inProcess([...args, "--json"]);
  assert.is(code, 0, stderr);
  const { confusion } = JSON.parse(stdout).accuracy.a;
  const rows = confusion.map((row: number[]) => row.reduce((sum, count) => sum + count));
  assert.equal(rows, [0, 0, 0, 1, 0, 0, 0, 2, 0, 0]);
});

test("models of different dtypes at their ends are given the same real values", async () => {
  writeFileSync(at("reals.json"), "[[0.5, -1, 1.5, 0.25], [1, 1, 1, 1]]");
  const args = ["compare", at("small.wasm"), at("ended.wasm"), "--input", at("reals.json"), "--json"];
  const { outputs } = JSON.parse((await inProcess(args)).stdout);
  assert.ok(outputs[0].equal);
});

test("models that take or give something else are refused, and damaged samples by their file", async () => {
  const refused = async (message: RegExp, ...args: string[]) => {
    const { code, stdout, stderr } = await inProcess(["compare", ...args]);
    assert.equal([code, stdout], [1, ""]);
    assert.match(stderr, message);
  };
  await refused(
    /error\[models-differ\].*inputs of A: stem_input 1x28x28x1; of B: in 1x4\nhelp: Compare a model with what/,
    ...[floatModel, at("small.wasm"), "--input", at("reals.json")],
  );
  writeFileSync(at("folders/7/c.bin"), new Uint8Array(5));
  writeFileSync(at("folders/7/d.png"), new Uint8Array(5));
  await refused(
    /error\[calibration-invalid\].*2 files cannot be taken\n.*c\.bin: 5 bytes.*\n.*d\.png: .*\nhelp: Correct these/,
    ...[floatModel, at("digits.wasm"), "--input", at("folders")],
  );
  writeFileSync(at("nan.bin"), floats(...new Array(783).fill(0), Number.NaN));
  await refused(/not a finite number .*nan\.bin/, floatModel, at("digits.wasm"), "--input", at("nan.bin"));
  await refused(/error\[format-unknown\]/, floatModel, at("images.npy"), "--input", at("nan.bin"));
});

test.run();
