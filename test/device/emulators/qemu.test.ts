import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { type Board, loadBoard } from "../../../host/boards/index.js";
import { startEmulator } from "../../../host/device/emulators/index.js";
import { startQemu } from "../../../host/device/emulators/qemu.js";
import { encodeFrames } from "../../../host/device/frames.js";
import { encodeMessage } from "../../../host/device/smp.js";
import { errorOf } from "../../error-of.js";

const folder = mkdtempSync(join(tmpdir(), "wasmote-qemu-"));
const path = process.env.PATH;
test.before(() => {
  process.env.PATH = [folder, path].join(delimiter);
});
test.after(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

/** Has a shell script stand in for QEMU, which is found before any other. */
function standIn(script: string): void {
  writeFileSync(join(folder, "qemu-system-arm"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const emulator = { kind: "qemu", program: "qemu-system-arm", preload: true } as const;
const machine = { ...emulator, machine: "mps2-an386", arguments: ["-icount", "0"] };

function linesOf(transport: ReturnType<typeof startQemu>): Promise<string[]> {
  let text = "";
  return new Promise((resolve) => {
    transport.onData((bytes) => {
      text += Buffer.from(bytes).toString();
    });
    transport.onEnd(() => resolve(text.trim().split("\n")));
  });
}

test("QEMU is started with its first UART on stdin and stdout, and nothing else of its own", async () => {
  standIn(`printf '%s\\n' "$@"`);
  const line = startQemu("the emulator", machine, "firmware.elf", []);
  assert.is(line.name, "the emulator");
  assert.equal(await linesOf(line), [
    ...["-machine", "mps2-an386", "-icount", "0", "-display", "none", "-monitor", "none"],
    ...["-serial", "stdio", "-kernel", "firmware.elf"],
  ]);
});

test("arguments besides come before the firmware", async () => {
  standIn(`printf '%s\\n' "$@"`);
  const lines = await linesOf(
    startQemu("the emulator", machine, "firmware.elf", [], ["-qmp", "unix:monitor"]),
  );
  assert.equal(lines.slice(-4), ["-qmp", "unix:monitor", "-kernel", "firmware.elf"]);
});

test("what lies in flash is put there by files that go with the process", async () => {
  standIn(
    `printf '%s\\n' "$@"; for word; do case "$word" in loader,*) f=\${word#*file=}; cat "\${f%%,*}"; esac; done`,
  );
  const contents = [
    { address: 0x8000, bytes: Buffer.from("one\n") },
    { address: 0x20000, bytes: Buffer.from("two\n") },
  ];
  const lines = await linesOf(startQemu("the emulator", machine, "firmware.elf", contents));
  const loaders = lines.filter((line) => line.startsWith("loader,"));
  const files = loaders.map((line) => /^loader,file=(.*),addr=0x(\w+),force-raw=on$/.exec(line)!);
  assert.equal(
    files.map((match) => match[2]),
    ["8000", "20000"],
  );
  assert.equal(lines.slice(10, 14), ["-device", loaders[0], "-device", loaders[1]]);
  assert.equal(lines.slice(-2), ["one", "two"]);
  for (const match of files) {
    assert.match(match[1]!, /wasmote-flash-/);
    assert.not(existsSync(match[1]!), match[1]);
  }
});

const board: Board = loadBoard("mps2-an386");

/** The answer to an echo for each sequence number, since the first is chosen at random. */
const echoAnswers = Array.from({ length: 256 }, (_, sequence) =>
  encodeFrames(encodeMessage({ operation: 3, group: 0, command: 0, sequence, payload: { r: "wasmote" } })),
);

test("an emulator that answers is a device, which hears the board's text and its model", async () => {
  writeFileSync(join(folder, "answers"), Buffer.concat([Buffer.from("hello\r\n"), ...echoAnswers]));
  standIn(
    `printf '%s\\n' "$@" > ${folder}/arguments; head -c 4 > /dev/null; cat ${folder}/answers; exec cat > /dev/null`,
  );
  const text: string[] = [];
  const device = await startEmulator(
    board,
    { elf: "an.elf" },
    {
      model: Uint8Array.of(7),
      onText: (line) => text.push(line),
    },
  );
  assert.is(device.name, "the emulator of mps2-an386");
  assert.equal(text, ["hello"]);
  const started = readFileSync(join(folder, "arguments"), "utf8");
  assert.match(started, `addr=0x${board.slots.address.toString(16)},`);
  assert.match(started, "an.elf");
  await device.close();
});

test("an emulator that ends before it answers is silent, and what it said is told", async () => {
  standIn("echo 'no such machine' >&2; exit 3");
  const error = await errorOf(startEmulator(board, { elf: "an.elf" }));
  assert.is(error.code, "board-silent");
  assert.match(error.message, "it ended with code 3: no such machine");
});

test("a program that is missing is named", async () => {
  process.env.PATH = "";
  const error = await errorOf(() => startQemu("the emulator", machine, "an.elf", []));
  process.env.PATH = [folder, path].join(delimiter);
  assert.is(error.code, "tool-missing");
  assert.match(error.message, "qemu-system-arm");
});

test.run();
