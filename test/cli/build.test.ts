import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { writeNpy } from "../../host/run/tensor-files/index.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { inProcess, root, temporaryFolder, wasmote } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
const build = (...args: string[]) => wasmote(folder, ["build", ...args]);
const digits = join(root, "models/digits");

test.before(() => writeFileSync(at("net.tflite"), writeTflite(smallModel())));
test.after(remove);

test("build writes a file that runs, names it after the model, and tells every size", () => {
  const { code, stdout, stderr } = build("net.tflite");
  assert.is(code, 0, stderr);
  const file = readFileSync(at("net.wasm"));
  assert.ok(WebAssembly.validate(file));
  assert.match(stderr, `wrote net.wasm (${file.length.toLocaleString("en-US")} bytes)`);
  assert.match(stdout, /^net {2}\d steps, 1,104 MACs\n/);
  assert.match(stdout, "input   input  1x6x6x2 int8, scale 0.02, zero point -5\n");
  assert.match(stdout, "output  output  1x5 int8, scale 0.1, zero point 0\n");
  assert.match(stdout, /\narena \d+ bytes, lower bound \d+ bytes/);
  for (const row of ["linear memory", "code", "weights", "file"]) {
    assert.match(stdout, new RegExp(`\\n${row} +[\\d,]+ bytes`));
  }
});

test("--json tells the same, and the same model gives the same bytes", () => {
  const before = readFileSync(at("net.wasm"));
  const { code, stdout, stderr } = build("net.tflite", "-o", "made/again.wasm", "--json");
  assert.is(code, 0, stderr);
  const report = JSON.parse(stdout);
  assert.is(report.file, "made/again.wasm");
  assert.is(report.fileBytes, before.length);
  assert.is(report.memory.linearBytes, Math.ceil(report.memory.arenaBytes / 16) * 16);
  assert.ok(report.memory.boundBytes <= report.memory.arenaBytes);
  const { linearBytes, arenaBytes, stateBytes, rowBytes } = report.memory;
  assert.equal([stateBytes, arenaBytes + stateBytes + rowBytes], [0, linearBytes]);
  assert.equal(
    report.steps.map((step: { operator: string }) => step.operator),
    ["conv2d", "fullyConnected"],
    "a reshape is nothing to do",
  );
  assert.ok(readFileSync(at("made/again.wasm")).equals(before));
});

test("--keep keeps the steps, with the command line at their top", () => {
  const { code, stderr } = build("net.tflite", "-o", "kept.wasm", "--keep", "kept/steps");
  assert.is(code, 0, stderr);
  const steps = readFileSync(at("kept/steps/steps.txt"), "utf8");
  assert.match(steps, /^# wasmote build net\.tflite -o kept\.wasm --keep kept\/steps\n/);
  assert.match(steps, /\n0 {2}conv2d {2}features\n {3}conv2dInt8, or accel_conv_s8: parameters at \d+/);
  assert.not(existsSync(at("kept/steps/model.wat")));
});

test("--wat keeps the module as text as well, with the kernels' names", () => {
  const { code, stderr } = build("net.tflite", "-o", "kept.wasm", "--keep", "kept/text", "--wat");
  assert.is(code, 0, stderr);
  const text = readFileSync(at("kept/text/model.wat"), "utf8");
  assert.match(text, /^;; wasmote build net\.tflite -o kept\.wasm --keep kept\/text --wat\n\(module\n/);
  for (const name of ["run", "conv2dInt8", "call_accel_conv_s8", "fullyConnectedInt8"])
    assert.match(text, `(func $${name} `);
});

test("options that mean nothing, or would undo each other, are refused", () => {
  for (const [args, expected] of [
    [["--wat"], "--wat is of no use without --keep"],
    [["--keep", ""], "--keep is given an empty value"],
    [["--keep", "k", "-o", "k/../k/steps.txt"], "would be written twice"],
    [["--operators", ""], "--operators is given an empty value"],
    [["--operators", "a", "--operators", "b"], "--operators is given twice"],
  ] as const) {
    const { code, stderr } = build("net.tflite", ...args);
    assert.is(code, 2, stderr);
    assert.match(stderr, expected);
  }
  assert.not(existsSync(at("k")));
});

test("what was read is never overwritten", () => {
  const model = readFileSync(at("net.tflite"));
  for (const out of ["net.tflite", "made/../net.tflite", join(folder, "net.tflite")]) {
    const { code, stderr } = build("net.tflite", "-o", out);
    assert.is(code, 2);
    assert.match(stderr, /error\[usage\]: .*would overwrite net\.tflite/);
  }
  assert.ok(readFileSync(at("net.tflite")).equals(model));
});

test("a refused model leaves neither a file nor a folder behind, and an old file as it was", () => {
  const model = smallModel();
  model.nodes[1]!.builtin = "CONV_3D";
  writeFileSync(at("bad.tflite"), writeTflite(model));
  writeFileSync(at("old.wasm"), "old");
  const before = readdirSync(folder).sort();
  const { code, stdout, stderr } = build("bad.tflite", "-o", "old.wasm", "--keep", "bad-source");
  assert.is(code, 1);
  assert.is(stdout, "");
  assert.match(stderr, /error\[model-unsupported\]: .*1 node .*\n {2}CONV_3D /);
  assert.is(build("bad.tflite", "-o", "new/bad.wasm").code, 1);
  assert.equal(readdirSync(folder).sort(), before);
  assert.is(readFileSync(at("old.wasm"), "utf8"), "old");
});

test("inspect shows every operator of a model, and refuses one that cannot be built with all reasons", () => {
  const { code, stdout } = wasmote(folder, ["inspect", "net.tflite"]);
  assert.is(code, 0);
  assert.match(stdout, /\nfeatures +conv2d +1x6x6x2 int8 +1x4x4x3 int8 +864 +57 +66\n/);
  assert.match(stdout, /\noutput +fullyConnected +1x48 int8 +1x5 int8 +240 +240 +240\n/);
  const described = JSON.parse(wasmote(folder, ["inspect", "net.tflite", "--json"]).stdout);
  assert.is(described.macs, 1104);
  const [{ numbers, boards, ...bytes }] = described.builds;
  assert.is(numbers, "as it is");
  assert.ok(boards.includes("pico"));
  assert.ok(bytes.boundBytes <= bytes.arenaBytes && bytes.arenaBytes <= bytes.memoryBytes);
  assert.ok(bytes.codeBytes + bytes.weightBytes < bytes.fileBytes);
  const refused = wasmote(folder, ["inspect", "bad.tflite", "--json"]);
  assert.is(refused.code, 1);
  assert.equal(JSON.parse(refused.stdout).operators, [
    { operator: "CONV_2D", nodes: 1, refused: 0 },
    { operator: "CONV_3D", nodes: 1, refused: 1 },
    { operator: "FULLY_CONNECTED", nodes: 1, refused: 0 },
  ]);
  const { error } = JSON.parse(refused.stderr);
  assert.equal(
    error.refusals.map((refusal: { operator: string }) => refusal.operator),
    ["CONV_3D"],
  );
});

test("inspect lists the nodes that run: what passes fuse or drop is not among them", async () => {
  const path = join(root, "test/golden/onnxruntime/residual-qdq-i8i8-channels/model.onnx.gz");
  writeFileSync(at("qdq.onnx"), gunzipSync(readFileSync(path)));
  const { stdout } = await inProcess(["inspect", at("qdq.onnx"), "--json"]);
  const { nodes, inputs } = JSON.parse(stdout);
  assert.is(inputs[0].dtype, "float32");
  const dtypes = nodes.flatMap(({ outputs }: { outputs: { dtype: string }[] }) =>
    outputs.map((o) => o.dtype),
  );
  assert.equal([...new Set(dtypes)], ["int8"]);
  assert.is(nodes.filter(({ operator }: { operator: string }) => operator === "view").length, 1);
});

test("inspect says what building a float model gives in either number format; what it refuses is told in the file's words", async () => {
  const digits = join(root, "models/digits/float/model.json");
  const { code, stdout } = await inProcess(["inspect", digits]);
  assert.is(code, 0);
  assert.match(stdout, /\nfloat32 +[\d,]+ +[\d,]+ +[\d,]+ +.*pico/);
  assert.match(stdout, /\nint8, with --calibrate +[\d,]+ +[\d,]+ +[\d,]+ +.*pico/);
  const python = { class_name: "Lambda", config: { name: "code", batch_input_shape: [null, 4] } };
  const modelTopology = { class_name: "Sequential", config: { name: "m", layers: [python] } };
  writeFileSync(at("lambda.json"), JSON.stringify({ modelTopology, weightsManifest: [] }));
  const lambda = await inProcess(["inspect", at("lambda.json")]);
  assert.is(lambda.code, 1);
  assert.match(lambda.stdout, /\nLambda +1 +no\n$/);
  const mixed = smallModel();
  const scale = { scale: [0.1], zeroPoint: [0] };
  const floats = [0, 1].map((i) => ({ name: `float${i}`, type: "FLOAT32" as const, shape: [1, 5] }));
  mixed.tensors.push(...floats, { name: "back", type: "INT8", shape: [1, 5], ...scale });
  mixed.nodes.push(
    { builtin: "DEQUANTIZE", inputs: [6], outputs: [8] },
    { builtin: "TANH", inputs: [8], outputs: [9] },
    { builtin: "QUANTIZE", inputs: [9], outputs: [10] },
  );
  writeFileSync(at("mixed.tflite"), writeTflite({ ...mixed, outputs: [10] }));
  for (const command of [["inspect"], ["build", "-o", at("mixed.wasm")]]) {
    const { code: mixedCode, stderr } = await inProcess([...command, at("mixed.tflite")]);
    assert.is(mixedCode, 0, stderr);
  }
});

test("a float model that is quantized needs calibration that fits it", () => {
  const model = join(digits, "float/model.json");
  const refusals: [string[], string][] = [
    [["--quantize", "int8"], "calibration-missing"],
    [["--calibrate", "wrong.npy"], "calibration-invalid"],
    [["--calibrate", "absent.npy"], "file-unreadable"],
  ];
  writeFileSync(at("wrong.npy"), writeNpy({ dtype: "float32", shape: [3], bytes: new Uint8Array(12) }));
  for (const [args, expected] of refusals) {
    const { code, stderr } = build(model, ...args, "-o", "digits.wasm");
    assert.is(code, 1, stderr);
    assert.match(stderr, `error[${expected}]: `);
  }
  assert.not(existsSync(at("digits.wasm")));
});

test("the digits model is built from floats, and tells the digit in a picture", () => {
  const calibration = join(digits, "samples/calibration.npy");
  const built = build(join(digits, "float/model.json"), "--calibrate", calibration, "-o", "digits.wasm");
  assert.is(built.code, 0, built.stderr);
  assert.match(built.stderr, "calibration: 100 samples from ");
  for (const digit of [2, 7]) {
    const picture = join(digits, `samples/digit-${digit}.png`);
    const { code, stdout, stderr } = wasmote(folder, [
      "run",
      "digits.wasm",
      "--input",
      picture,
      "--on",
      "node",
    ]);
    assert.is(code, 0, stderr);
    assert.match(stdout, new RegExp(`\\n  class ${digit} +0\\.9`));
    assert.match(stderr, /pixel \/ 255, so 0 to 1/);
  }
});

test("a shard of the model is never overwritten", () => {
  mkdirSync(at("tfjs"));
  const names = readdirSync(join(digits, "float"));
  for (const name of names) copyFileSync(join(digits, "float", name), at(`tfjs/${name}`));
  const shard = names.find((name) => name.endsWith(".bin"))!;
  const calibration = join(digits, "samples/calibration.npy");
  const { code, stderr } = build("tfjs/model.json", "--calibrate", calibration, "-o", `tfjs/${shard}`);
  assert.is(code, 2);
  assert.match(stderr, /would overwrite .*which is read/);
  rmSync(at(`tfjs/${shard}`));
  assert.match(build("tfjs/model.json").stderr, /error\[shard-missing\]/);
});

test.run();
