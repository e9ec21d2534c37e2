import type { RP2040 } from "rp2040js";

/** The value of a channel in sample i: three accelerations, then three rates of rotation. */
export type MotionSample = (i: number, channel: number) => number;

/** A chip on I2C as far as its FIFO goes: it takes samples by its own clock while that is on. */
export interface MotionChip {
  readonly address: number;
  /** What a register has after power-up. */
  readonly atFirst: Readonly<Record<number, number>>;
  /** Samples a second, and which channels it keeps in what order; none while its FIFO is off. */
  keeps(registers: Uint8Array): { rate: number; channels: readonly number[] } | undefined;
  readonly fifoBytes: number;
  readonly highByteFirst: boolean;
  /** Whether what is written to a register empties the FIFO. */
  empties(register: number, value: number): boolean;
  /** Prepares a register that is going to be read; a byte of the FIFO where it is one of its. */
  read(register: number, fifo: Fifo): number | undefined;
  /** The register behind one that was read. */
  next?(register: number): number;
}

/** What waits in a chip. */
export interface Fifo {
  readonly length: number;
  readonly overrun: boolean;
  shift(): number;
}

const [accelerations, rotations] = [
  [0, 1, 2],
  [3, 4, 5],
] as const;

/** Source: InvenSense, "MPU-6000 and MPU-6050 Register Map and Descriptions", revision 4.2. */
export const mpu6050Model: MotionChip = {
  address: 0x68,
  atFirst: { 117: 0x68, 107: 0x40 },
  keeps(registers) {
    const [asleep, on, which] = [registers[0x6b]! & 0x40, registers[0x6a]! & 0x40, registers[0x23]!];
    if (asleep || !on) return undefined;
    const channels = [...(which & 0x08 ? accelerations : []), ...((which & 0x70) === 0x70 ? rotations : [])];
    return { rate: 1000 / (1 + registers[0x19]!), channels };
  },
  fifoBytes: 1024,
  highByteFirst: true,
  empties: (register, value) => register === 0x6a && (value & 0x04) !== 0,
  read(register, fifo) {
    if (register === 0x74) return fifo.shift();
    if (register === 0x72) return fifo.length >> 8;
    if (register === 0x73) return fifo.length & 0xff;
    return undefined;
  },
  next: (register) => (register === 0x74 ? 0x74 : register + 1),
};

/** Source: ST, LSM6DS3 data sheet (DocID026899); AN4650 (order in the FIFO). */
export const lsm6ds3Model: MotionChip = {
  address: 0x6a,
  atFirst: { 15: 0x69, 18: 0x04 },
  keeps(registers) {
    const hertz = [0, 12.5, 26, 52, 104, 208, 416, 833, 1666];
    const [own, acceleration, rotation] = [
      (registers[0x0a]! >> 3) & 15,
      registers[0x10]! >> 4,
      registers[0x11]! >> 4,
    ];
    if ((registers[0x0a]! & 7) !== 6 || own === 0) return undefined;
    const channels = [
      ...((registers[0x08]! >> 3) & 7 && rotation >= own ? rotations : []),
      ...(registers[0x08]! & 7 && acceleration >= own ? accelerations : []),
    ];
    return { rate: hertz[own]!, channels };
  },
  fifoBytes: 8192,
  highByteFirst: false,
  empties: (register, value) => register === 0x0a && (value & 7) === 0,
  read(register, fifo) {
    const words = fifo.length / 2;
    if (register === 0x3a) return words & 0xff;
    if (register === 0x3b) return ((words >> 8) & 15) | (fifo.overrun ? 0x40 : 0) | (words === 0 ? 0x10 : 0);
    if (register === 0x3e || register === 0x3f) return fifo.shift();
    return undefined;
  },
  next: (register) => (register === 0x3f ? 0x3e : register + 1),
};

/** Source: ST, LSM9DS1 data sheet (DocID025715). */
export const lsm9ds1Model: MotionChip = {
  address: 0x6b,
  atFirst: { 15: 0x68, 34: 0x04 },
  keeps(registers) {
    const [acceleration, rotation] = [registers[0x20]! >> 5, registers[0x10]! >> 5];
    if (!(registers[0x23]! & 2) || registers[0x2e]! >> 5 !== 6) return undefined;
    if (rotation > 0)
      return {
        rate: [0, 14.9, 59.5, 119, 238, 476, 952][rotation]!,
        channels: [...rotations, ...accelerations],
      };
    return { rate: [0, 10, 50, 119, 238, 476, 952][acceleration]!, channels: accelerations };
  },
  fifoBytes: 32 * 12,
  highByteFirst: false,
  empties: (register, value) => register === 0x2e && value >> 5 === 0,
  read(register, fifo) {
    const bytesOfMoment = 12;
    if (register === 0x2f) return Math.ceil(fifo.length / bytesOfMoment) | (fifo.overrun ? 0x40 : 0);
    if ((register >= 0x18 && register <= 0x1d) || (register >= 0x28 && register <= 0x2d)) return fifo.shift();
    return undefined;
  },
};

/** Puts a chip on an I2C bus of rp2040js; what was written to its registers. */
export function connectMotionChip(
  model: MotionChip,
  chip: RP2040,
  bus: 0 | 1,
  seconds: () => number,
  sample: MotionSample,
): Uint8Array {
  const i2c = chip.i2c[bus]!;
  const registers = new Uint8Array(256);
  for (const [number, value] of Object.entries(model.atFirst)) registers[Number(number)] = value;
  let bytes: number[] = [];
  let overrun = false;
  let since: number | undefined;
  let taken = 0;
  let [pointer, hasPointer] = [0, false];
  const fifo: Fifo = {
    get length() {
      return bytes.length;
    },
    get overrun() {
      return overrun;
    },
    shift: () => bytes.shift() ?? 0xff,
  };
  const fill = (): void => {
    const kept = model.keeps(registers);
    if (kept === undefined) {
      since = undefined;
      return;
    }
    if (since === undefined) [since, taken] = [seconds(), 0];
    for (; taken < Math.floor((seconds() - since) * kept.rate); taken++) {
      for (const channel of kept.channels) {
        const value = sample(taken, channel) & 0xffff;
        bytes.push(...(model.highByteFirst ? [value >> 8, value & 0xff] : [value & 0xff, value >> 8]));
      }
    }
    if (bytes.length > model.fifoBytes) overrun = true;
    bytes = bytes.slice(-model.fifoBytes);
  };
  const write = (value: number): void => {
    fill();
    if (model.empties(pointer, value)) [bytes, overrun] = [[], false];
    registers[pointer++] = value;
    fill();
  };
  const read = (): number => {
    fill();
    const at = pointer;
    pointer = model.next?.(at) ?? at + 1;
    return model.read(at, fifo) ?? registers[at]!;
  };
  i2c.onConnect = (address, mode) => {
    if (mode === 0) hasPointer = false;
    i2c.completeConnect(address === model.address);
  };
  i2c.onWriteByte = (value) => {
    if (hasPointer) write(value);
    else pointer = value & 0x7f;
    hasPointer = true;
    i2c.completeWrite(true);
  };
  i2c.onReadByte = () => i2c.completeRead(read());
  return registers;
}
