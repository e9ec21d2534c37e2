import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { inProcess, root, temporaryFolder, wasmote, writeSmallModel } from "./command.js";

const { folder, remove } = temporaryFolder();
test.after(remove);

test("--version prints the package's version", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  assert.equal(wasmote(folder, ["--version"]), { code: 0, stdout: `${version}\n`, stderr: "" });
});

test("--help lists the commands and the exit codes on stdout", () => {
  const { code, stdout, stderr } = wasmote(folder, ["--help"]);
  assert.is(code, 0);
  assert.is(stderr, "");
  for (const word of ["build", "run", "inspect", "bench", "Exit codes", "WASMOTE_DEBUG"])
    assert.match(stdout, word);
});

const options: Record<string, string[]> = {
  build: [
    "--out",
    "--calibrate",
    "--samples",
    "--quantize",
    "--keep",
    "--wat",
    "--operators",
    "--board",
    "--json",
  ],
  run: ["--input", "--output", "--on", "--port", "--limit", "--tier", "--json"],
  inspect: ["--operators", "--json"],
  bench: ["--on", "--port", "--limit", "--tier", "--json"],
  sign: ["--key", "--version", "--for", "--self-test", "--no-self-test"],
};

for (const [command, names] of Object.entries(options)) {
  test(`${command} --help names every option`, async () => {
    const { code, stdout } = await inProcess([command, "--help"]);
    assert.is(code, 0);
    assert.match(stdout, `Usage: wasmote ${command} [options] <model>`);
    for (const name of names) assert.match(stdout, name);
  });
}

test("no command at all prints help on stderr, and is a usage error", () => {
  const { code, stdout, stderr } = wasmote(folder, []);
  assert.is(code, 2);
  assert.is(stdout, "");
  assert.match(stderr, "Usage: wasmote");
});

const wrong: [string[], RegExp][] = [
  [
    ["train", "model"],
    /^error\[usage\]: unknown command 'train'\nhelp: The commands are build, run, app, simulate, tune, inspect, bench, compare, boards, firmware, flash, diff, push, slots, capture, log, keys, export, keygen, sign, verify, monitor, doctor, toolchain and completion;/,
  ],
  [["biuld", "x"], /Did you mean build\?/],
  [["help", "biuld"], /unknown command 'biuld'.*Did you mean build\?/],
  [
    ["run"],
    /^error\[usage\]: missing required argument 'model'\nhelp: Name the model right after the command, before the options: a \.wasm/,
  ],
  [["flash"], /missing required argument 'board'\nhelp: Name the board right after the command/],
  [
    ["flash", "pico", "--method", "opencd"],
    /Allowed choices are uf2, openocd, st-flash, dfu-util, esptool, jlink/,
  ],
  [["build", "m", "--quantise", "int8"], /unknown option '--quantise'.*Did you mean --quantize\?/],
  [["build", "m", "-o", "a", "-o", "b"], /--out is given twice\nhelp: Give it once/],
  [["build", "m", "-o", ""], /--out is given an empty value/],
  [["run", ""], /<model> is empty/],
  [["run", "m.wasm", "--on", ""], /--on is given an empty value/],
  [["build", "m", "--calibrate", "a", "--calibrate", ""], /--calibrate is given an empty value/],
  [["run", "m.wasm", "--input", "a", ""], /--input is given an empty value/],
  [["build", "a", "b"], /too many arguments/],
  [["bench", "m.wasm", "--fast"], /unknown option '--fast'/],
  [["run", "m.wasm", "--tier", "quick"], /Allowed choices are portable, accelerated/],
  [
    ["build", "m", "--quantize", "int3"],
    /Allowed choices are auto, int8, int16, int4, int4-groups, table16, table4, hybrid, float32\./,
  ],
  [["run", "--input", "a.bin", "m.wasm"], /Name the model right after the command/],
];

for (const [args, message] of wrong) {
  test(`wrong: wasmote ${args.map((arg) => arg || '""').join(" ")}`, async () => {
    const { code, stdout, stderr } = await inProcess(args);
    assert.is(code, 2);
    assert.is(stdout, "");
    assert.match(stderr, message);
  });
}

test("with --json an error is one line of JSON on stderr", () => {
  const { code, stdout, stderr } = wasmote(folder, ["inspect", "absent.tflite", "--json"]);
  assert.is(code, 1);
  assert.is(stdout, "");
  assert.is(stderr.trimEnd().split("\n").length, 1);
  const { error } = JSON.parse(stderr);
  assert.is(error.code, "file-unreadable");
  assert.equal(error.place, { file: "absent.tflite" });
  assert.ok(error.message.length > 0 && error.help.length > 0);
  assert.is(error.stack, undefined);
});

test("a stack trace is shown only where it is asked for", () => {
  assert.not.match(wasmote(folder, ["inspect", "absent"]).stderr, /\n\s+at /);
  assert.match(wasmote(folder, ["inspect", "absent"], { WASMOTE_DEBUG: "1" }).stderr, /\n\s+at /);
});

test("files that are no models are refused by every command that takes one", () => {
  writeFileSync(join(folder, "empty.tflite"), "");
  writeFileSync(join(folder, "text.txt"), "no model at all");
  writeFileSync(join(folder, "text.tflite"), "no model at all");
  writeFileSync(join(folder, "net.onnx"), Uint8Array.of(8, 7, 18, 4));
  writeFileSync(join(folder, "broken.wasm"), Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 99));
  writeFileSync(join(folder, "foreign.wasm"), Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
  mkdirSync(join(folder, "some"));
  mkdirSync(join(folder, "saved"));
  writeFileSync(join(folder, "saved", "saved_model.pb"), "");
  const refusals: [string[], string][] = [
    [["build", "empty.tflite"], "file-empty"],
    [["build", "text.txt"], "format-unknown"],
    [["inspect", "text.txt"], "format-unknown"],
    [["build", "text.tflite"], "format-unknown"],
    [["build", "net.onnx"], "model-corrupt"],
    [["build", "some"], "file-unreadable"],
    [["inspect", "some"], "file-unreadable"],
    [["build", "saved"], "format-convertible"],
    [["inspect", "saved"], "format-convertible"],
    [["inspect", "net.onnx"], "model-corrupt"],
    [["inspect", "broken.wasm"], "module-invalid"],
    [["run", "broken.wasm"], "module-invalid"],
    [["run", "foreign.wasm"], "module-foreign"],
    [["bench", "foreign.wasm"], "module-foreign"],
  ];
  for (const [args, expected] of refusals) {
    const { code, stdout, stderr } = wasmote(folder, args);
    assert.is(code, 1, `${args.join(" ")}: ${stderr}`);
    assert.is(stdout, "");
    assert.match(stderr, `error[${expected}]: `);
    assert.match(stderr, "\nhelp: ");
  }
});

test("help and tables fit a terminal of 40 columns, and are as they were without one", async () => {
  await writeSmallModel(folder);
  const small = join(folder, "small.wasm");
  const digits = join(root, "models/digits/float/model.json");
  const tflite = join(folder, "net.tflite");
  writeFileSync(tflite, writeTflite(smallModel()));
  const colours = process.env.NO_COLOR;
  process.env.NO_COLOR = "1";
  for (const args of [
    ["--help"],
    ...["build", "run", "bench", "flash"].map((command) => [command, "--help"]),
    ["boards", "--model", small],
    ["inspect", small],
    ["inspect", digits],
    ["build", tflite, "-o", join(folder, "net.wasm")],
    ["bench", small, "--on", "node"],
    ["bench", small, "--on", "node", "--compare", small],
  ]) {
    const { code, stdout } = await inProcess(args, 40);
    assert.is(code, 0, args.join(" "));
    for (const line of stdout.split("\n")) assert.ok(line.length <= 40, `${args.join(" ")}: ${line}`);
  }
  if (colours === undefined) delete process.env.NO_COLOR;
  else process.env.NO_COLOR = colours;
  const { stdout } = await inProcess(["boards"]);
  assert.match(stdout, /^board +name +core +MHz +model RAM +model flash +proven +flash by\n/);
});

test("what is given to the wrong command is told what to do with it", async () => {
  await writeSmallModel(folder);
  writeFileSync(join(folder, "net.tflite"), writeTflite(smallModel()));
  for (const command of ["run", "bench", "push"]) {
    const port = command === "push" ? ["--port", "none"] : [];
    const { code, stderr } = await inProcess([command, join(folder, "net.tflite"), ...port]);
    assert.is(code, 1);
    assert.match(
      stderr,
      /not built yet: it is a TFLite model .*\nhelp: Build it first: `wasmote build .*net\.tflite/,
    );
  }
  const { code, stderr } = await inProcess(["build", join(folder, "small.wasm")]);
  assert.is(code, 1);
  assert.match(
    stderr,
    /it is a WebAssembly module .*\nhelp: Run it with `wasmote run`, or put it on a board with `wasmote push`/,
  );
  const board = await inProcess(["build", "m.tflite", "--board", "nope"]);
  assert.match(board.stderr, /board-unknown.*\nhelp: Name a board that `wasmote boards` lists\.\n$/);
});

test.run();
