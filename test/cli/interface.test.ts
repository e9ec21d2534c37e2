import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { openModule } from "../../host/package/open.js";
import { buildModel } from "../../host/pipeline.js";
import { parseNpy, writeNpy } from "../../host/run/tensor-files/index.js";
import { floatEndedGraph, temporaryFolder, wasmote, writeSmallModel } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
const run = (...args: string[]) => wasmote(folder, ["run", ...args, "--on", "node"]);
const bytesOf = (...reals: number[]) => new Uint8Array(Float32Array.from(reals).buffer);
const realsOf = (bytes: Uint8Array) => [...new Float32Array(Uint8Array.from(bytes).buffer)];

test.before(async () => {
  await writeSmallModel(folder);
  writeFileSync(at("ended.wasm"), (await buildModel(floatEndedGraph())).wasm);
  writeFileSync(at("one.bin"), bytesOf(1, -2, 3, 0.5));
  writeFileSync(at("two.bin"), bytesOf(1, -2, 3, 0.5, 0, 2, 0, 0));
  writeFileSync(at("raw.bin"), Int8Array.of(2, -4, 6, 1));
});
test.after(remove);

test("the manifest keeps the model's own names and dtypes beside what is computed with", () => {
  const { inputs, outputs, steps } = openModule(new Uint8Array(readFileSync(at("ended.wasm")))).manifest;
  const common = { dtype: "int8", interface: "float32", scale: 0.5, zeroPoint: 0 };
  const described = [...inputs, ...outputs].map(({ address: _, ...rest }) => rest);
  assert.equal(described, [
    { name: "serving_default_x:0", shape: [1, 4], ...common },
    { name: "StatefulPartitionedCall:0", shape: [1, 3], ...common },
  ]);
  assert.is(steps.length, 1, "what runs is still without the ends");
});

test("inspect says both types", () => {
  const { stdout, code, stderr } = wasmote(folder, ["inspect", "ended.wasm"]);
  assert.is(code, 0, stderr);
  assert.match(stdout, "serving_default_x:0  1x4 float32, int8 inside, scale 0.5, zero point 0");
});

test("a float32 .bin is real values, one frame, and outputs are real values", () => {
  const { code, stderr } = run("ended.wasm", "--input", "one.bin", "--output", "out.bin");
  assert.is(code, 0, stderr);
  assert.match(stderr, "one.bin: quantized to int8: scale 0.5, zero point 0\n");
  assert.equal(realsOf(readFileSync(at("out.bin"))), [1, -2, 2.5]);
  const array = run("ended.wasm", "--input", "two.bin", "--output", "out.npy");
  assert.is(array.code, 0, array.stderr);
  assert.match(array.stderr, "two.bin: 2 frames of 1x4 float32; quantized");
  const { dtype, shape, bytes } = parseNpy(new Uint8Array(readFileSync(at("out.npy"))));
  assert.is(dtype, "float32");
  assert.equal(shape, [2, 3]);
  assert.equal(realsOf(bytes), [1, -2, 2.5, 0, 2, 2]);
});

test("int8 frames are read and written with --raw, and refused without it", () => {
  const refused = run("ended.wasm", "--input", "raw.bin", "--output", "none.bin");
  assert.is(refused.code, 1);
  assert.match(
    refused.stderr,
    /error\[input-size\].*4 bytes for 1x4 float32, which takes 16.*1x4 int8.*--raw/,
  );
  assert.not(existsSync(at("none.bin")));
  const { code, stderr } = run("ended.wasm", "--raw", "--input", "raw.bin", "--output", "raw-out.bin");
  assert.is(code, 0, stderr);
  assert.equal([...new Int8Array(readFileSync(at("raw-out.bin")))], [2, -4, 5]);
});

test("a .npy says its own dtype: int8 is taken as memory holds it, and said", () => {
  const bytes = new Uint8Array(Int8Array.of(2, -4, 6, 1).buffer);
  writeFileSync(at("raw.npy"), writeNpy({ dtype: "int8", shape: [1, 4], bytes }));
  const { code, stdout, stderr } = run("ended.wasm", "--input", "raw.npy", "--json");
  assert.is(code, 0, stderr);
  assert.match(stderr, "raw.npy: int8 as memory holds it");
  const [output] = JSON.parse(stdout).outputs;
  assert.equal(
    [output.name, output.dtype, output.rawDtype],
    ["StatefulPartitionedCall:0", "float32", "int8"],
  );
  assert.equal(
    [output.values, output.raw],
    [
      [1, -2, 2.5],
      [2, -4, 5],
    ],
  );
});

test("where the interface is int8, several frames in a .bin are said, and --raw changes nothing", () => {
  const told = run("small.wasm", "--input", "one.bin", "--output", "small.bin");
  assert.is(told.code, 0, told.stderr);
  assert.match(told.stderr, "one.bin: 4 frames of 1x4 int8");
  const raw = run("small.wasm", "--raw", "--input", "one.bin", "--output", "small-raw.bin");
  assert.is(raw.code, 0, raw.stderr);
  assert.equal(readFileSync(at("small-raw.bin")), readFileSync(at("small.bin")));
});

test.run();
