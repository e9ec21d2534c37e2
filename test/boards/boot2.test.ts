import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RP2040 } from "rp2040js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { availableBoards } from "./emulators.js";
import { FlashChip } from "./flash-chip.js";
import { boardsFolder } from "./native/compile.js";

/** Where the boot ROM puts the second-stage boot loader, and what it is called with. */
const loaderAt = 0x20041f00;
const vectorsAt = 0x10000100;
const firmwareAt = 0x10000200;
const stackAt = 0x20042000;
const callerAt = 0x20000100;

function assembled(flags: readonly string[]): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "wasmote-boot2-"));
  try {
    const [elf, bin] = [join(folder, "boot2.elf"), join(folder, "boot2.bin")];
    const link = [
      "-nostdlib",
      `-Wl,-Ttext=0x${loaderAt.toString(16)}`,
      "-Wl,--entry=boot2",
      "-Wl,--build-id=none",
    ];
    const source = join(boardsFolder, "ports/rp2/rp2040/boot2.S");
    execFileSync("arm-none-eabi-gcc", [
      "-mcpu=cortex-m0plus",
      "-mthumb",
      ...flags,
      ...link,
      source,
      "-o",
      elf,
    ]);
    execFileSync("arm-none-eabi-objcopy", ["-O", "binary", "-j", ".text", elf, bin]);
    return readFileSync(bin);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs the boot loader with that link register, until it goes to `end`; the chip that it set up. */
function run(loader: Buffer, statuses: [number, number], link: number, end: number): FlashChip {
  const chip = new RP2040();
  const quiet = (): void => undefined;
  chip.logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const flash = new FlashChip(chip, statuses);
  chip.sram.set(loader, loaderAt - 0x20000000);
  chip.flashView.setUint32(vectorsAt - 0x10000000, stackAt, true);
  chip.flashView.setUint32(vectorsAt - 0x10000000 + 4, firmwareAt | 1, true);
  const { core } = chip;
  const kept = [0x44, 0x55, 0x66, 0x77];
  core.registers.set(kept, 4);
  core.SP = loaderAt;
  core.LR = link;
  core.PC = loaderAt;
  for (let steps = 0; core.PC !== end; steps++) {
    assert.ok(steps < 2000, `still at 0x${core.PC.toString(16)}`);
    core.executeInstruction();
  }
  assert.equal([...core.registers.subarray(4, 8)], kept, "registers of the caller");
  assert.is(core.SP, link === 0 ? stackAt : loaderAt);
  return flash;
}

if (availableBoards(["pico"]).length > 0) {
  const quad = assembled(["-DQUAD_READS"]);
  const serial = assembled([]);

  test("both loaders leave room for the checksum", () => {
    for (const { length } of [quad, serial]) assert.ok(length <= 252, `${length} bytes`);
  });

  test("four lines: the chip reads without commands, and its status is written only where it must be", () => {
    const enabled = run(quad, [0, 0x02], 0, firmwareAt);
    assert.equal(enabled.reads(), { lines: 4, command: undefined });
    assert.equal(enabled.written, []);
  });

  test("four lines: they are enabled in a chip that is new, and its other bits stay as they are", () => {
    const fresh = run(quad, [0x1c, 0x40], 0, firmwareAt);
    assert.equal(fresh.written, [[0x1c, 0x42]]);
    assert.equal(fresh.reads(), { lines: 4, command: undefined });
  });

  test("one line: the command that every chip knows, and no status is touched", () => {
    const flash = run(serial, [0, 0], 0, firmwareAt);
    assert.equal(flash.reads(), { lines: 1, command: 0x03 });
    assert.equal(flash.written, []);
  });

  test("called by the firmware, both return to it", () => {
    for (const loader of [quad, serial]) run(loader, [0, 0x02], callerAt | 1, callerAt).reads();
  });
}

test.run();
