import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { exportFolder, writeExport } from "../../host/cli/export-folder.js";
import { errorOf } from "../error-of.js";
import { smallModel } from "../export/models.js";
import { commandOf, inProcess } from "./command.js";

const folder = mkdtempSync(join(tmpdir(), "wasmote-cli-export-"));
const file = (name: string): string => join(folder, name);
test.before(async () => {
  const { model } = await smallModel("residual", 2, 2);
  writeFileSync(file("residual.wasm"), model.wasm);
  writeFileSync(file("keywords.wasm"), (await smallModel("keywords", 1, 1)).model.wasm);
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

test("models are named after their files: two of one name in their manifests go together", async () => {
  for (const name of ["model.wasm", "other-words.wasm"]) cpSync(file("keywords.wasm"), file(name));
  const both = [file("model.wasm"), file("other-words.wasm"), "--as", "pico-sdk", "--board", "pico-2"];
  const { code, stdout, stderr } = await exported(...both, "-o", file("both"));
  assert.is(code, 0, stderr);
  assert.match(stdout, /^model {2}flash .*\nother_words {2}flash /);
  assert.match(readFileSync(file("both/README.md"), "utf8"), "-DPICO_BOARD=pico2 ");
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
    says: 'the same name in C: residual, of "residual" and of "residual"',
  },
  {
    args: [model, "--as", "esp-idf", "--board", "pico", "-o", file("a")],
    code: 2,
    says: "cores: rv32imc, rv32imac",
  },
  { args: [model, "--as", "pico-sdk", "--core", "cortex-m4", "-o", file("a")], code: 2, says: "cortex-m33" },
  {
    args: [model, "--as", "arduino", "--core", "host", "-o", file("a")],
    code: 2,
    says: "a computer's processor",
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

test("a folder that holds anything is left as it is; one that holds the model is never written to", async () => {
  mkdirSync(file("full"));
  writeFileSync(file("full/mine.txt"), "mine");
  const args = [model, "--as", "c", "--core", "host", "-o", file("full")];
  const { code, stderr } = await exported(...args);
  assert.is(code, 1);
  assert.match(stderr, "it holds 1 file already");
  const forced = await exported(...args, "--force");
  assert.is(forced.code, 1);
  assert.match(forced.stderr, "it holds 1 file and is no export: wasmote-export.json is not there");
  for (const record of ["{", '{"version":1,"files":{"../mine":"00"}}']) {
    writeFileSync(file("full/wasmote-export.json"), record);
    assert.match((await exported(...args, "--force")).stderr, "it is no list of what an export wrote");
    rmSync(file("full/wasmote-export.json"));
  }
  assert.equal(readdirSync(file("full")), ["mine.txt"]);
  const inside = await exported(model, "--as", "c", "--core", "host", "-o", folder, "--force");
  assert.is(inside.code, 2);
  assert.match(inside.stderr, "which is read");
  assert.not(existsSync(file("CMakeLists.txt")));
});

test("--force replaces what the earlier export wrote, all of it and nothing else", async () => {
  const to = (name: string): string => file(`forced/${name}`);
  const args = ["--as", "c", "--core", "host", "-o", file("forced")];
  const listing = (of: string) => readdirSync(file(of), { recursive: true, encoding: "utf8" }).sort();
  assert.is((await exported(model, file("keywords.wasm"), ...args)).code, 0);
  const both = listing("forced");
  assert.ok(both.includes("keywords.c") && both.includes("wasmote/accelerators/conv.c"));
  writeFileSync(to("mine.txt"), "mine");
  const portable = [model, "--tier", "portable"];
  const { code, stderr } = await exported(...portable, ...args, "--force");
  assert.is(code, 0, stderr);
  assert.is((await exported(...portable, ...args.slice(0, -1), file("fresh"))).code, 0);
  assert.equal(
    listing("forced").filter((name) => name !== "mine.txt"),
    listing("fresh"),
  );
  assert.not(existsSync(to("wasmote/accelerators/imports")));
  assert.is(
    readFileSync(to("wasmote-export.json"), "utf8"),
    readFileSync(file("fresh/wasmote-export.json"), "utf8"),
  );

  writeFileSync(to("example.c"), "int main(void) { return 0; }\n");
  writeFileSync(to("keywords.h"), "mine, too");
  const before = listing("forced");
  const changed = await exported(model, file("keywords.wasm"), ...args, "--force");
  assert.is(changed.code, 1);
  assert.match(changed.stderr, /export-changed.*: example\.c, keywords\.h \(/s);
  assert.equal(listing("forced"), before);
  rmSync(to("example.c"));
  rmSync(to("keywords.h"));
  assert.is((await exported(model, file("keywords.wasm"), ...args, "--force")).code, 0);
  assert.equal(
    listing("forced").filter((name) => name !== "mine.txt"),
    both,
  );
});

/** Writes an export of these files to a folder, in the place of an earlier one. */
const written = async (to: string, names: readonly string[]) =>
  writeExport(await exportFolder(file(to), [], true), Object.fromEntries(names.map((name) => [name, name])));
const refusal = async (to: string, names: readonly string[]) => {
  const { code, detail } = await errorOf(written(to, names));
  return `${code}: ${detail}`;
};
const everything = (of: string) => readdirSync(file(of), { recursive: true, encoding: "utf8" }).sort();

if (existsSync("/bin/sh")) {
  test("where writing fails, no folder that was made for it stays, and none that was there goes", async () => {
    const args = [model, "--as", "c", "--core", "host", "-o"];
    assert.is((await exported(...args, file("failed"), "--tier", "portable")).code, 0);
    mkdirSync(file("failed/mine"));
    const before = everything("failed");
    for (const to of ["failed", "outer/inner/out"]) {
      const all = commandOf(folder, ["export", ...args, file(to), "--force"]);
      // Files of more than 512 or 1024 bytes, by the shell, cannot be written.
      const limited = ["-c", 'ulimit -f 1; exec "$0" "$@"', all.file, ...all.args];
      const { status, stderr } = spawnSync("/bin/sh", limited, all.options);
      assert.is(status, 1, stderr);
      assert.match(stderr, /file-unwritable.*larger than files may be here/);
    }
    assert.equal(everything("failed"), before);
    assert.not(existsSync(file("outer")));
  });
}

/** What a user has put in the place of a part of an export, and what of it the error names. */
const inTheWay: readonly { is: string; at: string; put: (path: string) => void }[] = [
  { is: "a link to nothing", at: "a.c", put: (path) => symlinkSync(file("nowhere"), path) },
  {
    is: "a link to the same text",
    at: "a.c",
    put: (path) => symlinkSync(path.replace(/a\.c$/, "same"), path),
  },
  { is: "a folder", at: "a.c", put: (path) => mkdirSync(path) },
  { is: "a file for a folder", at: "src", put: (path) => writeFileSync(path, "mine") },
  { is: "a folder that is moved and linked", at: "src", put: (path) => symlinkSync(`${path}-moved`, path) },
  { is: "a link to nothing for a folder", at: "src/in", put: (path) => symlinkSync(file("nowhere"), path) },
];

test("what a user has put in the way of an export is named, and stays", async () => {
  const names = ["a.c", "src/b.c", "src/in/c.c"];
  for (const [i, { is, at, put }] of inTheWay.entries()) {
    const to = `way-${i}`;
    await written(to, names);
    writeFileSync(file(`${to}/same`), "a.c");
    renameSync(file(`${to}/${at}`), file(`${to}/${at}-moved`));
    put(file(`${to}/${at}`));
    const before = everything(to);
    assert.is(await refusal(to, names), `export-changed: ${at}`, is);
    assert.is(await refusal(to, ["z.c"]), `export-changed: ${at}`, `${is}, which would be removed`);
    assert.equal(everything(to), before, is);
    assert.not(existsSync(file("nowhere")), is);
  }
});

test("a record that is a link is no record", async () => {
  await written("linked", ["a.c"]);
  renameSync(file("linked/wasmote-export.json"), file("record.json"));
  symlinkSync(file("record.json"), file("linked/wasmote-export.json"));
  assert.is(await refusal("linked", ["a.c"]), "export-folder: wasmote-export.json is no regular file");
});

test.run();
