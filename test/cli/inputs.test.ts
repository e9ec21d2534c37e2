import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openModule } from "../../host/package/open.js";
import { writeNpy } from "../../host/run/tensor-files/npy.js";
import { writePng } from "../run/tensor-files/png-writer.js";
import { writeWave } from "../run/tensor-files/wav-writer.js";
import { inProcess, newest, root, temporaryFolder, writeSmallModel } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
/** A float model of pictures, 8 x 8 x 3. */
const floatModel = join(root, "test/fixtures/tfjs/sequential-conv/model.json");

test.before(() => writeSmallModel(folder));
test.after(remove);

/** A picture of one colour in every pixel but the first, which is black. */
function colourPng(width: number, height: number, colour: readonly [number, number, number]): Uint8Array {
  const rows = Array.from({ length: height }, (_, y) => [
    0,
    ...Array.from({ length: width }, (_, x) => (x + y === 0 ? [0, 0, 0] : colour)).flat(),
  ]);
  return writePng({ width, height, colorType: 2 }, Uint8Array.from(rows.flat()));
}

test("standard input is read by its content, and as the tensor's bytes where that is no known kind", async () => {
  const npy = writeNpy({ dtype: "int8", shape: [4], bytes: Uint8Array.of(2, 0, 0, 0) });
  for (const input of [npy, Uint8Array.of(2, 0, 0, 0)]) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...newest, "run", at("small.wasm"), "--on", "node", "--input", "-"],
      { cwd: root, encoding: "utf8", input },
    );
    assert.is(status, 0, stderr);
    assert.match(stdout, "class 0  1\n");
  }
});

test("--mean and --std are used for calibration and kept for run", async () => {
  const shape = openShape();
  mkdirSync(at("pictures"));
  const picture = colourPng(shape[2]!, shape[1]!, [200, 100, 50]);
  writeFileSync(at("pictures/a.png"), picture);
  const options = ["--calibrate", at("pictures"), "--mean", "100,50,0", "--std", "50"];
  const built = await inProcess(["build", floatModel, "-o", at("net.wasm"), ...options]);
  assert.is(built.code, 0, built.stderr);
  assert.match(built.stderr, /calibration: 1 sample from .*\(pixel - 100, 50, 0\) \/ 50/);
  assert.match(built.stderr, /warning: 1 samples? .*few/);
  const [input] = openModule(new Uint8Array(readFileSync(at("net.wasm")))).manifest.inputs;
  assert.equal(input?.pixels, { mean: [100, 50, 0], std: [50] });
  const run = await inProcess(["run", at("net.wasm"), "--on", "node", "--input", at("pictures/a.png")]);
  assert.is(run.code, 0, run.stderr);
  assert.match(run.stderr, /\(pixel - 100, 50, 0\) \/ 50/);

  const reals = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) =>
    i < 3 ? [-2, -1, 0][i]! : [2, 1, 1][i % 3]!,
  );
  writeFileSync(at("reals.npy"), writeNpy({ dtype: "float32", shape, bytes: new Uint8Array(reals.buffer) }));
  const same = await inProcess(["run", at("net.wasm"), "--on", "node", "--input", at("reals.npy")]);
  assert.is(same.stdout, run.stdout);
});

/** Shape of the model's input. */
function openShape(): number[] {
  const json = JSON.parse(readFileSync(floatModel, "utf8"));
  const topology = json.modelTopology.model_config ?? json.modelTopology;
  const [first] = topology.config.layers ?? topology.config;
  return [1, ...first.config.batch_input_shape.slice(1)];
}

test("what was assumed of pixels is told where nothing was said", async () => {
  const options = ["--calibrate", at("pictures"), "-o", at("plain.wasm")];
  const built = await inProcess(["build", floatModel, ...options]);
  assert.is(built.code, 0, built.stderr);
  assert.match(built.stderr, /pixel \/ 255, so 0 to 1: give --mean and --std/);
  const [input] = openModule(new Uint8Array(readFileSync(at("plain.wasm")))).manifest.inputs;
  assert.not.ok("pixels" in input!);
  assert.not.ok("sampleRate" in input!);
});

test("numbers that look as if they counted from 0 to 1 are doubted", async () => {
  const options = ["--calibrate", at("pictures"), "-o", at("doubted.wasm"), "--mean", "0.485", "--std"];
  assert.match(
    (await inProcess(["build", floatModel, ...options, "0.229"])).stderr,
    /warning: --mean .*times 255/,
  );
  assert.not.match((await inProcess(["build", floatModel, ...options, "58"])).stderr, /times 255/);
});

test("numbers that are none, or fit no input, are a wrong command line", async () => {
  const wrong: [string[], RegExp][] = [
    [["--mean", "a"], /--mean a is no list of numbers/],
    [["--std", "0"], /--std 0/],
    [["--std", "1,,2"], /--std 1,,2/],
    [["--mean", "1,2"], /fit no input/],
    [["--sample-rate", "16k"], /--sample-rate 16k is no rate/],
  ];
  for (const [options, message] of wrong) {
    const { code, stderr } = await inProcess(["build", floatModel, ...options]);
    assert.is(code, 2, stderr);
    assert.match(stderr, message);
  }
});

test("the sample rate is kept, sounds of another are resampled, and run may say another", async () => {
  writeFileSync(at("a.wav"), writeWave(Array(8).fill(8192), { sampleRateHz: 16000 }));
  const model = at("sound.wasm");
  const { writeTflite, smallSoundModel } = await soundModel();
  writeFileSync(at("sound.tflite"), writeTflite(smallSoundModel));
  const built = await inProcess(["build", at("sound.tflite"), "--sample-rate", "8000", "-o", model]);
  assert.is(built.code, 0, built.stderr);
  const run = await inProcess(["run", model, "--on", "node", "--input", at("a.wav")]);
  assert.is(run.code, 0, run.stderr);
  assert.match(run.stderr, /8 samples at 16000 Hz, 16-bit PCM; resampled to 4 samples at 8000 Hz/);
  const once = await inProcess([
    "run",
    model,
    "--on",
    "node",
    "--input",
    at("a.wav"),
    "--sample-rate",
    "16000",
  ]);
  assert.is(once.code, 0, once.stderr);
  assert.not.match(once.stderr, /resampled/);
  assert.match(once.stderr, /8 samples at 16000 Hz, 16-bit PCM; whole scale/);
});

async function soundModel() {
  const { writeTflite } = await import("../import/tflite-writer.js");
  const tensor = (name: string) => ({
    name,
    type: "INT8" as const,
    shape: [1, 4],
    scale: [1 / 128],
    zeroPoint: [0],
  });
  const smallSoundModel = {
    tensors: [tensor("in"), tensor("out")],
    nodes: [{ builtin: "RELU", inputs: [0], outputs: [1] }],
    inputs: [0],
    outputs: [1],
  };
  return { writeTflite, smallSoundModel };
}

test.run();
