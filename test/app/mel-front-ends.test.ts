import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { readRecording } from "../../host/app/recording.js";
import { importModel } from "../../host/import/index.js";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { openRunner } from "../../host/run/index.js";
import { signalGolden } from "../numerics/signal-golden.js";
import { sharedModels } from "../shared-models.js";
import { type Config, framesOf, refusalOf } from "./stage-run.js";

const cepstral = signalGolden<{ samples: number[]; librosa: number[][]; tensorflow: number[][] }>("mfcc");
const block = signalGolden<{ samples: number[]; mfe: number[][]; mfcc: number[][] }>("edge-impulse");

const source = (hop: number) => ({ rate: 16000, channels: 1, hop });

/** Checks a stage's frames on all engines: each number within `bound` of what is expected, or of a part of it above 1. */
async function assertFrames(
  config: Config,
  hop: number,
  samples: readonly number[],
  expected: readonly number[][],
  bound: number,
): Promise<void> {
  const results = Object.entries(await framesOf(config, source(hop), samples));
  assert.ok(results.length >= 3);
  for (const [engine, frames] of results) {
    assert.is(frames.length, expected.length, `${engine}: as many frames`);
    for (const [row, values] of expected.entries()) {
      assert.is(frames[row]?.length, values.length);
      for (const [i, value] of values.entries()) {
        const difference = Math.abs((frames[row]?.[i] as number) - value);
        const limit = bound * Math.max(1, Math.abs(value));
        assert.ok(difference <= limit, `${engine}, frame ${row}, ${i}: ${frames[row]?.[i]} for ${value}`);
      }
    }
  }
}

test("coefficients are within 1e-4 of TensorFlow's, as MLPerf Tiny takes them", async () => {
  await assertFrames({ type: "mfcc" }, 160, cepstral.samples, cepstral.tensorflow, 1e-4);
  // The last frame ends within a hop.
  await assertFrames({ type: "mfcc" }, 320, cepstral.samples, cepstral.tensorflow.slice(0, -1), 1e-4);
});

test("coefficients are within 1e-4 of librosa's", async () => {
  // librosa's windows lie in the middle of the transform.
  const samples = cepstral.samples.slice((512 - 480) / 2);
  const config = { type: "mfcc", preset: "librosa", lowest: 20, highest: 4000 };
  await assertFrames(config, 160, samples, cepstral.librosa, 1e-4);
});

test("coefficients are those of Edge Impulse's block", async () => {
  await assertFrames({ type: "mfcc", preset: "edge-impulse" }, 320, block.samples, block.mfcc, 1e-4);
});

test("bands are those of Edge Impulse's block, but for steps that a rounding decides", async () => {
  await assertFrames({ type: "log-mel", preset: "edge-impulse" }, 160, block.samples, block.mfe, 1 / 256);
  const [frames = []] = Object.values(
    await framesOf({ type: "log-mel", preset: "edge-impulse" }, source(160), block.samples),
  );
  const [made, expected] = [frames.flat(), block.mfe.flat()];
  const apart = made.filter((value, i) => value !== expected[i]).length;
  assert.ok(apart <= made.length / 500, `${apart} of ${made.length} are apart`);
});

test("logarithms of bands are those that coefficients are transforms of", async () => {
  const config = { type: "log-mel", preset: "librosa", lowest: 20, highest: 4000 };
  const [frames = []] = Object.values(await framesOf(config, source(320), cepstral.samples.slice(16, 1936)));
  assert.is(frames.length, 5);
  for (const [row, bands] of frames.entries()) {
    const sum = bands.reduce((total, band) => total + band, 0);
    const expected = (cepstral.librosa[row]?.[0] as number) * Math.sqrt(40);
    assert.ok(Math.abs(sum - expected) < 1e-4 * Math.abs(expected), `frame ${row}: ${sum} for ${expected}`);
  }
  const plain = { ...config, output: "ln" };
  const [[bands = []] = []] = Object.values(
    await framesOf(plain, source(320), cepstral.samples.slice(16, 976)),
  );
  for (const [i, band] of bands.entries())
    assert.ok(Math.abs(band * (10 / Math.LN10) - (frames[0]?.[i] as number)) < 1e-4);
});

const models = sharedModels();

if (models !== undefined) {
  test("MLPerf Tiny's keyword model hears in recordings what it hears by TensorFlow's own steps", async () => {
    const path = join(models, "mlperf-tiny-kws_ref_model", "kws_ref_model.tflite");
    const graph = await importModel(path, readFileSync(path), (file) => readFileSync(file));
    const { scale, zeroPoint } = graph.tensors[graph.inputs[0] as number]?.quantization ?? {};
    const { wasm } = await buildModel(graph);
    const runner = await openRunner("wasm3", wasm, openModule(wasm));
    // Of TensorFlow Lite with tf.signal's coefficients: down, go, left, no, off, on, right, stop, up, yes, silence, unknown.
    const classes = { yes: 9, no: 1, noise: 11, silence: 11 };
    for (const [name, expected] of Object.entries(classes)) {
      const wav = join(models, "tflm-micro_speech_quantized", "wav", `${name}_1000ms.wav`);
      const { samples } = readRecording(readFileSync(wav), wav, { rate: 16000, channels: 1 });
      const [frames = []] = Object.values(await framesOf({ type: "mfcc" }, source(160), [...samples]));
      assert.is(frames.length, 49);
      const input = Int8Array.from(frames.flat(), (value) =>
        Math.max(-128, Math.min(127, Math.round(value / (scale?.[0] ?? 0)) + (zeroPoint?.[0] ?? 0))),
      );
      await runner.writeInput(0, new Uint8Array(input.buffer));
      await runner.run();
      const scores = [...new Int8Array(Uint8Array.from(await runner.readOutput(0)).buffer)];
      assert.is(scores.indexOf(Math.max(...scores)), expected, `${name}: ${scores.join(" ")}`);
    }
    await runner.close();
  });
}

test("stages that cannot be made are refused", () => {
  const of = (changes: object, channels = 1) =>
    refusalOf({ type: "mfcc", ...changes }, { ...source(320), channels });
  assert.is(of({}), "taken");
  assert.match(of({}, 2), /samples of 2 channels; of one are expected/);
  assert.match(of({ highest: 9000 }), /9000 Hz; more than 20 and at most half the rate, 8000/);
  assert.match(of({ coefficients: 41 }), /41 of 40 bands/);
  assert.match(of({ channels: 128, coefficients: 13 }), /128 bands of which number \d+ has no frequency/);
  assert.match(of({ window: "0.01 ms" }), /0.160 samples; a whole number/);
  assert.match(of({ fft: 500 }), /a power of two/);
});

test.run();
