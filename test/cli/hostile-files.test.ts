import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { zipSync } from "fflate";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { maxFileBytes } from "../../host/files/limits.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { writePng } from "../run/tensor-files/png-writer.js";
import { writeWave } from "../run/tensor-files/wav-writer.js";
import { inProcess, newest, root, temporaryFolder, writeSmallModel } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
const latin1 = (text: string) => Buffer.from(text, "latin1");
const zipOf = (...names: string[]) =>
  zipSync(Object.fromEntries(names.map((name) => [name, latin1(`what ${name} holds`)])));

const floatModel = join(root, "test/fixtures/tfjs/sequential-conv/model.json");

test.before(async () => {
  await writeSmallModel(folder);
  writeFileSync(at("net.tflite"), writeTflite(smallModel()));
});
test.after(remove);

/** Runs the command line in a process of its own, which is ended where it hangs, and asserts what it refuses. */
function refusedSoon(args: readonly string[], code: string, message: RegExp): void {
  const command = ["--max-old-space-size=512", ...newest, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
    killSignal: "SIGKILL",
  });
  assert.is(status, 1, `${args.join(" ")}: ${stderr}`);
  assert.is(stdout, "");
  assert.match(stderr, `error[${code}]: `);
  assert.match(stderr, message);
}

test("pipes and devices are refused as models, inputs and samples, without waiting for them", () => {
  if (spawnSync("mkfifo", [at("pipe")]).status !== 0) {
    console.error("SKIPPED: there is no mkfifo here");
    return;
  }
  const small = at("small.wasm");
  refusedSoon(["inspect", "/dev/zero"], "file-unreadable", /it is a device, no regular file/);
  refusedSoon(["build", at("pipe")], "file-unreadable", /it is a pipe, no regular file/);
  refusedSoon(["run", small, "--input", at("pipe")], "file-unreadable", /it is a pipe/);
  refusedSoon(["build", floatModel, "--calibrate", "/dev/zero"], "file-unreadable", /it is a device/);
});

test("a file larger than any that is read is refused before it is read", async () => {
  for (const name of ["large.tflite", "large.wasm", "large.npy", "large.json"]) {
    writeFileSync(at(name), "");
    truncateSync(at(name), maxFileBytes + 1);
  }
  const commands = [
    ["build", at("large.tflite")],
    ["run", at("large.wasm")],
    ["run", at("small.wasm"), "--input", at("large.npy")],
    ["build", floatModel, "--calibrate", at("large.json")],
  ];
  for (const args of commands) {
    const { code, stderr } = await inProcess(args);
    assert.is(code, 1, stderr);
    assert.match(stderr, /error\[file-too-large\]: .*268435457 bytes; up to 268435456 are read/);
  }
});

test("weights come from regular files of the model's folder alone; links within it are followed", async () => {
  const shard = "group1-shard1of1.bin";
  const variant = (name: string, change: (folder: string) => void): string => {
    cpSync(join(root, "test/fixtures/tfjs/sequential-conv"), at(name), { recursive: true });
    change(at(name));
    return join(at(name), "model.json");
  };
  const linked = (name: string, target: string) =>
    variant(name, (model) => {
      rmSync(join(model, shard));
      symlinkSync(target, join(model, shard));
    });
  const outside = await inProcess(["inspect", linked("outside", "/etc/passwd")]);
  assert.match(
    outside.stderr,
    /error\[shard-missing\]: .*a link to \/etc\/passwd, outside of the model's folder/,
  );
  const device = await inProcess(["inspect", linked("device", "/dev/zero")]);
  assert.match(device.stderr, /error\[shard-missing\]: .*outside of the model's folder/);
  const folderShard = variant("folder", (model) => {
    rmSync(join(model, shard));
    mkdirSync(join(model, shard));
  });
  assert.match(
    (await inProcess(["inspect", folderShard])).stderr,
    /error\[shard-missing\]: .*it is a folder/,
  );
  const inside = variant("inside", (model) => {
    cpSync(join(model, shard), join(model, "weights.bin"));
    rmSync(join(model, shard));
    symlinkSync("weights.bin", join(model, shard));
  });
  assert.is((await inProcess(["inspect", inside])).code, 0);
  const large = variant("large", (model) => truncateSync(join(model, shard), 2 ** 30));
  assert.match(
    (await inProcess(["inspect", large])).stderr,
    /error\[shard-short\]: .*1073741824 bytes; up to/,
  );
});

/** Contents, each with what it is called and the codes with which build and inspect, and run, refuse it. */
const kinds: [string, Uint8Array, RegExp, string, string][] = [
  [
    "png",
    writePng({ width: 1, height: 1 }, Uint8Array.of(0, 0)),
    /a PNG picture/,
    "format-unknown",
    "module-invalid",
  ],
  ["jpg", latin1("\xff\xd8\xff\xe0\0\x10JFIF\0"), /a JPEG picture/, "format-unknown", "module-invalid"],
  ["wav", writeWave([0]), /a WAV sound/, "format-unknown", "module-invalid"],
  ["npy", latin1("\x93NUMPY\x01\0v\0{'descr'"), /a NumPy array/, "format-unknown", "module-invalid"],
  ["npz", zipOf("arr_0.npy"), /an archive of NumPy arrays/, "weights-alone", "module-invalid"],
  ["zip", zipOf("words.txt"), /a ZIP archive/, "format-unknown", "module-invalid"],
  ["gzip", latin1("\x1f\x8b\x08\0\0\0\0\0"), /packed by gzip/, "format-unknown", "module-invalid"],
  ["html", latin1("\n<!DOCTYPE html><html>"), /a page of HTML/, "format-unknown", "module-invalid"],
  [
    "lfs",
    latin1("version https://git-lfs.github.com/spec/v1\noid"),
    /Git LFS/,
    "format-unknown",
    "module-invalid",
  ],
  ["text", latin1("no model at all\n"), /plain text/, "format-unknown", "module-invalid"],
  [
    "onnx",
    latin1("\x08\x07\x12\x07pytorch\x3a\x04\x12\x02ab\x42\x02\x10\x11"),
    /an ONNX model|the model has no output/,
    "model-invalid",
    "module-unbuilt",
  ],
  ["hdf5", latin1("\x89HDF\r\n\x1a\n\0\0\0\0"), /an HDF5 file|HDF5: /, "model-corrupt", "module-unbuilt"],
  [
    "keras",
    zipOf("config.json", "model.weights.h5"),
    /a Keras model|config\.json cannot be read/,
    "model-corrupt",
    "module-unbuilt",
  ],
  ["pytorch", zipOf("net/data.pkl", "net/version"), /a PyTorch file/, "format-convertible", "module-unbuilt"],
  [
    "saved",
    latin1("\x08\x01\x12\x04\x0a\x02ab"),
    /a TensorFlow SavedModel/,
    "format-convertible",
    "module-unbuilt",
  ],
];

for (const [name, content, message, codeOfBuild, codeOfRun] of kinds) {
  test(`what it is, is said of ${name} by any other name`, async () => {
    for (const ending of ["tflite", "onnx", "wasm"]) {
      writeFileSync(at(`renamed.${ending}`), content);
      const commands = [
        ["build", codeOfBuild],
        ["inspect", codeOfBuild],
        ["run", codeOfRun],
      ] as const;
      for (const [command, expected] of commands) {
        const { code, stderr } = await inProcess([command, at(`renamed.${ending}`)]);
        assert.is(code, 1, stderr);
        assert.match(stderr, `error[${expected}]: `);
        assert.match(stderr, message);
      }
    }
  });
}

test("a model that is not built yet is to be built, one that is built is to be run", async () => {
  const run = await inProcess(["run", at("net.tflite")]);
  assert.match(run.stderr, /error\[module-unbuilt\]: .*it is a TFLite model.*\nhelp: Build it first/);
  const build = await inProcess(["build", at("small.wasm")]);
  assert.match(build.stderr, /error\[model-built\]: .*\nhelp: Run it with `wasmote run`/);
  writeFileSync(
    at("architecture.json"),
    JSON.stringify({ class_name: "Sequential", config: { layers: [] } }),
  );
  const architecture = await inProcess(["build", at("architecture.json")]);
  assert.match(
    architecture.stderr,
    /error\[model-weightless\]: .*architecture alone.*\nhelp: Save the model with its/,
  );
  assert.match(
    (await inProcess(["run", at("architecture.json")])).stderr,
    /error\[module-unbuilt\]: .*it is JSON/,
  );
});

test.run();
