import { test } from "uvu";
import * as assert from "uvu/assert";
import { fileKind } from "../../host/files/kinds.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { random } from "../ops/harness.js";
import { contents, latin1, message, safetensors, zipOf } from "./contents.js";

test("the beginnings that tools write tell what a file is", () => {
  for (const [kind, files] of Object.entries(contents))
    for (const [i, bytes] of files.entries()) assert.is(fileKind(bytes), kind, `${kind} ${i}`);
  assert.is(fileKind(writeTflite(smallModel())), "tflite");
  assert.is(fileKind(latin1(message([1, 8], [2, "maker"], [7, "graph"], [8, "set"]))), "onnx");
  assert.is(fileKind(zipOf("metadata.json", "config.json", "model.weights.h5")), "keras");
});

test("what only looks like it at first is not taken for it", () => {
  const others: readonly Uint8Array[] = [
    latin1("class\nname\nother\n"),
    latin1("name: a layer of type: none\n"),
    latin1('{"learners":{}}'),
    latin1("treehouse\nversion=1\n"),
    latin1("[networks]\n"),
    latin1('<svg version="11"></svg>'),
    latin1(message([1, "two words"], [2, "more"])),
    latin1(message([1, message([1, "input"], [2, "lower case"])], [1, "x"])),
    latin1(message([1, 4], [500, "no description before it"])),
    latin1("\x02\0\0\0\0\0\0\0{}"),
    safetensors({ a: 1 }),
    safetensors({ w: { dtype: "F32" } }).subarray(0, 12),
    Uint8Array.of(8),
    Uint8Array.of(10),
    new Uint8Array(0),
  ];
  for (const [i, bytes] of others.entries()) assert.is(fileKind(bytes), undefined, `${i}`);
});

test("every beginning of such a file, and random bytes after one, are told quickly or not at all", () => {
  const source = random(3);
  const originals = Object.values(contents).flat();
  for (const bytes of originals) {
    for (let length = 0; length < Math.min(bytes.length, 200); length++) fileKind(bytes.subarray(0, length));
    const longer = new Uint8Array(4096);
    for (let i = 0; i < longer.length; i++) longer[i] = source.integer(0, 255);
    longer.set(bytes.subarray(0, 64));
    fileKind(longer);
  }
});

test("millions of fields are not walked through", () => {
  const fields = new Uint8Array(2 ** 26).map((_, i) => (i % 2 === 0 && i > 0 ? 0x10 : i === 0 ? 0x08 : 1));
  const begin = process.cpuUsage();
  assert.is(fileKind(fields), undefined);
  const { user } = process.cpuUsage(begin);
  assert.ok(user < 1_000_000, `${user} microseconds`);
});

test("texts that patterns could walk through again and again are told at once", () => {
  for (const part of [
    "# ",
    "#\n",
    "layer{",
    "type ",
    "name:layer{type ",
    " ",
    "c.a",
    "<net ",
    '{"base_code":{',
  ]) {
    const text = latin1(part.repeat(4096));
    const begin = process.cpuUsage();
    fileKind(text);
    const { user } = process.cpuUsage(begin);
    assert.ok(user < 2_000_000, `${part}: ${user} microseconds`);
  }
});

test("an archive that is cut off is told by the files at its beginning", () => {
  const whole = zipOf("net/data.pkl", "net/version");
  assert.is(fileKind(whole.subarray(0, 60)), "pytorch");
});

test.run();
