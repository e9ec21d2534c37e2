import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { isNative, suiteOf } from "./suites.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const tests = readdirSync(`${root}test`, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => path.endsWith(".test.ts"));

test("every folder of the host has tests that are asked about it", () => {
  const folders = readdirSync(`${root}host`, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !["bench", "kernels", "wasm3-bindings"].includes(entry.name),
  );
  for (const { name } of folders) {
    const pattern = new RegExp(suiteOf(`host/${name}`));
    assert.ok(
      tests.some((path) => pattern.test(path)),
      `host/${name}: ${pattern}`,
    );
  }
  assert.ok(folders.length > 15);
});

test("a file's tests are its folder's, and the nearest folder's exception counts", () => {
  assert.is(suiteOf("host/device"), "^device/(?!hostile)");
  assert.is(suiteOf("host/device/smp.ts"), "^device/(?!hostile)");
  assert.is(suiteOf("host/run/tensor-files/npy.ts"), "^run/tensor-files/");
  assert.is(suiteOf("host/import/keras/layers/merge.ts"), suiteOf("host/import/keras"));
  assert.match("package/package.test.ts", new RegExp(suiteOf("host/package/open.ts")));
  assert.not.match("package/install.test.ts", new RegExp(suiteOf("host/package")));
});

test("C and AssemblyScript are told from TypeScript", () => {
  for (const path of ["boards", "boards/firmware", "assembly/math", "host/wasm3-bindings/native"])
    assert.ok(isNative(path), path);
  for (const path of ["host/boards", "host/wasm3-bindings/src", "boardsy"]) assert.not(isNative(path), path);
});

test("what cannot be asked is refused before anything is fetched", () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ["--import", "tsx", "test/mutation/run.ts", ...args], {
      cwd: root,
      encoding: "utf8",
    });
  for (const [args, message] of [
    [[], "one folder is expected"],
    [["host/plan", "host/ops"], "one folder is expected"],
    [["../elsewhere"], "is not in this project"],
    [["host/plan", "--tests", "^nothing/"], "no test below test matches ^nothing/"],
    [["docs"], "holds no sources to change"],
    [["host/plan", "--threshold", "101"], "the threshold is 101; 0 to 100 is expected"],
  ] as [string[], string][]) {
    const { status, stderr } = run(...args);
    assert.is(status, 2, args.join(" "));
    assert.match(stderr, message);
    assert.match(stderr, "usage: npm run mutation");
  }
});

test.run();
