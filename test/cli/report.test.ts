import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { affordableSamples } from "../../host/cli/build-accuracy.js";
import { buildModel } from "../../host/pipeline.js";
import { writeNpy } from "../../host/run/tensor-files/index.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { inProcess, root, smallGraph, temporaryFolder } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
const digits = join(root, "models", "digits");
const model = join(digits, "float", "model.json");
const calibration = join(digits, "samples", "calibration.npy");
const build = (...args: string[]) => inProcess(["build", ...args]);

/** Six pictures of stripes. */
const stripes = Float32Array.from({ length: 6 * 784 }, (_, i) => (Math.floor(i / 7) % 3) / 2);

test.before(() => {
  writeFileSync(at("net.tflite"), writeTflite(smallModel()));
  writeFileSync(
    at("stripes.npy"),
    writeNpy({ dtype: "float32", shape: [6, 28, 28, 1], bytes: new Uint8Array(stripes.buffer) }),
  );
});
test.after(remove);

test("what a quantized model has lost is always told, layer by layer and at its output", async () => {
  const { code, stdout, stderr } = await build(model, "--calibrate", calibration, "-o", at("digits.wasm"));
  assert.is(code, 0, stderr);
  assert.match(
    stdout,
    /\nCompared with the float model on 100 samples from .*calibration\.npy, the ones that it/,
  );
  assert.match(stdout, /\nstep {2}layer +operator +dtype +SQNR dB +range used +clipped +mean error\n/);
  assert.match(stdout, /\n +0 {2}stem +conv2d +int8 +[34]\d\.\d +\d+\.\d % +\d+\.\d % +0\.00\d+\n/);
  const ratios = [...stdout.matchAll(/ int8 +(\d+\.\d) /g)].map(([, ratio]) => Number(ratio));
  assert.is(ratios.length, 12);
  assert.ok(
    ratios.every((ratio) => ratio > 25),
    `layers whose channels are scaled are compared with what they stand for: ${ratios}`,
  );
  assert.match(
    stdout,
    /\noutput classes: same class as the float model in \d+\.\d % of 100; SQNR \d+\.\d dB;/,
  );
});

test("--report writes a page and --json has the report, measured on the samples of --validate", async () => {
  writeFileSync(at("labels.json"), "[0, 1, 2, 3, 4, 5]");
  const measured = ["--validate", at("stripes.npy"), "--labels", at("labels.json")];
  const options = [...measured, "--report", at("pages/digits.html"), "--json"];
  const { code, stdout, stderr } = await build(
    model,
    ...["--calibrate", calibration, "-o", at("digits.wasm"), ...options],
  );
  assert.is(code, 0, stderr);
  assert.match(stderr, `wrote ${at("pages/digits.html")}`);
  const { report, steps } = JSON.parse(stdout);
  const { sources, ...data } = report.accuracy.data;
  assert.equal(data, { given: 6, compared: 6, calibrated: 100, heldBack: true });
  assert.equal(sources, [at("stripes.npy")]);
  assert.is(report.accuracy.labels.samples, 6);
  const done = report.layers.filter(
    ({ macs, weightBytes }: { macs: number; weightBytes: number }) => macs + weightBytes > 0,
  );
  assert.is(done.length, steps.length);
  const page = readFileSync(at("pages/digits.html"), "utf8");
  assert.match(page, /^<!doctype html>/);
  assert.match(page, "on 6 samples from");
  assert.match(page, 'class="confusion"');
  assert.match(page, "held back from calibration, which had 100 samples");
});

test("a model that is taken as it is has a page without errors, and nothing is said of accuracy", async () => {
  const board = ["--board", "pico"];
  const { code, stdout, stderr } = await build(
    at("net.tflite"),
    ...["-o", at("net.wasm"), "--report", at("net.html"), ...board],
  );
  assert.is(code, 0, stderr);
  assert.not.match(stdout, "Compared");
  const page = readFileSync(at("net.html"), "utf8");
  assert.match(page, "Fits pico.");
  assert.not.match(page, "SQNR");
  assert.not(page.includes(folder), "no path of this machine");
});

test("a page that cannot be written leaves no model behind, and what is read or written twice is refused", async () => {
  mkdirSync(at("taken.html"));
  const before = readdirSync(folder).sort();
  const out = ["-o", at("other.wasm")];
  const unwritable = await build(at("net.tflite"), ...out, "--report", at("taken.html"));
  assert.is(unwritable.code, 1);
  assert.match(unwritable.stderr, "error[file-unwritable]");
  for (const [args, expected] of [
    [[...out, "--report", at("net.tflite")], "would overwrite"],
    [[...out, "--report", at("other.wasm")], "would be written twice"],
    [[...out, "--validate", calibration], "--validate is of no use"],
    [[...out, "--report", ""], "--report is given an empty value"],
  ] as const) {
    const { code, stderr } = await build(at("net.tflite"), ...args);
    assert.is(code, 2, stderr);
    assert.match(stderr, expected);
  }
  assert.equal(readdirSync(folder).sort(), before);
  assert.not(existsSync(at("other.wasm")));
});

test("samples that are compared: fewer of a larger model, more where they were asked for, never none", async () => {
  const built = await buildModel(smallGraph());
  const ofMacs = (macs: number) => ({
    ...built,
    manifest: { ...built.manifest, steps: [{ ...built.manifest.steps[0]!, macs }] },
  });
  assert.is(affordableSamples(ofMacs(1e7), false), 100);
  assert.is(affordableSamples(ofMacs(1e7), true), 500);
  assert.is(affordableSamples(ofMacs(1e12), false), 8);
});

test.run();
