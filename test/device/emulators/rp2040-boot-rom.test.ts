import { RP2040 } from "rp2040js";
import { test } from "uvu";
import * as assert from "uvu/assert";
import {
  callBootRom,
  installBootRom,
  secondStageChecksum,
  startSecondStage,
} from "../../../host/device/emulators/rp2040-boot-rom.js";
import { bootImage, secondStageAt, thumb } from "./thumb.js";

const inRam = 0x20000101;
const inFlash = 0x10000101;

function chipWithRom(): RP2040 {
  const chip = new RP2040();
  const quiet = (): void => undefined;
  chip.logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  installBootRom(chip);
  return chip;
}

/** The table of functions, as the data sheet has it read: code and address, from the pointer at 0x14 on. */
function table(chip: RP2040): Map<string, number> {
  const found = new Map<string, number>();
  for (let at = chip.readUint16(0x14); chip.readUint16(at) !== 0; at += 4) {
    const code = chip.readUint16(at);
    found.set(String.fromCharCode(code & 0xff, code >> 8), chip.readUint16(at + 2));
  }
  return found;
}

/** Calls a function of the boot ROM, as its breakpoint would, and says whether it was one of its own. */
function call(
  chip: RP2040,
  address: number,
  args: readonly number[],
  { returnTo = inRam, code = chip.readUint16(address & ~1) & 0xff } = {},
): boolean {
  for (const [i, value] of args.entries()) chip.core.registers[i] = value;
  chip.core.LR = returnTo;
  chip.core.PC = (address & ~1) + 2;
  return callBootRom(chip, code);
}

test("the table lists the flash functions, and each is a breakpoint of its own and a return", () => {
  const chip = chipWithRom();
  const functions = table(chip);
  assert.equal([...functions.keys()], ["IF", "EX", "RE", "RP", "FC", "UB"]);
  const lookup = chip.readUint16(0x18);
  const breakpoints = [lookup, ...functions.values()].map((address) => {
    assert.is(address & 1, 1, "Thumb code");
    assert.is(chip.readUint16((address & ~1) + 2), 0x4770, "bx lr");
    return chip.readUint16(address & ~1);
  });
  assert.equal(breakpoints, [0xbe00, 0xbe01, 0xbe02, 0xbe03, 0xbe04, 0xbe05, 0xbe06]);
});

test("the lookup gives the address of a function by its code, and 0 for what is none", () => {
  const chip = chipWithRom();
  const lookup = chip.readUint16(0x18);
  for (const [name, address] of table(chip)) {
    const code = name.charCodeAt(0) | (name.charCodeAt(1) << 8);
    assert.ok(call(chip, lookup, [0, code], { returnTo: inFlash }));
    assert.is(chip.core.registers[0], address, name);
  }
  for (const none of ["_L", "XX"]) {
    assert.ok(call(chip, lookup, [7, none.charCodeAt(0) | (none.charCodeAt(1) << 8)]));
    assert.is(chip.core.registers[0], 0);
  }
});

test("erase sets whole sectors to ones, and nothing else", () => {
  const chip = chipWithRom();
  const erase = table(chip).get("RE")!;
  chip.flash.fill(0x12, 0, 16384);
  assert.ok(call(chip, erase, [4096, 8192]));
  assert.is(chip.flash[4095], 0x12);
  assert.ok(chip.flash.subarray(4096, 12288).every((byte) => byte === 0xff));
  assert.is(chip.flash[12288], 0x12);
  assert.not(call(chip, erase, [4097, 4096]), "not at a sector");
  assert.not(call(chip, erase, [0, 100]), "no whole sectors");
  assert.is(chip.flash[0], 0x12);
});

test("programming clears bits and never sets one, in whole pages", () => {
  const chip = chipWithRom();
  const program = table(chip).get("RP")!;
  const source = 0x20001000;
  chip.sram.fill(0b0101, 0x1000, 0x1000 + 256);
  chip.flash.fill(0b0011, 256, 300);
  assert.ok(call(chip, program, [256, source, 256]));
  assert.is(chip.flash[255], 0xff);
  assert.is(chip.flash[256], 0b0001);
  assert.is(chip.flash[299], 0b0001);
  assert.is(chip.flash[511], 0b0101);
  assert.is(chip.flash[512], 0xff);
  assert.not(call(chip, program, [1, source, 256]), "not at a page");
  assert.not(call(chip, program, [512, source, 100]), "no whole pages");
  assert.is(chip.flash[512], 0xff);
});

test("what is erased or programmed may be done by another", () => {
  const chip = chipWithRom();
  const changes: [number, Uint8Array][] = [];
  const change = (_: Uint8Array, offset: number, bytes: Uint8Array): void => {
    changes.push([offset, bytes]);
  };
  chip.sram.fill(0b0101, 0x1000, 0x1000 + 256);
  chip.flash.fill(0b0011, 256, 512);
  for (const [name, args] of [
    ["RE", [4096, 4096, 0]],
    ["RP", [256, 0x20001000, 256]],
  ] as const) {
    const address = table(chip).get(name)! & ~1;
    for (const [i, value] of args.entries()) chip.core.registers[i] = value;
    chip.core.LR = inRam;
    chip.core.PC = address + 2;
    assert.ok(callBootRom(chip, chip.readUint16(address) & 0xff, undefined, change));
  }
  assert.equal(changes, [
    [4096, new Uint8Array(4096).fill(0xff)],
    [256, new Uint8Array(256).fill(0b0001)],
  ]);
  assert.is(chip.flash[256], 0b0011, "it is not done besides");
});

test("reset_usb_boot is told with its arguments, also where code in flash calls it", () => {
  const chip = chipWithRom();
  const calls: number[][] = [];
  chip.core.registers[0] = 1 << 25;
  chip.core.registers[1] = 2;
  chip.core.LR = inFlash;
  const address = table(chip).get("UB")! & ~1;
  chip.core.PC = address + 2;
  const code = chip.readUint16(address) & 0xff;
  assert.ok(callBootRom(chip, code, (...args) => calls.push(args)));
  assert.equal(calls, [[1 << 25, 2]]);
});

test("flash functions must not be called from flash; the others change nothing", () => {
  const chip = chipWithRom();
  const before = chip.flash.slice(0, 65536);
  for (const [name, address] of table(chip)) {
    if (name === "UB") continue;
    assert.not(call(chip, address, [0, 0, 0], { returnTo: inFlash }), name);
    if (name !== "RE" && name !== "RP") assert.ok(call(chip, address, [0, 4096, 256]), name);
  }
  assert.equal(chip.flash.slice(0, 65536), before);
});

test("a breakpoint elsewhere, or of no function, is none of the boot ROM's", () => {
  const chip = chipWithRom();
  const [enter] = table(chip).values();
  assert.not(call(chip, enter! + 4, [0, 0, 0], { code: 1 }));
  assert.not(call(chip, enter!, [0, 0, 0], { code: 200 }));
});

test("the checksum is CRC-32/MPEG-2", () => {
  assert.is(secondStageChecksum(Buffer.from("123456789")), 0x0376e6e7);
});

test("a second stage is copied to RAM and called there, where its checksum is right", () => {
  const chip = chipWithRom();
  chip.flash.set(bootImage([thumb.stay]));
  chip.core.LR = 5;
  assert.is(startSecondStage(chip), undefined);
  assert.is(chip.core.PC, secondStageAt);
  assert.is(chip.core.SP, secondStageAt);
  assert.is(chip.core.LR, 0);
  assert.equal(chip.sram.slice(0x41f00, 0x42000), chip.flash.slice(0, 256));
});

test("a damaged second stage is not called, and both checksums are said", () => {
  const chip = chipWithRom();
  const image = bootImage([thumb.stay]);
  const right = new DataView(image.buffer).getUint32(252, true);
  new DataView(image.buffer).setUint32(252, 0x12, true);
  chip.flash.set(image);
  const { PC } = chip.core;
  assert.is(
    startSecondStage(chip),
    `the second-stage boot loader's checksum is 0x12 and should be 0x${right.toString(16)}`,
  );
  assert.is(chip.core.PC, PC);
});

test.run();
