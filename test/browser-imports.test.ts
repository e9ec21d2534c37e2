import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const compiler = join(root, "node_modules", "typescript", "bin", "tsc");

/** Folders of the host that are of no use without Node. */
const beyond = ["bench", "boards", "cli", "device", "firmware", "flash", "tools", "wasm3-bindings"];
/** Packages that a page loads; docs/browser.md names them in its import map. */
const packages = ["@assemblyscript/loader", "cborg", "fflate", "flatbuffers", "h5wasm", "pbf"];

/** What the compiler says of `host/browser.ts` with a browser's types and without Node's, and the files that it reaches. */
function compileForBrowsers() {
  const project = ["-p", join(root, "tsconfig.browser.json"), "--noEmit", "--listFiles", "--pretty", "false"];
  const { status, stdout } = spawnSync(process.execPath, [compiler, ...project], { encoding: "utf8" });
  const lines = stdout.split("\n").map((line) => relative(root, line));
  const errors = lines.filter((line) => line.includes(": error TS"));
  return { status, errors, files: lines.filter((line) => /^(host|node_modules)\/.*\.[cm]?ts$/.test(line)) };
}

const { status, errors, files } = compileForBrowsers();
const host = files.filter((file) => file.startsWith("host/"));

test("what a page imports, statically or dynamically, uses no module and no global of Node", () => {
  assert.equal(errors, []);
  assert.is(status, 0);
  assert.not.ok(
    files.some((file) => file.startsWith("node_modules/@types/")),
    "no types of Node come in",
  );
});

test("it reaches the whole pipeline, and no part of the host that needs Node", () => {
  const folders = new Set(host.map((file) => file.split("/")[1] as string));
  assert.equal(
    beyond.filter((folder) => folders.has(folder)),
    [],
  );
  const reached = new Set(host);
  const stages = ["import", "passes", "quantize", "plan", "lower", "link", "package"];
  for (const stage of stages) {
    const own = readdirSync(join(root, "host", stage)).map((file) => `host/${stage}/${file}`);
    assert.ok(
      own.some((file) => reached.has(file)),
      stage,
    );
  }
});

test("it takes no package but those that the documentation names", () => {
  const taken = files
    .filter((file) => file.startsWith("node_modules/") && !file.startsWith("node_modules/typescript/"))
    .map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] as string)
    .filter((name) => !name.startsWith("@typescript/"));
  assert.equal([...new Set(taken)].sort(), packages);
});

test.run();
