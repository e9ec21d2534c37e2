import { secondStageChecksum } from "../../../host/device/emulators/rp2040-boot-rom.js";

/** Thumb instructions by hand. Source: Armv6-M Architecture Reference Manual, A6.7. */
export const thumb = {
  move: (rd: number, value: number) => 0x2000 | (rd << 8) | value,
  store: (rt: number, rn: number, offset = 0) => 0x6000 | ((offset / 4) << 6) | (rn << 3) | rt,
  load: (rt: number, rn: number, offset = 0) => 0x6800 | ((offset / 4) << 6) | (rn << 3) | rt,
  shiftLeft: (rd: number, rm: number, by: number) => (by << 6) | (rm << 3) | rd,
  shiftRight: (rd: number, rm: number, by: number) => 0x0800 | (by << 6) | (rm << 3) | rd,
  /** Goes on `halfwords` further than the next instruction but one; back where that is negative. */
  branch: (halfwords: number) => 0xe000 | (halfwords & 0x7ff),
  branchIfNegative: (halfwords: number) => 0xd400 | (halfwords & 0xff),
  callRegister: (rm: number) => 0x4780 | (rm << 3),
  moveToStackPointer: (rm: number) => 0x4685 | (rm << 3),
  breakpoint: (code: number) => 0xbe00 | code,
  waitForInterrupt: 0xbf30,
  /** For ever the same instruction. */
  stay: 0xe7fe,
  undefined: 0xde00,
} as const;

/** Loads a word from behind the code. */
export const word = (rt: number, value: number): Word => ({ rt, value });
interface Word {
  rt: number;
  value: number;
}

/** Where the second stage runs. */
export const secondStageAt = 0x20041f00;

/** The address of a program's instruction, as a vector or a call takes it. */
export const addressOf = (instruction: number): number => (secondStageAt + 2 * instruction) | 1;

/** A flash image whose second-stage boot loader is this program. */
export function bootImage(program: readonly (number | Word)[]): Uint8Array {
  const image = new Uint8Array(2 << 20).fill(0xff);
  const view = new DataView(image.buffer);
  let pool = 4 * Math.ceil(program.length / 2);
  for (const [i, item] of program.entries()) {
    if (typeof item === "number") {
      view.setUint16(2 * i, item, true);
      continue;
    }
    const base = (2 * i + 4) & ~3;
    view.setUint16(2 * i, 0x4800 | (item.rt << 8) | ((pool - base) / 4), true);
    view.setUint32(pool, item.value, true);
    pool += 4;
  }
  if (pool > 252) throw new Error(`${pool} bytes do not fit the second stage`);
  view.setUint32(252, secondStageChecksum(image.subarray(0, 252)), true);
  return image;
}
