import type { RP2040 } from "rp2040js";

/**
 * What the firmware needs of the RP2040's boot ROM, whose image is not ours to give: it starts the second-stage boot
 * loader, and its flash functions change the emulated flash at once. Each function is a breakpoint instruction that is
 * acted upon here, and a return. Source: RP2040 data sheet, 2.8.1 (boot sequence), 2.8.3 (table and functions).
 */

const ramOrigin = 0x20000000;
const ramRegion = ramOrigin >>> 28;
const tableAt = 0x100;
const functionsAt = 0x200;
const breakpoint = 0xbe00;
const branchToLr = 0x4770;
const secondStage = { bytes: 256, address: 0x20041f00 } as const;
const sectorBytes = 4096;
const pageBytes = 256;

/** Functions by their code in the table; `_L` is the lookup itself, which has none. */
const functions = ["_L", "IF", "EX", "RE", "RP", "FC", "UB"] as const;

/** Functions that code in flash may call. */
const callableFromFlash: readonly string[] = ["_L", "UB"];

const codeOf = (name: string): number => name.charCodeAt(0) | (name.charCodeAt(1) << 8);
const addressOf = (name: (typeof functions)[number]): number => functionsAt + 4 * functions.indexOf(name);

/** Has `bytes` lie in flash from an offset on, where they come of an erasure or of programming. */
export type ChangeFlash = (flash: Uint8Array, offset: number, bytes: Uint8Array) => void;

const changeAtOnce: ChangeFlash = (flash, offset, bytes) => flash.set(bytes, offset);

/** Puts the stand-in's table and functions at their place. */
export function installBootRom(chip: RP2040): void {
  const rom = new DataView(chip.bootrom.buffer);
  rom.setUint16(0x14, tableAt, true);
  rom.setUint16(0x18, addressOf("_L") | 1, true);
  let entry = tableAt;
  for (const [index, name] of functions.entries()) {
    rom.setUint16(addressOf(name), breakpoint | index, true);
    rom.setUint16(addressOf(name) + 2, branchToLr, true);
    if (name === "_L") continue;
    rom.setUint16(entry, codeOf(name), true);
    rom.setUint16(entry + 2, addressOf(name) | 1, true);
    entry += 4;
  }
}

/**
 * Does what the boot ROM does after a reset: checks the second-stage boot loader, copies it to RAM, calls it.
 * Returns what is wrong with it, if anything is.
 */
export function startSecondStage(chip: RP2040): string | undefined {
  const image = chip.flash.subarray(0, secondStage.bytes);
  const stored = chip.flashView.getUint32(secondStage.bytes - 4, true);
  const computed = secondStageChecksum(image.subarray(0, secondStage.bytes - 4));
  if (stored !== computed) {
    const hex = (value: number): string => `0x${value.toString(16)}`;
    return `the second-stage boot loader's checksum is ${hex(stored)} and should be ${hex(computed)}`;
  }
  chip.sram.set(image, secondStage.address - ramOrigin);
  chip.core.SP = secondStage.address;
  chip.core.LR = 0;
  chip.core.PC = secondStage.address;
  return undefined;
}

/** CRC32 of the second-stage boot loader: polynomial 0x04c11db7, highest bit first, initial value 0xffffffff. */
export function secondStageChecksum(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
  }
  return crc >>> 0;
}

/**
 * Acts upon a breakpoint. False if it is none of the boot ROM's, or if the function was called as it must not be: with
 * a range that is no whole number of sectors or pages, or from code in flash, which cannot be read meanwhile.
 *
 * @param startUsbBoot told of a call of reset_usb_boot, which does not return on a real chip
 * @param changeFlash does what is done to flash; all of it at once unless told
 */
export function callBootRom(
  chip: RP2040,
  code: number,
  startUsbBoot: (gpioMask: number, disabledInterfaces: number) => void = () => undefined,
  changeFlash: ChangeFlash = changeAtOnce,
): boolean {
  const name = functions[code];
  const { registers, PC: pc } = chip.core;
  if (name === undefined || pc !== addressOf(name) + 2) return false;
  if (!callableFromFlash.includes(name) && chip.core.LR >>> 28 !== ramRegion) return false;
  const [r0, r1, r2] = [registers[0]!, registers[1]!, registers[2]!];
  if (name === "_L") {
    const found = functions.find((candidate) => candidate !== "_L" && codeOf(candidate) === r1);
    registers[0] = found === undefined ? 0 : addressOf(found) | 1;
  } else if (name === "UB") {
    startUsbBoot(r0, r1);
  } else if (name === "RE") {
    if (r0 % sectorBytes !== 0 || r1 % sectorBytes !== 0) return false;
    changeFlash(chip.flash, r0, new Uint8Array(r1).fill(0xff));
  } else if (name === "RP") {
    if (r0 % pageBytes !== 0 || r2 % pageBytes !== 0) return false;
    const programmed = chip.flash.slice(r0, r0 + r2).map((byte, i) => byte & chip.readUint8(r1 + i));
    changeFlash(chip.flash, r0, programmed);
  }
  return true;
}
