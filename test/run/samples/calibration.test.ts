import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadCalibration, writeNpy } from "../../../host/run/tensor-files/index.js";
import { readSamples } from "../../../host/run/tensor-files/samples.js";
import { refused } from "../tensor-files/refused.js";

const folder = mkdtempSync(join(tmpdir(), "wasmote-calibration-"));
const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const file = (name: string, bytes: Uint8Array | string) => {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, bytes);
  return path;
};
const inputs = [{ shape: [1, 2] }];
const values = (samples: Float32Array[][]) => samples.map((sample) => sample.map((tensor) => [...tensor]));

test.after(() => rmSync(folder, { recursive: true }));

test("one sample, several in one file, several files", async () => {
  const one = file("one.npy", writeNpy({ dtype: "float32", shape: [1, 2], bytes: floats(1, 2) }));
  const many = file("many.bin", floats(3, 4, 5, 6));
  const json = file("two.json", "[[7, 8], [9, 10]]");
  const { samples, files } = await loadCalibration([one, many, json], inputs);
  assert.equal(values(samples), [[[1, 2]], [[3, 4]], [[5, 6]], [[7, 8]], [[9, 10]]]);
  assert.equal(files, [one, many, json]);
});

test("a folder gives its files in the order of their names, and leaves others alone", async () => {
  file("set/b.bin", floats(3, 4));
  file("set/a.bin", floats(1, 2));
  file("set/README.md", "words");
  const { samples, files } = await loadCalibration([join(folder, "set")], inputs);
  assert.equal(values(samples), [[[1, 2]], [[3, 4]]]);
  assert.is(files.length, 2);
});

test("a picture is pixel / 255", async () => {
  const png = new PNG({ width: 2, height: 1 });
  png.data = Buffer.from([255, 255, 255, 255, 51, 51, 51, 255]);
  const path = file("a.png", new Uint8Array(PNG.sync.write(png)));
  const { samples, notes } = await loadCalibration([path], [{ shape: [1, 1, 2, 1] }]);
  assert.equal(values(samples), [[[1, Math.fround(51 / 255)]]]);
  assert.match(notes.join(), /pixel \/ 255/);
});

test("several inputs take one path each", async () => {
  const a = file("a.bin", floats(1, 2, 3, 4));
  const b = file("b.bin", floats(5, 6));
  const two = [{ shape: [1, 2] }, { shape: [1] }];
  assert.equal(values((await loadCalibration([a, b], two)).samples), [
    [[1, 2], [5]],
    [[3, 4], [6]],
  ]);
  await refused(
    () => loadCalibration([a], two),
    "calibration-invalid",
    /1 path of samples for a model of 2 inputs/,
  );
  await refused(() => loadCalibration([a, a], two), "calibration-invalid", /2, 4 samples/);
});

test("samples are read from bytes, without files", async () => {
  const input = { shape: [1, 2] };
  const samples = readSamples(floats(1, 2, 3, 4), "two.bin", input);
  assert.equal(values([samples]), [
    [
      [1, 2],
      [3, 4],
    ],
  ]);
  const read = (bytes: Uint8Array, name: string) => () => readSamples(bytes, name, input);
  await refused(read(floats(1, Infinity), "a.bin"), "calibration-invalid", /not a finite number .*a\.bin/);
  await refused(read(floats(1, 2), "a.png"), "calibration-invalid", /ending "png" .*a\.png/);
});

test("what does not fit is refused, with the file's name", async () => {
  const wrong = file("wrong.npy", writeNpy({ dtype: "float32", shape: [3], bytes: floats(1, 2, 3) }));
  await refused(() => loadCalibration([wrong], inputs), "calibration-invalid", /shape 3 .*wrong\.npy/);
  const bytes = file("bytes.npy", writeNpy({ dtype: "uint8", shape: [2], bytes: new Uint8Array(2) }));
  await refused(() => loadCalibration([bytes], inputs), "calibration-invalid", /uint8 .*bytes\.npy/);
  const nan = file("nan.bin", floats(1, Number.NaN));
  await refused(
    () => loadCalibration([nan], inputs),
    "calibration-invalid",
    /not a finite number .*nan\.bin/,
  );
  const short = file("short.bin", new Uint8Array(7));
  await refused(() => loadCalibration([short], inputs), "calibration-invalid", /7 bytes/);
  const words = file("words.txt", "1 2");
  await refused(() => loadCalibration([words], inputs), "calibration-invalid", /"txt"/);
  mkdirSync(join(folder, "empty"));
  await refused(
    () => loadCalibration([join(folder, "empty")], inputs),
    "calibration-invalid",
    /without a \.npy/,
  );
  await refused(() => loadCalibration([join(folder, "absent")], inputs), "file-unreadable", /does not exist/);
});

test.run();
