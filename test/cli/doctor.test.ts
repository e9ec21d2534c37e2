import { test } from "uvu";
import * as assert from "uvu/assert";
import { FakeTools } from "../flash/fake-tools.js";
import { inProcess, temporaryFolder } from "./command.js";

const { folder, remove } = temporaryFolder();
let tools: FakeTools;
const cache = process.env.XDG_CACHE_HOME;
test.before(async () => {
  // wasm3 is prepared while its compiler can be found.
  await (await import("../../host/run/wasm3.js")).prepareWasm3({});
  process.env.XDG_CACHE_HOME = folder;
});
test.before.each(() => {
  tools = new FakeTools();
});
test.after.each(() => tools.remove());
test.after(() => {
  if (cache === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = cache;
  remove();
});

test("with the tools of a board it is ready, exit code 0, and the verdict is the last line", async () => {
  tools.addFirmwareTools("pico");
  const { code, stdout, stderr } = await inProcess(["doctor", "--board", "pico"]);
  assert.is(code, 0, stderr);
  assert.match(stdout, /^firmware\n {2}ok {8}cmake +\//m);
  assert.match(stdout, /\nready: pico is ready: its firmware can be had, .*flashed by uf2/);
  assert.match(stdout, /\n$/);
});

test("without, exit code 3 and an error that names what is missing and the command to begin with", async () => {
  tools.script("apt-get", ":");
  const { code, stdout, stderr } = await inProcess(["doctor", "--board", "nucleo-l4r5zi"]);
  assert.is(code, 3);
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  assert.match(stdout, `  missing   cmake`);
  assert.match(stdout, new RegExp(`\\n {12}${sudo}apt-get install cmake\\n`));
  assert.not.match(stdout, /ready:/);
  assert.match(
    stderr,
    /^error\[machine-unready\]: this machine is not ready: nucleo-l4r5zi .*: cmake, make and arm-none-eabi-gcc are missing\n/m,
  );
  assert.match(stderr, `help: Begin with: ${sudo}apt-get install cmake make gcc-arm-none-eabi`);
  assert.match(stderr, "then ask `wasmote doctor --board nucleo-l4r5zi` again.");
});

test("without --board all boards are told, and a machine with Node alone runs models", async () => {
  const { code, stdout } = await inProcess(["doctor"]);
  assert.is(code, 0);
  assert.match(stdout, /\nboard +firmware +emulator +flash by\n/);
  assert.match(stdout, /\nqemu-rv32 +no cmake, make, riscv64-unknown-elf-gcc +no qemu-system-riscv32 +-\n/);
  assert.match(stdout, /\nnetduino-plus-2 .* no .*dfu-util.* \/ .*st-flash/);
  assert.match(stdout, /\nready: models run here; firmware for 0 of/);
});

test("--json is the whole as data, with the error on stderr", async () => {
  const { code, stdout, stderr } = await inProcess(["doctor", "--board", "qemu-rv32", "--json"]);
  assert.is(code, 3);
  const { ready, verdict, boards, findings, machine } = JSON.parse(stdout);
  assert.is(ready, false);
  assert.equal(boards, [
    {
      board: "qemu-rv32",
      firmwareLacks: ["cmake", "make", "riscv64-unknown-elf-gcc"],
      emulatorLacks: ["qemu-system-riscv32"],
      flash: [],
    },
  ]);
  assert.ok(
    findings.every((finding: object) => "room" in finding && "state" in finding && "neededFor" in finding),
  );
  assert.equal(machine, { platform: process.platform, arch: process.arch, node: process.versions.node });
  const { error } = JSON.parse(stderr);
  assert.is(error.code, "machine-unready");
  assert.match(error.message, verdict);
});

test("on a narrow terminal no line is wider, but for commands of one word", async () => {
  const { stdout } = await inProcess(["doctor"], 60);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with a control character
  const lines = stdout.replace(/\u001b\[\d*m/g, "").split("\n");
  for (const line of lines) assert.ok(line.length <= 60 || !line.trim().includes(" "), line);
});

test("an unknown board is told as everywhere", async () => {
  const { code, stderr } = await inProcess(["doctor", "--board", "pcio"]);
  assert.is(code, 1);
  assert.match(stderr, /board-unknown\].*did you mean pico\?/);
});

test.run();
