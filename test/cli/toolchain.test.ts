import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { temporaryFolder, wasmote } from "./command.js";

const { folder, remove } = temporaryFolder();
test.after(remove);

const needed = [
  ...["cmake", "make", "arm-none-eabi-gcc", "riscv64-unknown-elf-gcc"],
  ...["qemu-system-arm", "qemu-system-riscv32"],
];

/** A folder for PATH with these programs, each a shell script. */
function programs(name: string, bodies: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const path = join(folder, name);
  mkdirSync(path);
  for (const [program, body] of Object.entries({ sudo: 'exec "$@"', ...bodies })) {
    writeFileSync(join(path, program), `#!/bin/sh\n${body}\n`);
    chmodSync(join(path, program), 0o755);
  }
  return { PATH: path };
}

/** A program that is complete: asked for a file of its library, it names one. */
const complete = 'echo "$0"';
const all = Object.fromEntries(needed.map((program) => [program, complete]));

test("where all is there it says so; flashing tools are optional", () => {
  const { code, stdout, stderr } = wasmote(folder, ["toolchain"], programs("all", all));
  assert.is(code, 0);
  assert.is(stderr, "");
  assert.match(stdout, join(folder, "all", "cmake"));
  assert.match(stdout, /dfu-util +flashing +missing, optional: dfu-util\n/);
});

test("--check installs nothing; what is missing is named, and a compiler without picolibc is missing", () => {
  const { make: _, ...most } = all;
  const touchy = { ...most, "arm-none-eabi-gcc": "echo picolibc.specs", "apt-get": `touch ${folder}/called` };
  const { code, stdout, stderr } = wasmote(
    folder,
    ["toolchain", "--check", "--json"],
    programs("some", touchy),
  );
  assert.is(code, 3);
  const missing = JSON.parse(stdout).filter(
    (tool: { needed: boolean; path?: string }) => tool.needed && tool.path === undefined,
  );
  assert.equal(
    missing.map(({ program }: { program: string }) => program),
    ["make", "arm-none-eabi-gcc"],
  );
  const { code: error, message } = JSON.parse(stderr).error;
  assert.is(error, "tool-missing");
  assert.match(message, "apt-get install make gcc-arm-none-eabi picolibc-arm-none-eabi; Homebrew: ");
  assert.equal(wasmote(folder, ["toolchain", "--check"], { PATH: join(folder, "all") }).code, 0);
});

test("without apt-get the missing ones are named", () => {
  const { code, stdout, stderr } = wasmote(folder, ["toolchain"], programs("none", {}));
  assert.is(code, 3);
  assert.is(stdout, "");
  assert.match(stderr, /^missing: cmake, make, .*\nerror\[tool-missing\]: .*brew install cmake && /);
});

test("apt-get is asked for what is missing; its failure is exit code 1", () => {
  const { cmake: _, ...most } = all;
  const note = `echo "$@" >> '${join(folder, "asked")}'; echo of apt-get`;
  const path = join(folder, "installing");
  const install = `[ "$1" = install ] && echo '#!/bin/sh' > '${path}/cmake' && /bin/chmod +x '${path}/cmake'; exit 0`;
  const installing = wasmote(
    folder,
    ["toolchain"],
    programs("installing", { ...most, "apt-get": `${note}; ${install}` }),
  );
  assert.is(installing.code, 0, installing.stderr);
  assert.equal(installing.stderr, "missing: cmake\nof apt-get\nof apt-get\n");
  assert.match(installing.stdout, join(path, "cmake"));
  const asked = readFileSync(join(folder, "asked"), "utf8");
  assert.is(asked, "update\ninstall --yes --no-install-recommends cmake\n");

  const failing = wasmote(folder, ["toolchain"], programs("failing", { ...most, "apt-get": "exit 100" }));
  assert.is(failing.code, 1);
  assert.match(failing.stderr, /error\[tool-failed\]: .*apt-get update: it ended with code 100/);
});

test.run();
