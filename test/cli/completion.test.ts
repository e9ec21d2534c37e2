import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { boardNames } from "../../host/boards/index.js";
import { processOutput } from "../../host/cli/output.js";
import { createProgram } from "../../host/cli/program.js";
import { findProgram } from "../../host/tools/find.js";
import { inProcess, temporaryFolder } from "./command.js";
import { shells } from "./completion-shells.js";

const { folder, remove } = temporaryFolder();
const scripts = temporaryFolder();
const scriptPath = (shell: string) => join(scripts.folder, `completion.${shell}`);
test.before(async () => {
  for (const file of ["net.tflite", "model.wasm", "notes.txt", "a b.wasm"])
    writeFileSync(join(folder, file), "");
  mkdirSync(join(folder, "samples"));
  writeFileSync(join(folder, "samples", "inner.wasm"), "");
  for (const shell of Object.keys(shells))
    writeFileSync(scriptPath(shell), (await inProcess(["completion", shell])).stdout);
});
test.after(() => {
  remove();
  scripts.remove();
});

/** Lines, what must be among their candidates, and what must not. */
const cases: [line: string, among: string[], not?: string[]][] = [
  ["wasmote b", ["build", "bench", "boards"], ["run", "samples"]],
  ["wasmote build --qua", ["--quantize"], ["--samples"]],
  ["wasmote build --quantize int", ["int8", "int16", "int4", "int4-groups"], ["hybrid"]],
  ["wasmote build --board pic", ["pico", "pico-2"], ["netduino-plus-2"]],
  ["wasmote run model.wasm --on ", ["wasm3", "node", "pico"], ["samples", "model.wasm"]],
  ["wasmote flash p", ["pico", "pico-2"], ["push"]],
  ["wasmote flash pico --method u", ["uf2"], ["pico"]],
  ["wasmote flash --method uf2 p", ["pico"], ["uf2"]],
  ["wasmote flash pico ", [], ["pico", "model.wasm"]],
  ["wasmote run m", ["model.wasm"], ["notes.txt"]],
  ["wasmote build n", ["net.tflite"], ["notes.txt"]],
  ["wasmote build net.tflite --calibrate n", ["net.tflite", "notes.txt"]],
  ["wasmote run model.wasm --input notes.txt n", ["notes.txt", "net.tflite"]],
  ["wasmote compare net.tflite m", ["model.wasm"]],
  ["wasmote completion ", ["bash", "zsh", "fish"], ["model.wasm"]],
  ["wasmote export model.wasm --as pl", ["platformio"], ["arduino"]],
  ["wasmote export model.wasm --core cortex-m0", ["cortex-m0plus"], ["host"]],
  ["wasmote help comp", ["compare", "completion"], ["build"]],
  ["wasmote bench model.wasm --compare port", ["portable"], ["accelerated"]],
];

for (const [shell, complete] of Object.entries(shells)) {
  test(`${shell} completes commands, options, their values, boards and files`, () => {
    if (findProgram(shell) === undefined) {
      console.error(`SKIPPED: completion in ${shell}, which is not installed`);
      return;
    }
    const lines = [...cases.map(([line]) => line), "wasmote build --keep "];
    const found = complete(scriptPath(shell), lines, folder);
    assert.is(found.length, lines.length);
    for (const [i, [line, among, not = []]] of cases.entries()) {
      const told = `${shell}: "${line}" gives ${found[i]?.join(", ")}`;
      for (const word of among) assert.ok(found[i]?.includes(word), `${told}; not ${word}`);
      for (const word of not) assert.not.ok(found[i]?.includes(word), `${told}; ${word}, too`);
    }
    assert.equal(
      found.at(-1)?.map((name) => name.replace(/\/$/, "")),
      ["samples"],
      `${shell}: folders alone`,
    );
  });
}

test("bash completes values after an equals sign, files with spaces, and files in folders", () => {
  if (findProgram("bash") === undefined) {
    console.error("SKIPPED: completion in bash, which is not installed");
    return;
  }
  const expected: Record<string, string[]> = {
    "wasmote run --on=wa": ["wasm3"],
    "wasmote run --tier=": ["portable", "accelerated"],
    "wasmote run --tier=portable m": ["model.wasm"],
    "wasmote run a": ["a b.wasm"],
    "wasmote run samples/": ["samples/inner.wasm"],
  };
  const found = shells.bash!(scriptPath("bash"), Object.keys(expected), folder);
  assert.equal(found, Object.values(expected));
});

test("every command, option and board is in every script, and no line is cut", async () => {
  const program = await createProgram([], processOutput({ write: () => true }, { write: () => true }));
  for (const shell of Object.keys(shells)) {
    const { code, stdout, stderr } = await inProcess(["completion", shell]);
    assert.is(code, 0, stderr);
    for (const command of program.commands) {
      assert.match(stdout, new RegExp(`\\b${command.name()}\\b`), shell);
      for (const { long } of command.options)
        assert.ok(
          stdout.includes(shell === "fish" ? `-l ${long?.slice(2)} ` : `${long}`),
          `${shell}: ${long}`,
        );
    }
    for (const board of boardNames()) assert.ok(stdout.includes(board), `${shell}: ${board}`);
    assert.ok(
      stdout.split("\n").every((line) => line.length < 2000),
      "longer lines are cut by the output",
    );
  }
});

test("another shell is a usage error that names those that there are", async () => {
  const { code, stderr } = await inProcess(["completion", "tcsh"]);
  assert.is(code, 2);
  assert.match(stderr, /Allowed choices are bash, zsh, fish/);
});

test.run();
