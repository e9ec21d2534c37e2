import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { loadBoard } from "../../../host/boards/index.js";
import { requireEmulatorPackage, startEmulator } from "../../../host/device/emulators/index.js";
import { startRp2040 } from "../../../host/device/emulators/rp2040.js";
import type { Transport } from "../../../host/device/transport.js";
import { encodeUf2 } from "../../../host/firmware/uf2.js";
import { errorOf } from "../../error-of.js";
import { bootImage, thumb, word } from "./thumb.js";

const folder = mkdtempSync(join(tmpdir(), "wasmote-rp2040-"));
test.after(() => rmSync(folder, { recursive: true }));

const flashAt = 0x10000000;
const uart = 0x40034000;

/** A UF2 file of a program. */
function uf2Of(program: Parameters<typeof bootImage>[0]): string {
  const path = join(folder, "program.uf2");
  writeFileSync(path, encodeUf2(bootImage(program).subarray(0, 256), flashAt, 0xe48bff56));
  return path;
}

/** Says the first byte of flash at an address, then sends back each byte that it gets, one higher. */
const program = [
  word(7, uart),
  word(2, flashAt + 0x1000),
  thumb.load(1, 2),
  thumb.store(1, 7),
  thumb.load(1, 7, 0x18),
  thumb.shiftLeft(1, 1, 27),
  thumb.branchIfNegative(-4),
  thumb.load(1, 7),
  0x3101, // adds r1, #1
  thumb.store(1, 7),
  thumb.branch(-8),
];

/** A fault without a stack to write its frame to. */
const lockingUp = [word(3, 0x60000000), thumb.moveToStackPointer(3), thumb.breakpoint(9), thumb.stay];

/** Waits for so many bytes. */
function take(line: Transport, count: number): Promise<string> {
  let text = "";
  return new Promise((resolve) =>
    line.onData((bytes) => {
      text += Buffer.from(bytes).toString("latin1");
      if (text.length >= count) resolve(text);
    }),
  );
}

test("a UF2 file and what lies in flash beside it run; its UART is the line, again after it was idle", async () => {
  const contents = [{ address: flashAt + 0x1000, bytes: Buffer.from("f") }];
  const line = await startRp2040("the emulator", uf2Of(program), contents);
  assert.is(line.name, "the emulator");
  assert.is(await take(line, 1), "f");
  for (let i = 0; i < 2; i++) {
    const answer = take(line, 3);
    line.write(Buffer.from("abc"));
    assert.is(await answer, "bcd");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  let told = "";
  line.onEnd((reason) => {
    told = reason;
  });
  line.onData(() => {
    told = "data";
  });
  line.write(Buffer.from("x"));
  await line.close();
  line.write(Buffer.from("x"));
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.is(told, "", "nothing is told once it is closed");
});

test("power that fails and comes back starts the program anew, with what is in flash", async () => {
  const contents = [{ address: flashAt + 0x1000, bytes: Buffer.from("f") }];
  const line = await startRp2040("the emulator", uf2Of(program), contents);
  assert.is(await take(line, 1), "f");
  for (let i = 0; i < 2; i++) {
    const answer = take(line, 1);
    line.restart();
    assert.is(await answer, "f");
  }
  await line.close();
});

test("flash that nothing was written to reads as ones", async () => {
  const line = await startRp2040("the emulator", uf2Of(program), []);
  assert.is(await take(line, 1), "\xff");
  await line.close();
});

test("a chip that locks up ends the line with its reason", async () => {
  const line = await startRp2040("the emulator", uf2Of(lockingUp), []);
  assert.match(await new Promise<string>((resolve) => line.onEnd(resolve)), /^it locked up near 0x/);
  await line.close();
});

test("a board's emulator that stops before it answers is silent, and why is said", async () => {
  const board = loadBoard("pico");
  await requireEmulatorPackage(board);
  const files = { elf: "", uf2: uf2Of(lockingUp) };
  const error = await errorOf(startEmulator(board, files, { model: Uint8Array.of(1) }));
  assert.is(error.code, "board-silent");
  assert.match(error.message, /locked up near 0x.*the emulator of pico/);
});

test("a file that is no UF2 is refused", async () => {
  assert.is((await errorOf(startRp2040("pico", "package.json", []))).code, "file-unreadable");
});

test.run();
