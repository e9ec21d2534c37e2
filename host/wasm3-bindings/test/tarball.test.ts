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
const project = mkdtempSync(join(folder, "project "));
const installed = join(project, "node_modules", "wasm3-bindings");

/** A command as a user calls it: without what an enclosing npm run has put into the environment. */
function call(cwd: string, command: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): string {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS|CC$)/i.test(name),
  );
  const env = { ...Object.fromEntries(own), ...more };
  return execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** What the installed package's interpreter says 2 + 3 is, or the error. */
function addition(more: NodeJS.ProcessEnv = {}): string {
  const program = `import { load } from "wasm3-bindings";
const add = [0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7, 1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11];
try { console.log(String(load(Uint8Array.from(add), { memoryLimitBytes: 1024 }).exports.add(2, 3))); }
catch (error) { console.log(error.code, error.message); }`;
  const caches = { XDG_CACHE_HOME: join(folder, "cache") };
  return call(project, process.execPath, ["--input-type=module", "-e", program], { ...caches, ...more });
}

test.before(() => {
  call(packageFolder, "npm", ["pack", "--pack-destination", folder]);
  writeFileSync(join(project, "package.json"), '{"name":"empty","type":"module"}');
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline"];
  call(project, "npm", ["install", ...quiet, join(folder, `wasm3-bindings-${version}.tgz`)]);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test("the tarball holds wasm3 with its licence and nothing of React Native, and packing leaves no trace", () => {
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  for (const file of [
    ...["LICENSE", "README.md", "dist/index.js", "dist/index.d.ts", "dist/sources.js", "native/addon.c"],
    ...["runtime/read_weights.c", "formats/custom_sections.c", "accelerators/imports/accel_conv.c"],
    ...["superinstructions/superinstructions.c", "wasm3/LICENSE", "wasm3/wasm3.h", "wasm3/m3_exec.h"],
  ]) {
    assert.ok(files.includes(file), `${file} is not in the tarball`);
  }
  assert.equal(
    files.filter((file) => /react|wasi|uvwasi|test|scripts|^src|^build|node_modules/i.test(file)),
    [],
  );
  assert.match(
    readFileSync(join(installed, "wasm3", "LICENSE"), "utf8"),
    /Copyright \(c\) 2019 .+\n[\s\S]*Permission is hereby granted[\s\S]*WITHOUT WARRANTY/,
  );
  for (const name of ["wasm3", "runtime", "accelerators", "superinstructions", "prebuilds"]) {
    assert.not.ok(existsSync(join(packageFolder, name)), `${name} is left`);
  }
});

test("installed into an empty project, with the headers of Node-API alone, it runs as it was built", () => {
  const packages = readdirSync(join(project, "node_modules")).filter((name) => !name.startsWith("."));
  assert.equal(packages, ["node-api-headers", "wasm3-bindings"]);
  assert.is(addition({ PATH: "/nowhere" }), "5\n");
  assert.not.ok(existsSync(join(installed, "build")), "nothing is compiled");
});

test("without a prebuilt addon it is compiled when it is first used, or what is missing is told", () => {
  rmSync(join(installed, "prebuilds"), { recursive: true });
  assert.match(
    addition({ PATH: "/nowhere" }),
    /^not-built There is no prebuilt wasm3 addon for \w+-\w+.*: there is no C compiler \(cc, gcc, clang\)\n$/,
  );
  assert.match(
    addition({ CC: "false" }),
    /^not-built .*: the compiler false failed: it ended with code 1\n$/,
  );
  assert.is(addition(), "5\n");
  assert.is(addition({ PATH: "/nowhere" }), "5\n", "the next time no compiler is needed");
});

test("an addon that cannot be loaded is compiled again", () => {
  const [target] = readdirSync(join(installed, "build"));
  const built = join(installed, "build", target!);
  const [file] = readdirSync(built);
  writeFileSync(join(built, file!), "no addon");
  assert.match(
    addition({ PATH: "/nowhere" }),
    /^not-built The wasm3 addon for \S+ cannot be loaded \(.*\), and/,
  );
  assert.is(addition(), "5\n");
});

test.run();
