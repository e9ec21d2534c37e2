import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, relative } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../host/boards/index.js";
import { findProgram } from "../../host/tools/find.js";
import { writeFirmwarePackage } from "../../host/tools/write-firmware-package.js";
import { availableBoards } from "../boards/emulators.js";
import { root } from "../cli/command.js";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const folder = mkdtempSync(join(tmpdir(), "wasmote-package-"));
const project = join(folder, "an empty project");
const installed = join(project, "node_modules", "wasmote");
const bindings = join(installed, "node_modules", "wasm3-bindings");
const digits = join(installed, "models", "digits");
const picture = join(digits, "samples", "digit-7.png");

const largestBytes = 30e6;

/** A folder for PATH that holds Node, npm and a shell, and nothing else: no compiler, no make, no python3. */
const bare = join(folder, "bin");
mkdirSync(bare);
for (const program of ["npm", "sh"]) symlinkSync(realpathSync(findProgram(program)!), join(bare, program));
symlinkSync(process.execPath, join(bare, "node"));

/** Runs a command as a user does: without what an enclosing npm run has put into the environment. */
function call(cwd: string, path: string, command: string, ...args: string[]) {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS|CC$)/i.test(name),
  );
  const caches = { XDG_CACHE_HOME: join(folder, "cache"), WASMOTE_DEBUG: "" };
  const env = { ...Object.fromEntries(own), ...caches, PATH: path };
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, env, encoding: "utf8" });
  return { code: status, stdout, stderr: `${error?.message ?? ""}${stderr}` };
}

function npm(cwd: string, path: string, ...args: string[]): void {
  const { code, stderr } = call(cwd, path, "npm", ...args);
  assert.is(code, 0, stderr);
}

/** The installed `wasmote` without compilers in PATH, or with the folders of `path` besides. */
const wasmote = (args: readonly string[], path = ""): ReturnType<typeof call> =>
  call(project, `${bare}${delimiter}${path}`, join(project, "node_modules", ".bin", "wasmote"), ...args);

/** Runs the built digits model on a picture of a 7, and gives what `wasmote` says about it. */
function runDigits(on: string, path = ""): ReturnType<typeof call> {
  const ran = wasmote(["run", "digits.wasm", "--input", picture, "--on", on], path);
  if (ran.code === 0) assert.match(ran.stdout, /^classes.* 1x10 float32\n +class 7 +0\.99/, on);
  return ran;
}

/** Bytes that a file or folder takes on the disk. */
function bytesIn(path: string): number {
  const status = lstatSync(path);
  const entries = status.isDirectory() ? readdirSync(path) : [];
  return entries.reduce((sum, entry) => sum + bytesIn(join(path, entry)), status.blocks * 512);
}

test.before(() => {
  npm(root, process.env.PATH ?? "", "pack", "--pack-destination", folder);
  mkdirSync(project);
  writeFileSync(join(project, "package.json"), '{"name":"empty","type":"module"}');
  const tarball = join(folder, `wasmote-${version}.tgz`);
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts"];
  npm(project, bare, "install", ...quiet, "--omit=optional", tarball);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

test("the package holds what a user needs, nothing else, and packing leaves no trace", () => {
  const files = readdirSync(installed, { recursive: true, encoding: "utf8" });
  for (const file of [
    ...["README.md", "LICENSE", "CHANGELOG.md", "docs/architecture.md", "docs/decisions/0001-tools.md"],
    ...["boards/CMakeLists.txt", "boards/ports/rp2/rp2040/boot2.S", "dist/cli/main.js", "dist/index.d.ts"],
    ...["models/digits/README.md", "models/digits/expected.json", "models/digits/float/model.json"],
    ...["models/keywords/app.json", "models/keywords/keywords.tflite", "models/vibration/baseline.npy"],
    ...["models/digits/samples/calibration.npy", "node_modules/wasm3-bindings/wasm3/LICENSE"],
    ...["boards/cryptography/monocypher.c", "boards/cryptography/sha2.c"],
    ...["boards/cryptography/LICENSE-monocypher.txt", "boards/cryptography/LICENSE-bcrypt.txt"],
    ...["node_modules/wasm3-bindings/native/addon.c", "node_modules/node-api-headers/include/node_api.h"],
  ]) {
    assert.ok(files.includes(file), `${file} is not in the package`);
  }
  const own = files.filter((file) => !file.startsWith("node_modules"));
  assert.equal(
    own.filter((file) => /^(host|test|out|\.)|training|digits\/test|\.tgz$/.test(file)),
    [],
  );
  for (const name of ["wasm3", "firmware", "accelerators", "superinstructions", "prebuilds", "LICENSE"]) {
    assert.not.ok(existsSync(join(root, "host", "wasm3-bindings", name)), `${name} is left`);
  }
  assert.not.ok(existsSync(join(root, "boards", "cryptography")), "cryptography is left");
});

test("the types of all that it exports are there", () => {
  const missing: string[] = [];
  const seen = new Set<string>();
  const follow = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    if (!existsSync(file)) {
      missing.push(relative(installed, file));
      return;
    }
    for (const [, path] of readFileSync(file, "utf8").matchAll(/(?:from|import\()\s*"(\.[^"]+)"/g))
      follow(join(dirname(file), (path as string).replace(/\.js$/, ".d.ts")));
  };
  for (const entry of ["index", "browser", "operators"]) follow(join(installed, "dist", `${entry}.d.ts`));
  assert.equal(missing, []);
  assert.ok(seen.size > 50, `${seen.size} files`);
});

test("it takes at most 30 MB without optional parts", () => {
  const bytes = bytesIn(join(project, "node_modules"));
  console.error(`installed: ${(bytes / 1e6).toFixed(1)} MB`);
  assert.ok(bytes <= largestBytes, `${bytes} bytes`);
});

test("without a compiler it builds, inspects and runs the digits example, and lists the boards", () => {
  assert.is(wasmote(["--version"]).stdout.trim(), version);
  const calibrate = ["--calibrate", join(digits, "samples", "calibration.npy")];
  const built = wasmote(["build", join(digits, "float", "model.json"), ...calibrate, "-o", "digits.wasm"]);
  assert.is(built.code, 0, built.stderr);
  assert.match(wasmote(["inspect", "digits.wasm"]).stdout, "digits");
  assert.match(wasmote(["boards", "--model", "digits.wasm"]).stdout, /pico .*fits/);
  assert.is(runDigits("node").code, 0);
  for (const name of ["wasmote", "wasmote/browser"]) {
    const program = `import("${name}").then(({ buildModel }) => console.log(typeof buildModel))`;
    assert.is(call(project, bare, "node", "-e", program).stdout, "function\n");
  }
});

test("the example applications run over their recordings", () => {
  for (const [name, recording, event] of [
    ["keywords", "recording.wav", "yes"],
    ["vibration", "recordings/bearing.npy", "anomaly"],
  ] as const) {
    const folder = join(installed, "models", name);
    const args = ["simulate", join(folder, "app.json"), "--input", join(folder, recording)];
    const { code, stdout, stderr } = wasmote([...args, "--on", "node", "--json"]);
    assert.is(code, 0, stderr);
    assert.is(JSON.parse(stdout.split("\n")[0] ?? "").event, event);
  }
});

test("wasm3 runs from the prebuilt addon; without that and a compiler it is told what is missing", () => {
  const prebuilds = join(bindings, "prebuilds");
  if (findProgram("cc") !== undefined) {
    const ran = runDigits("wasm3");
    assert.is(ran.code, 0, ran.stderr);
    assert.not.ok(existsSync(join(bindings, "build")), "nothing is compiled");
  } else console.error("SKIPPED: the prebuilt addon, for want of cc");
  if (existsSync(prebuilds)) renameSync(prebuilds, join(folder, "prebuilds"));
  const { code, stderr } = runDigits("wasm3");
  assert.is(code, 3, stderr);
  assert.match(stderr, /error\[addon-missing\]: .*no prebuilt wasm3 addon for .*: there is no C compiler/);
  assert.match(stderr, /help: Install a C compiler .* or use --on node/);
});

test("where there is a compiler the addon is compiled, in the user's cache if need be", () => {
  if (findProgram("cc") === undefined) {
    console.error("SKIPPED: the addon compiled on demand, for want of cc");
    return;
  }
  rmSync(join(bindings, "build"), { recursive: true, force: true });
  writeFileSync(join(bindings, "build"), "a file, so that this is no folder to write to");
  const ran = runDigits("wasm3", process.env.PATH);
  assert.is(ran.code, 0, ran.stderr);
  const addons = readdirSync(join(folder, "cache", "wasmote", "addon"), {
    recursive: true,
    encoding: "utf8",
  });
  assert.is(addons.filter((file) => file.endsWith(".node")).length, 1);
  assert.is(runDigits("wasm3").code, 0, "the next time no compiler is needed");
});

test("doctor says that models run, and what a board lacks on a machine with Node alone", () => {
  const { code, stdout, stderr } = wasmote(["doctor"]);
  assert.is(code, 0, stderr);
  assert.match(stdout, /missing +cmake +for the firmware of /);
  const one = wasmote(["doctor", "--board", "pico"]);
  assert.is(one.code, 3);
  assert.match(one.stderr, /error\[machine-unready\]: .*: cmake, make and arm-none-eabi-gcc are missing/);
  assert.match(wasmote(["completion", "bash"]).stdout, /complete -F _wasmote wasmote\n$/);
});

test("without pip the cryptography's sources are there", () => {
  const sources = join(installed, "dist", "firmware", "cryptography.js");
  const program = `import(${JSON.stringify(sources)}).then(({ cryptographySources }) => console.log(cryptographySources()))`;
  const { stdout, stderr } = call(project, bare, "node", "-e", program);
  assert.is(stdout.trim(), join(installed, "boards", "cryptography"), stderr);
});

test("without pip a checkout says that it is missing, and is not packed", () => {
  const tool = join(root, "host", "tools", "pack-cryptography.ts");
  const nowhere = { PATH: bare, XDG_CACHE_HOME: join(folder, "empty cache") };
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", tool], {
    cwd: root,
    env: { ...process.env, ...nowhere },
    encoding: "utf8",
  });
  assert.is(status, 1);
  assert.match(stderr, /pip; Debian and Ubuntu: apt-get install python3-pip/);
  assert.not.ok(existsSync(join(root, "boards", "cryptography")));
});

test("toolchain --check says what is missing", () => {
  const { code, stdout, stderr } = wasmote(["toolchain", "--check"]);
  assert.is(code, 3);
  assert.match(stdout, /cmake +firmware +missing: cmake\n/);
  assert.match(stdout, /openocd +flashing +missing, optional: openocd\n/);
  assert.match(stderr, "error[tool-missing]");
});

test("without a compiler, firmware is taken from its package, and flashed", async () => {
  if (availableBoards(["pico"]).length === 0) return;
  const volume = join(folder, "RPI-RP2");
  mkdirSync(volume, { recursive: true });
  writeFileSync(join(volume, "INFO_UF2.TXT"), "UF2 Bootloader v3.0\nBoard-ID: RPI-RP2\n");
  const flash = (...args: string[]) => wasmote(["flash", "pico", "--device", volume, ...args]);
  const without = flash();
  assert.is(without.code, 3);
  assert.match(without.stderr, /error\[tool-missing\]: .*: cmake, make, arm-none-eabi-gcc; /);
  assert.match(
    without.stderr,
    `help: Install what is named (\`wasmote toolchain\` does), or take firmware that is built already: npm install @wasmote/firmware@${version}.`,
  );

  const built = join(folder, "firmware");
  await writeFirmwarePackage({ folder: built, boards: [loadBoard("pico")], wasm3Licence: "MIT" });
  npm(built, bare, "pack", "--pack-destination", folder);
  const tarball = join(folder, `wasmote-firmware-${version}.tgz`);
  const quiet = ["--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts", "--omit=optional"];
  npm(project, bare, "install", ...quiet, tarball);
  const flashed = flash();
  assert.is(flashed.code, 0, flashed.stderr);
  assert.not.match(flashed.stderr, "building");
  const uf2 = readFileSync(join(volume, "pico.uf2"));
  assert.equal(uf2, readFileSync(join(built, "pico", "pico.uf2")));
  assert.is(flash("--build").code, 3, "built all the same, if there were a compiler");

  const file = join(project, "node_modules", "@wasmote", "firmware", "pico", "pico.uf2");
  writeFileSync(file, Buffer.concat([uf2.subarray(0, 511), Buffer.of(0), uf2.subarray(512)]));
  const changed = flash();
  assert.is(changed.code, 1);
  assert.match(changed.stderr, /error\[firmware-hash\]: .*[0-9a-f]{64}; [0-9a-f]{64} is expected/);
  assert.equal(readFileSync(join(volume, "pico.uf2")), uf2, "nothing is written");
  writeFileSync(file, uf2);
});

test("firmware, flash and run on an emulated board work", () => {
  if (availableBoards(["pico"]).length === 0) return;
  const path = process.env.PATH;
  const written = wasmote(["firmware", "pico", "-o", "pico.elf", "--build"], path);
  assert.is(written.code, 0, written.stderr);
  assert.match(written.stdout, /flash +[\d,]+ bytes of/);
  assert.ok(existsSync(join(project, "pico.elf")));

  const volume = join(folder, "RPI-RP2");
  const flashed = wasmote(["flash", "pico", "--device", volume, "--build"], path);
  assert.is(flashed.code, 0, flashed.stderr);
  assert.match(flashed.stderr, "flashed pico by uf2");
  assert.is(readFileSync(join(volume, "pico.uf2")).toString("latin1", 0, 4), "UF2\n");

  const key = wasmote(["keygen", "-o", "key.pem"]);
  assert.is(key.code, 0, key.stderr);
  const withoutPip = join(folder, "without pip");
  mkdirSync(withoutPip);
  for (const name of ["pip", "pip3"])
    writeFileSync(join(withoutPip, name), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const trusting = ["firmware", "pico", "--trust", "key.pub", "-o", "trusting.elf", "--build"];
  const trusted = wasmote(trusting, `${withoutPip}${delimiter}${path}`);
  assert.is(trusted.code, 0, trusted.stderr);
  assert.ok(existsSync(join(project, "trusting.elf")));

  const lacking = runDigits("pico", path);
  assert.is(lacking.code, 3);
  assert.match(lacking.stderr, /error\[package-missing\]: .*rp2040js/);
  npm(project, bare, "install", "--no-audit", "--no-fund", "--prefer-offline", "--ignore-scripts");
  const ran = runDigits("pico", path);
  assert.is(ran.code, 0, ran.stderr);
});

test.run();
