import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { inProcess, root, temporaryFolder, writeSmallModel } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
const model = at("net.tflite");
const refusedModel = at("odd.tflite");

test.before(async () => {
  await writeSmallModel(folder);
  writeFileSync(model, writeTflite(smallModel()));
  const tensor = (name: string) => ({ name, type: "FLOAT32" as const, shape: [1, 4] });
  const odd = { builtin: "CUSTOM:Unheard", inputs: [0], outputs: [1] };
  writeFileSync(
    refusedModel,
    writeTflite({ tensors: [tensor("x"), tensor("y")], nodes: [odd], inputs: [0], outputs: [1] }),
  );
});
test.after(remove);

test("inspect --svg draws a model beside what it tells, in a folder that it makes", async () => {
  const svg = at("new/folder/net.svg");
  const { code, stdout, stderr } = await inProcess(["inspect", model, "--svg", svg]);
  assert.is(code, 0, stderr);
  assert.is(stdout, (await inProcess(["inspect", model])).stdout);
  const text = readFileSync(svg, "utf8");
  assert.match(text, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.match(text, /<\/svg>\n$/);
  assert.is(text.split('peak"').length, 2, "memory is fullest at one node");
  assert.not.match(text, /(href|src|url\((?!#arrow))/i);
});

test("a model that cannot be built is drawn, and refused", async () => {
  const svg = at("odd.svg");
  const { code, stderr } = await inProcess(["inspect", refusedModel, "--svg", svg]);
  assert.is(code, 1);
  assert.match(stderr, "error[model-unsupported]");
  assert.match(readFileSync(svg, "utf8"), /class="node refused"><title>y\nit is a custom operator/);
});

test("a picture overwrites nothing that is read, and is whole or not there", async () => {
  const before = readFileSync(model);
  const over = await inProcess(["inspect", model, "--svg", model]);
  assert.is(over.code, 2);
  assert.match(over.stderr, "would overwrite");
  assert.match(over.stderr, "Give --svg another name.");
  assert.equal(readFileSync(model), before);
  const shard = join(root, "test/fixtures/tfjs/sequential-conv/group1-shard1of1.bin");
  const weights = readFileSync(shard);
  const floats = join(root, "test/fixtures/tfjs/sequential-conv/model.json");
  assert.is((await inProcess(["inspect", floats, "--svg", shard])).code, 2);
  assert.equal(readFileSync(shard), weights);

  const below = await inProcess(["inspect", model, "--svg", join(model, "net.svg")]);
  assert.is(below.code, 1);
  assert.match(below.stderr, "error[file-unwritable]");
  assert.match((await inProcess(["inspect", model, "--svg", folder])).stderr, "error[file-unwritable]");
  const missing = await inProcess(["inspect", at("none.tflite"), "--svg", at("none.svg")]);
  assert.is(missing.code, 1);
  assert.not(existsSync(at("none.svg")));
  assert.equal(
    readdirSync(folder).filter((name) => name.includes(".tmp")),
    [],
  );
});

test("a built file is not drawn", async () => {
  const { code, stderr } = await inProcess(["inspect", at("small.wasm"), "--svg", at("small.svg")]);
  assert.is(code, 2);
  assert.match(stderr, "--svg is of no use");
  assert.not(existsSync(at("small.svg")));
});

test.run();
