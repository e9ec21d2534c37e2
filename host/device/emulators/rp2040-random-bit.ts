import { randomInt } from "node:crypto";
import type { RP2040 } from "rp2040js";

/** The ring oscillator and its RANDOMBIT. Source: RP2040 data sheet, 2.17.5, 2.17.8. */
const ringOscillatorAt = 0x40060;
const randomBit = 0x1c;

/** What the ring oscillator's output is, 0 or 1, when it is looked at. */
export type LookAtOscillator = () => number;

/** A bit of this machine's source of random numbers, which takes the place of the oscillator's. */
export const bitOfThisMachine: LookAtOscillator = () => randomInt(2);

/** Has RANDOMBIT give what `look` does; rp2040js knows none of the ring oscillator's registers, and what it does for the others stays. */
export function installRandomBit(chip: RP2040, look: LookAtOscillator): void {
  const oscillator = chip.peripherals[ringOscillatorAt]!;
  const read = oscillator.readUint32.bind(oscillator);
  oscillator.readUint32 = (offset) => (offset === randomBit ? look() : read(offset));
}
