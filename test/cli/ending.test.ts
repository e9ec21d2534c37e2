import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FakeTools } from "../flash/fake-tools.js";
import { smallModel, writeTflite } from "../import/tflite-writer.js";
import { eventually, isAlive } from "../processes.js";
import { root, temporaryFolder, writeSmallModel } from "./command.js";

/** Nothing is left behind, and no program goes on, however a command ends: real signals, programs that hang. */

const { folder, remove } = temporaryFolder();
const at = (name: string) => join(folder, name);
let tools: FakeTools;

/** Has a program fill the folder that is being built in, for as long as it lives. */
const fill = `( i=0; while :; do i=$((i+1)); /bin/mkdir "$2/d$i"; : > "$2/d$i/f"; done ) &`;

/** Hangs with a program of its own below it, and says who they are. Both write to the folder that they are given. */
const say = (pids: string): string =>
  `echo "${pids}" > '${at("new")}'; /bin/mv '${at("new")}' '${at("pids")}'`;
const hang = `: > "$TMPDIR/of-the-program"; /bin/sleep 300 & ${say("$$ $!")}; wait`;

test.before(async () => {
  tools = new FakeTools();
  tools.addFirmwareTools("pico", `${fill}\n${hang}`);
  for (const name of ["esptool", "cc"]) tools.script(name, hang);
  tools.script("apt-get", `${say("$$")}; exec /bin/sleep 300`);
  tools.script("sudo", 'exec "$@"');
  await writeSmallModel(folder);
  writeFileSync(at("net.tflite"), writeTflite(smallModel()));
  execFileSync("/usr/bin/mkfifo", [at("pipe")]);
});
test.after(() => {
  tools.remove();
  remove();
});

let runs = 0;

/**
 * Starts Node with these arguments and a temporary folder of its own, waits until it hangs, and sends a signal.
 *
 * @param hangs whether it hangs; by default when a tool does
 */
async function endedBy(
  signal: NodeJS.Signals,
  args: readonly string[],
  hangs: () => boolean = () => existsSync(at("pids")),
): Promise<{ temporary: string; child: ChildProcess }> {
  execFileSync("/bin/rm", ["-f", at("pids")]);
  const temporary = at(`tmp${runs++}`);
  mkdirSync(temporary);
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, TMPDIR: temporary, XDG_CACHE_HOME: at("cache") },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<string | number | null>((resolve) =>
    child.once("close", (code, by) => resolve(by ?? code)),
  );
  await eventually(() => hangs() || child.exitCode !== null, args.join(" "));
  child.kill(signal);
  assert.is(await ended, signal, stderr);
  return { temporary, child };
}

const wasmote = (...args: string[]): string[] => [join(root, "dist/cli/main.js"), ...args];

/** No file stays, and neither the tool nor what it has started goes on. */
async function assertNothingLeft(temporary: string): Promise<void> {
  assert.equal(readdirSync(temporary), []);
  for (const pid of readFileSync(at("pids"), "utf8").trim().split(" ").map(Number))
    await eventually(() => !isAlive(pid), `process ${pid} has ended`);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  test(`${signal} while firmware is built`, async () => {
    const { temporary } = await endedBy(signal, wasmote("firmware", "pico", "-o", "x.uf2"));
    await assertNothingLeft(temporary);
    assert.not(existsSync(at("x.uf2")));
  });
}

test("while a board is flashed", async () => {
  tools.addFirmwareTools("esp32-c3");
  const { temporary } = await endedBy("SIGTERM", wasmote("flash", "esp32-c3", "--device", "/dev/tty"));
  await assertNothingLeft(temporary);
});

test("while an emulator runs that has its model in a temporary file", async () => {
  tools.addFirmwareTools("mps2-an386");
  tools.script("qemu-system-arm", hang);
  const args = ["run", "small.wasm", "--input", "in.json", "--on", "mps2-an386"];
  writeFileSync(at("in.json"), "[1, 2, 3, 4]");
  const { temporary } = await endedBy("SIGINT", wasmote(...args));
  await assertNothingLeft(temporary);
});

test("while the toolchain is installed", async () => {
  const { temporary } = await endedBy("SIGTERM", wasmote("toolchain"));
  await assertNothingLeft(temporary);
});

test("while files are written", async () => {
  const kept = (): string[] => (existsSync(at("kept")) ? readdirSync(at("kept")) : []);
  const args = wasmote("build", "net.tflite", "--keep", "kept", "-o", "pipe");
  const { temporary } = await endedBy("SIGTERM", args, () => kept().some((name) => name.endsWith(".tmp")));
  assert.equal([kept(), readdirSync(temporary)], [[], []]);
});

test("while wasm3 is compiled", async () => {
  const [compile, ending] = ["host/wasm3-bindings/src/compile.ts", "host/tools/ending.ts"].map(
    (path) => pathToFileURL(join(root, path)).href,
  );
  writeFileSync(
    at("compile.mts"),
    `import { compileAddonAside } from "${compile}";
     import { whenEnding } from "${ending}";
     await compileAddonAside("addon/x.node", whenEnding);`,
  );
  const { temporary } = await endedBy("SIGINT", ["--import", import.meta.resolve("tsx"), at("compile.mts")]);
  assert.equal(readdirSync(at("addon")), []);
  assert.equal(
    readdirSync(temporary).filter((name) => !name.startsWith("tsx-")),
    [],
  );
});

test("after an error, and where there is no cache for firmware", async () => {
  tools.addFirmwareTools("pico", "exit 1");
  const temporary = at("tmp-error");
  mkdirSync(temporary);
  const run = (...args: string[]): number | null => {
    const environment = { ...process.env, TMPDIR: temporary, HOME: "/nowhere", XDG_CACHE_HOME: "/nowhere" };
    const { status } = spawnSync(process.execPath, wasmote(...args), { cwd: folder, env: environment });
    return status;
  };
  assert.is(run("firmware", "pico"), 1);
  assert.equal(readdirSync(temporary), []);
  tools.addFirmwareTools("pico");
  assert.is(run("firmware", "pico", "-o", "y.elf"), 0);
  assert.equal(readdirSync(temporary), []);
  assert.ok(existsSync(at("y.elf")));
});

test.run();
