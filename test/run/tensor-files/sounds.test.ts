import { test } from "uvu";
import * as assert from "uvu/assert";
import type { FileTensor } from "../../../host/run/tensor-files/read-array.js";
import { readInput } from "../../../host/run/tensor-files/read-input.js";
import { resample } from "../../../host/run/tensor-files/resample.js";
import { refused } from "./refused.js";
import { type WaveFormat, writeWave } from "./wav-writer.js";

const reals: FileTensor = { dtype: "float32", shape: [1, 4], sampleRate: 16000 };
const vector: FileTensor = { dtype: "int8", shape: [1, 4], scale: 1 / 128, zeroPoint: 0 };

async function read(bytes: Uint8Array, tensor: FileTensor = reals) {
  const { frames, notes } = await readInput(bytes, "a.wav", tensor);
  return {
    frames: frames.map((frame) => [...new Float32Array(frame.slice().buffer)]),
    notes: notes.join("; "),
  };
}

test("16-bit sound becomes -1 to 1, or stays as it is for an int16 input", async () => {
  const { frames } = await readInput(writeWave([0, 16384, -32768, 32767]), "a.wav", vector);
  assert.equal([...new Int8Array(frames[0]!)], [0, 64, -128, 127]);
  const raw: FileTensor = { dtype: "int16", shape: [2] };
  const whole = await readInput(writeWave([1, -2, 3, -32768]), "a.wav", raw);
  assert.equal(
    whole.frames.map((frame) => [...new Int16Array(frame.slice().buffer)]),
    [
      [1, -2],
      [3, -32768],
    ],
  );
  assert.match(whole.notes.join("; "), /4 samples at 16000 Hz, 16-bit PCM; 16000 Hz taken.*--sample-rate/);
});

const encodings: [string, WaveFormat, number[]][] = [
  ["8-bit PCM", { bits: 8 }, [0, 64, 128, 255]],
  ["16-bit PCM", { bits: 16 }, [-32768, -16384, 0, 32512]],
  ["24-bit PCM", { bits: 24 }, [-8388608, -4194304, 0, 8323072]],
  ["32-bit PCM", { bits: 32 }, [-2147483648, -1073741824, 0, 2130706432]],
  ["32-bit float", { encoding: 3, bits: 32 }, [-1, -0.5, 0, 127 / 128]],
  ["64-bit float", { encoding: 3, bits: 64 }, [-1, -0.5, 0, 127 / 128]],
];

for (const [name, format, samples] of encodings) {
  test(`${name} is read, with a plain and an extensible format`, async () => {
    for (const extensible of [false, true]) {
      const { frames, notes } = await read(writeWave(samples, { ...format, extensible }));
      assert.equal(frames, [[-1, -0.5, 0, 127 / 128]]);
      assert.match(notes, new RegExp(`^4 samples at 16000 Hz, ${name};`));
    }
  });
}

test("an extensible header gives the bytes that a plain one gives", async () => {
  const samples = Array.from({ length: 4 }, (_, i) => i * 1000 - 2000);
  const plain = await readInput(writeWave(samples), "a.wav", vector);
  const extensible = await readInput(writeWave(samples, { extensible: true }), "a.wav", vector);
  assert.equal(extensible.frames, plain.frames);
});

test("channels are mixed down, and told", async () => {
  const stereo = writeWave([16384, -16384, 16384, 0, 0, 8192, -32768, -32768], { channels: 2 });
  const { frames, notes } = await read(stereo);
  assert.equal(frames, [[0, 0.25, 0.125, -1]]);
  assert.match(notes, /2 channels mixed down to one/);
});

test("a sound of unknown length, as it comes out of a pipe, is read to its end, and told", async () => {
  const { frames, notes } = await read(writeWave([0, 16384, 0, 0], { dataSize: 0xffffffff }));
  assert.equal(frames, [[0, 0.5, 0, 0]]);
  assert.match(notes, /no stated length/);
});

test("another rate is resampled to that of the input, and told", async () => {
  const tone = (rate: number, count: number) =>
    Array.from({ length: count }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / rate) / 2);
  const file = writeWave(tone(44100, 44100), { encoding: 3, bits: 32, sampleRateHz: 44100 });
  const { frames, notes } = await read(file, { dtype: "float32", shape: [16000], sampleRate: 16000 });
  assert.match(notes, /44100 samples at 44100 Hz.*resampled to 16000 samples at 16000 Hz/);
  const expected = tone(16000, 16000);
  for (let i = 100; i < 15900; i++) assert.ok(Math.abs(frames[0]![i]! - expected[i]!) < 1e-4, `sample ${i}`);
  const { notes: untold } = await read(file, { dtype: "float32", shape: [44100] });
  assert.match(untold, /44100 Hz taken for the model's own rate; say it with --sample-rate/);
});

test("what a rate cannot hold is filtered out, what it can passes, both ways", () => {
  const tone = (frequency: number, rate: number) =>
    Float64Array.from({ length: rate }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate));
  const loudest = (samples: Float64Array) => {
    const middle = samples.subarray(samples.length * 0.1, samples.length * 0.9);
    return middle.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  };
  assert.ok(loudest(resample(tone(12000, 48000), 48000, 16000)) < 1e-4, "no alias");
  assert.ok(loudest(resample(tone(8600, 44100), 44100, 16000)) < 1e-3, "no alias near the border");
  assert.ok(Math.abs(loudest(resample(tone(6500, 48000), 48000, 16000)) - 1) < 1e-2);
  assert.ok(Math.abs(loudest(resample(tone(3000, 8000), 8000, 16000)) - 1) < 1e-2);
  const constant = resample(new Float64Array(8000).fill(1), 8000, 11025).subarray(200, 10000);
  assert.ok(
    constant.every((sample) => Math.abs(sample - 1) < 1e-4),
    "a constant stays",
  );
});

test("sound of another length or encoding, or damaged, is refused", async () => {
  const refuse = (bytes: Uint8Array, message: RegExp) =>
    refused(() => readInput(bytes, "a.wav", vector), "input-invalid", message);
  await refused(() => readInput(writeWave([1, 2, 3]), "a.wav", vector), "input-size", /3 samples/);
  await refuse(writeWave([1, 2, 3, 4], { encoding: 6, bits: 8 }), /of A-law; read are PCM/);
  await refuse(writeWave([1, 2, 3, 4], { encoding: 99 }), /of format 99/);
  await refuse(writeWave([0, Number.NaN, 0, 0], { encoding: 3, bits: 32 }), /not a finite number/);
  await refuse(writeWave([1, 2, 3, 4], { channels: 0 }), /0 channels/);
  await refuse(writeWave([1, 2, 3], { channels: 2 }), /6 bytes of samples, which take 4 each/);
  const good = writeWave([1, 2, 3, 4]);
  for (const length of [12, 30, 40, 44, good.length - 3]) {
    await refuse(good.subarray(0, length), /damaged \.wav: truncated/);
  }
  await refuse(new TextEncoder().encode("text"), /as a \.wav/);
});

test("rates that cannot be meant are not resampled, and no sound is resampled without end", async () => {
  const slow = writeWave([1, 2, 3, 4], { sampleRateHz: 1 });
  await refused(() => readInput(slow, "a.wav", reals), "input-invalid", /of 1 Hz for an input of 16000 Hz/);
  const long = writeWave(Array(30000).fill(0), { sampleRateHz: 1000 });
  await refused(
    () => readInput(long, "a.wav", { ...reals, sampleRate: 768000 }),
    "input-size",
    /23040000 samples at 768000 Hz/,
  );
});

test.run();
