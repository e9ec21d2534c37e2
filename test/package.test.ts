import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { smallModel, writeTflite } from "./import/tflite-writer.js";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "wasmote-package-"));

/** A command as a user calls it: without what an enclosing npm run has put into the environment. */
function call(cwd: string, command: string, ...args: string[]): string {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS)/i.test(name)),
  );
  return execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Builds and runs a model with the `wasmote` that npx finds in `cwd`. */
function buildAndRun(cwd: string): void {
  const [model, file, input] = ["small.tflite", "small.wasm", "input.bin"].map((name) => join(folder, name));
  writeFileSync(model as string, writeTflite(smallModel()));
  writeFileSync(input as string, new Uint8Array(72).fill(9));
  assert.is(call(cwd, "npx", "--no-install", "wasmote", "--version").trim(), version);
  const report = JSON.parse(
    call(cwd, "npx", "--no-install", "wasmote", "build", model as string, "-o", file as string, "--json"),
  );
  assert.ok(report, "a report");
  const outputs = ["wasm3", "node"].map((on) => {
    const target = join(folder, `${on}.bin`);
    const files = ["--input", input as string, "--output", target, "--on", on];
    call(cwd, "npx", "--no-install", "wasmote", "run", file as string, ...files);
    return readFileSync(target).toString("hex");
  });
  assert.is(outputs[0]?.length, 10);
  assert.is(outputs[0], outputs[1]);
}

test.after(() => rmSync(folder, { recursive: true, force: true }));

test("npx wasmote works in a checkout", () => buildAndRun(root));

test("npx wasmote works in a project that installed the packed tarball, and nothing else", () => {
  call(root, "npm", "pack", "--pack-destination", folder);
  const project = mkdtempSync(join(folder, "project-"));
  writeFileSync(
    join(project, "package.json"),
    '{"name":"empty","allowScripts":{"wasmote":true,"wasm3-bindings":true}}',
  );
  call(project, "npm", "install", "--no-audit", "--no-fund", join(folder, `wasmote-${version}.tgz`));
  buildAndRun(project);
});

test.run();
