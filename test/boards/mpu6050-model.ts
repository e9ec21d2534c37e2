import type { RP2040 } from "rp2040js";

/** Registers of an MPU-6050. Source: InvenSense, "MPU-6000 and MPU-6050 Register Map and Descriptions", revision 4.2. */
const registers = {
  divider: 0x19,
  fifoEnable: 0x23,
  userControl: 0x6a,
  fifoCount: 0x72,
  fifo: 0x74,
  whoAmI: 0x75,
};
const [userFifo, userFifoReset] = [0x40, 0x04];
const [accelerations, rotations] = [0x08, 0x70];
const fifoBytes = 1024;

/**
 * An MPU-6050 on an I2C bus of rp2040js, as far as its FIFO goes: it takes samples by the chip's clock while that is enabled.
 *
 * @param sample the value of a channel in sample i
 */
export function connectMpu6050(
  chip: RP2040,
  bus: 0 | 1,
  seconds: () => number,
  sample: (i: number, channel: number) => number,
): void {
  const i2c = chip.i2c[bus]!;
  const file = new Uint8Array(128);
  file[registers.whoAmI] = 0x68;
  let fifo: number[] = [];
  let startedAt = 0;
  let taken = 0;
  let pointer = 0;
  let hasPointer = false;
  const isOn = (): boolean => (file[registers.userControl]! & userFifo) !== 0;
  const fill = (): void => {
    if (!isOn()) return;
    const rate = 1000 / (1 + file[registers.divider]!);
    const enabled = file[registers.fifoEnable]!;
    const channels = (enabled & accelerations ? 3 : 0) + (enabled & rotations ? 3 : 0);
    for (; taken < Math.floor((seconds() - startedAt) * rate); taken++) {
      for (let channel = 0; channel < channels; channel++) {
        const value = sample(taken, channel) & 0xffff;
        fifo.push(value >> 8, value & 0xff);
      }
    }
    fifo = fifo.slice(-fifoBytes);
  };
  const write = (value: number): void => {
    if (pointer === registers.userControl) {
      if (value & userFifoReset) fifo = [];
      if (value & userFifo && !isOn()) [startedAt, taken] = [seconds(), 0];
      value &= ~userFifoReset;
    }
    file[pointer++] = value;
  };
  const read = (): number => {
    fill();
    if (pointer === registers.fifo) return fifo.shift() ?? 0xff;
    if (pointer === registers.fifoCount) file.set([fifo.length >> 8, fifo.length & 0xff], pointer);
    return file[pointer++]!;
  };
  i2c.onConnect = (address, mode) => {
    if (mode === 0) hasPointer = false;
    i2c.completeConnect(address === 0x68);
  };
  i2c.onWriteByte = (value) => {
    if (hasPointer) write(value);
    else pointer = value & 0x7f;
    hasPointer = true;
    i2c.completeWrite(true);
  };
  i2c.onReadByte = () => i2c.completeRead(read());
}
