import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { smallModel } from "../export/models.js";
import { inProcess } from "./command.js";

const folder = mkdtempSync(join(tmpdir(), "wasmote-cli-export-"));
const file = (name: string): string => join(folder, name);
test.before(async () => {
  const { model } = await smallModel("residual", 2, 2);
  writeFileSync(file("residual.wasm"), model.wasm);
  writeFileSync(file("text.wasm"), "no model");
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

const model = file("residual.wasm");
const exported = (...args: string[]) => inProcess(["export", ...args]);

test("a folder with library, model and example is written, the same each time, and its sizes are told", async () => {
  const { code, stdout, stderr } = await exported(
    model,
    "--as",
    "c",
    "--core",
    "cortex-m4",
    "-o",
    file("out"),
    "--json",
  );
  assert.is(code, 0, stderr);
  const { models } = JSON.parse(stdout) as { models: { symbol: string; memoryBytes: number }[] };
  assert.is(models[0]?.symbol, "residual");
  const header = readFileSync(file("out/residual.h"), "utf8");
  assert.match(header, `#define RESIDUAL_MEMORY_BYTES ${models[0]?.memoryBytes}\n`);
  for (const name of ["CMakeLists.txt", "README.md", "example.c", "residual.c", "wasmote/LICENSE"])
    assert.ok(existsSync(file(`out/${name}`)), name);
  const again = await exported(model, "--as", "c", "--core", "cortex-m4", "-o", file("out2"));
  assert.is(again.code, 0);
  for (const name of readdirSync(file("out"), { recursive: true, encoding: "utf8" }))
    if (/\.\w+$/.test(name))
      assert.equal(readFileSync(file(`out/${name}`)), readFileSync(file(`out2/${name}`)), name);
});

test("a model may be a file beside the program", async () => {
  const { code, stderr } = await exported(
    ...[model, "--as", "c", "--core", "host", "--model", "file", "-o", file("files")],
  );
  assert.is(code, 0, stderr);
  assert.ok(existsSync(file("files/residual.wasm")) && !existsSync(file("files/residual.c")));
  assert.match(readFileSync(file("files/example.c"), "utf8"), 'fopen(name, "rb")');
});

/** What is refused: arguments, and what is said of it. */
const refused: readonly { args: string[]; code: number; says: string | RegExp }[] = [
  { args: [], code: 2, says: "--as" },
  { args: [file("none.wasm"), "--as", "c", "--core", "host", "-o", file("a")], code: 1, says: "none.wasm" },
  { args: [file("text.wasm"), "--as", "c", "--core", "host", "-o", file("a")], code: 1, says: "plain text" },
  { args: [model, "--as", "c", "--core", "host"], code: 2, says: "--out" },
  { args: [model, "--core", "host", "-o", file("a")], code: 2, says: "--as" },
  { args: [model, "--as", "arduin", "--core", "host", "-o", file("a")], code: 2, says: "choices are c" },
  { args: [model, "--as", "c", "-o", file("a")], code: 2, says: "no processor is named" },
  {
    args: [model, "--as", "c", "--core", "cortex-m5", "-o", file("a")],
    code: 2,
    says: "choices are cortex-m0plus",
  },
  { args: [model, "--as", "c", "--board", "pic", "-o", file("a")], code: 1, says: "did you mean pico" },
  {
    args: [model, "--as", "c", "--board", "pico", "--core", "host", "-o", file("a")],
    code: 2,
    says: "both --board and --core",
  },
  {
    args: [model, model, "--as", "c", "--core", "host", "-o", file("a")],
    code: 1,
    says: "the same name in C",
  },
  { args: [model, "--as", "c", "--core", "host", "--tier", "fast", "-o", file("a")], code: 2, says: "tier" },
  { args: [model, "--as", "c", "--core", "host", "-o", model], code: 1, says: "it is no folder" },
  {
    args: [model, "--as", "c", "--core", "host", "-o", join(model, "in")],
    code: 1,
    says: /cannot take|cannot be/,
  },
];

test("what is wrong is said, and nothing is written", async () => {
  for (const { args, code, says } of refused) {
    const result = await exported(...args);
    assert.is(result.code, code, `${args.join(" ")}: ${result.stderr}`);
    assert.match(result.stderr, says, args.join(" "));
    assert.not(existsSync(file("a")), args.join(" "));
  }
});

test("a folder that holds anything is left as it is, but for --force; one that holds the model is never written to", async () => {
  mkdirSync(file("full"));
  writeFileSync(file("full/mine.txt"), "mine");
  const args = [model, "--as", "c", "--core", "host", "-o", file("full")];
  const { code, stderr } = await exported(...args);
  assert.is(code, 1);
  assert.match(stderr, "it holds 1 file");
  assert.equal(readdirSync(file("full")), ["mine.txt"]);
  assert.is((await exported(...args, "--force")).code, 0);
  assert.is(readFileSync(file("full/mine.txt"), "utf8"), "mine");
  const inside = await exported(model, "--as", "c", "--core", "host", "-o", folder, "--force");
  assert.is(inside.code, 2);
  assert.match(inside.stderr, "which is read");
  assert.not(existsSync(file("CMakeLists.txt")));
});

test.run();
