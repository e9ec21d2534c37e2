import { readFileSync } from "node:fs";
import { RP2040 } from "rp2040js";
import type { Place } from "./program.js";

const [flashOrigin, ramOrigin] = [0x10000000, 0x20000000];
const mostInstructions = 2e9;

/** Semihosting's operations. Source: Arm, "Semihosting for AArch32 and AArch64", 2.0. */
const operations = { writeByte: 0x03, writeText: 0x04, write: 0x05, exit: 0x18, exitExtended: 0x20 } as const;
const semihosting = 0xab;

/** Parts of a little-endian ELF file for 32 bits that are loaded: where they lie in flash. */
function loadedParts(elf: Uint8Array): { address: number; bytes: Uint8Array }[] {
  const view = new DataView(elf.buffer, elf.byteOffset, elf.length);
  const [first, size, count] = [view.getUint32(28, true), view.getUint16(42, true), view.getUint16(44, true)];
  return Array.from({ length: count }, (_, i) => first + i * size)
    .filter((at) => view.getUint32(at, true) === 1 && view.getUint32(at + 16, true) > 0)
    .map((at) => {
      const offset = view.getUint32(at + 4, true);
      const bytes = elf.subarray(offset, offset + view.getUint32(at + 16, true));
      return { address: view.getUint32(at + 12, true), bytes };
    });
}

/** Runs an image on rp2040js from its vectors on, as the second-stage boot loader leaves the chip; what it prints. */
function runImage(image: string): string {
  const chip = new RP2040();
  const quiet = (): void => undefined;
  chip.logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  for (const { address, bytes } of loadedParts(readFileSync(image))) chip.flash.set(bytes, address - flashOrigin);
  const printed: number[] = [];
  let ended = false;
  chip.onBreak = (code) => {
    const { core } = chip;
    if (code !== semihosting) throw new Error(`breakpoint ${code}`);
    const [operation, at] = [core.registers[0], core.registers[1] as number];
    if (operation === operations.writeByte) printed.push(chip.readUint8(at >>> 0));
    else if (operation === operations.writeText)
      for (let next = at >>> 0; chip.readUint8(next) !== 0; next++) printed.push(chip.readUint8(next));
    else if (operation === operations.write) {
      const [from, length] = [chip.readUint32((at >>> 0) + 4), chip.readUint32((at >>> 0) + 8)];
      for (let i = 0; i < length; i++) printed.push(chip.readUint8((from >>> 0) + i));
      core.registers[0] = 0;
    } else if (operation === operations.exit || operation === operations.exitExtended) ended = true;
    else core.registers[0] = 0;
  };
  const view = new DataView(chip.flash.buffer, chip.flash.byteOffset);
  chip.core.SP = view.getUint32(0, true);
  chip.core.PC = view.getUint32(4, true) & ~1;
  for (let i = 0; i < mostInstructions && !ended; i++) chip.core.executeInstruction();
  return Buffer.from(printed).toString();
}

/** A Pico, by its emulator rp2040js. */
export const rp2040: Place = {
  name: "pico",
  memory: ["0x10000000", "0x200000", `0x${ramOrigin.toString(16)}`, "0x40000"],
  needs: [],
  run: runImage,
};
