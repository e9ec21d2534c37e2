import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "wasm3-bindings-"));

/** npm as a user calls it: without what an enclosing npm run has put into the environment. */
function npm(cwd: string, ...args: string[]): string {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS)/i.test(name)),
  );
  return execFileSync("npm", args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

test.after(() => rmSync(folder, { recursive: true, force: true }));

test("the tarball holds wasm3 with its licence and nothing of React Native, and packing leaves no trace", () => {
  const [packed] = JSON.parse(
    npm(packageFolder, "pack", "--json", "--pack-destination", folder).replace(/^[^[{]*(?=[[{]\s)/, ""),
  );
  const files: string[] = packed.files.map((file: { path: string }) => file.path);
  for (const file of [
    "LICENSE",
    "README.md",
    "binding.gyp",
    "dist/index.js",
    "dist/index.d.ts",
    "firmware/read_weights.c",
    "firmware/custom_sections.c",
    "native/addon.c",
    "scripts/build-addon.mjs",
    "scripts/native-sources.mjs",
    "wasm3/LICENSE",
    "wasm3/wasm3.h",
    "wasm3/m3_compile.c",
    "wasm3/m3_exec.h",
  ]) {
    assert.ok(files.includes(file), `${file} is not in the tarball`);
  }
  const unwanted = files.filter((file) => /react|wasi|uvwasi|test|build\/|\.node$|node_modules/i.test(file));
  assert.equal(unwanted, []);
  assert.not.ok(existsSync(join(packageFolder, "wasm3")));
  assert.not.ok(existsSync(join(packageFolder, "firmware")));
});

test("it installs into an empty project, alone, and runs", () => {
  const project = mkdtempSync(join(folder, "project "));
  writeFileSync(
    join(project, "package.json"),
    '{"name":"empty","type":"module","allowScripts":{"wasm3-bindings":true}}',
  );
  npm(project, "install", "--no-audit", "--no-fund", join(folder, `wasm3-bindings-${version}.tgz`));
  const installed = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."));
  assert.equal(installed, ["wasm3-bindings"]);
  const licence = readFileSync(join(project, "node_modules", "wasm3-bindings", "wasm3", "LICENSE"), "utf8");
  assert.match(
    licence,
    /Copyright \(c\) 2019 .+\n[\s\S]*Permission is hereby granted[\s\S]*WITHOUT WARRANTY/,
  );
  writeFileSync(
    join(project, "run.js"),
    `import { load } from "wasm3-bindings";
const add = [0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11];
const instance = load(Uint8Array.from(add), { memoryLimitBytes: 1024 });
console.log(String(instance.exports.add(2, 3)));
instance.dispose();`,
  );
  assert.is(execFileSync(process.execPath, ["run.js"], { cwd: project, encoding: "utf8" }), "5\n");
});

test("without the compiled addon, load says how to build it", () => {
  const project = mkdtempSync(join(folder, "unbuilt-"));
  writeFileSync(join(project, "package.json"), '{"name":"empty","type":"module"}');
  npm(
    project,
    "install",
    "--no-audit",
    "--no-fund",
    "--ignore-scripts",
    join(folder, `wasm3-bindings-${version}.tgz`),
  );
  writeFileSync(
    join(project, "run.js"),
    `import { load } from "wasm3-bindings";
try { load(Uint8Array.from([0, 97, 115, 109, 1, 0, 0, 0])); } catch (error) { console.log(error.code, error.message); }`,
  );
  assert.match(
    execFileSync(process.execPath, ["run.js"], { cwd: project, encoding: "utf8" }),
    /^not-built .*npm rebuild wasm3-bindings/,
  );
});

test.run();
