import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { applyPatch } from "../../host/delta/index.js";
import { buildModel } from "../../host/pipeline.js";
import { floatEndedGraph, inProcess, temporaryFolder, writeSmallModel } from "./command.js";

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
const bytesOf = (name: string) => new Uint8Array(readFileSync(at(name)));

test.before(async () => {
  await writeSmallModel(folder);
  writeFileSync(at("ended.wasm"), (await buildModel(floatEndedGraph())).wasm);
  writeFileSync(at("text.wasm"), "no model at all");
});
test.after(remove);

test("diff writes a patch that gives the new file, and tells its size", async () => {
  const { code, stdout, stderr } = await inProcess([
    "diff",
    at("small.wasm"),
    at("ended.wasm"),
    "-o",
    at("patch"),
  ]);
  assert.is(code, 0, stderr);
  const patch = bytesOf("patch");
  assert.equal(applyPatch(bytesOf("small.wasm"), patch), bytesOf("ended.wasm"));
  assert.match(stdout, new RegExp(`^patch  ${patch.length} bytes  \\d+\\.\\d % of the new file; files: `));
  assert.match(stderr, "wrote ");
});

const refusals: [string, string[], number, RegExp][] = [
  [
    "the same file",
    ["small.wasm", "small.wasm"],
    1,
    /error\[patch-needless\]: .*same bytes \(.*\)\nhelp: Name the file/,
  ],
  ["an old file that is no model", ["text.wasm", "small.wasm"], 1, /error\[module-invalid\].*text\.wasm/],
  ["a new file that is no model", ["small.wasm", "text.wasm"], 1, /error\[module-invalid\].*text\.wasm/],
  ["a file that is not there", ["small.wasm", "absent.wasm"], 1, /error\[file-unreadable\].*absent\.wasm/],
];

for (const [name, files, expected, message] of refusals) {
  test(`diff refuses ${name}`, async () => {
    const { code, stdout, stderr } = await inProcess(["diff", ...files.map(at), "-o", at("none")]);
    assert.is(code, expected);
    assert.is(stdout, "");
    assert.match(stderr, message);
    assert.not(existsSync(at("none")));
  });
}

test("diff overwrites neither of its files", async () => {
  const { code, stderr } = await inProcess([
    "diff",
    at("small.wasm"),
    at("ended.wasm"),
    "-o",
    at("ended.wasm"),
  ]);
  assert.is(code, 2);
  assert.match(stderr, /would overwrite/);
});

test.run();
