import type { RP2040 } from "rp2040js";

/** Registers of the RP2040's SSI. Source: RP2040 data sheet, 4.10.13. */
const control = 0x00;
const enable = 0x08;
const status = 0x28;
const data = 0x60;
const spiControl = 0xf4;
const ssiAt = 0x18000;
const idle = 0b0110;

/**
 * A flash chip behind the RP2040's SSI, as Winbond's W25Q16JV is: status registers, the bit that enables four lines, and the
 * quad read that goes on without a command. It throws where it is driven as it must not be.
 * Source: W25Q16JV data sheet, 7.1, 8.2.1-8.2.5, 8.2.12.
 */
export class FlashChip {
  /** Values that were written to both status registers, in order. */
  readonly written: [number, number][] = [];
  #statuses: [number, number];
  #registers = new Map<number, number>();
  #sent: number[] = [];
  #received: number[] = [];
  #writeEnabled = false;
  #busyReads = 0;
  #goesOn = false;

  /** @param statuses its two status registers */
  constructor(chip: RP2040, statuses: [number, number]) {
    this.#statuses = statuses;
    const ssi = chip.peripherals[ssiAt]!;
    ssi.readUint32 = (offset) => this.#read(offset);
    ssi.writeUint32 = (offset, value) => this.#write(offset, value);
  }

  /** How the SSI would read it now: over so many lines, with a command before each address or without. */
  reads(): { lines: number; command: number | undefined } {
    const value = this.#register(spiControl);
    const command = value >>> 24;
    const [addressBits, instruction, wait, type] = [
      4 * ((value >> 2) & 15),
      (value >> 8) & 3,
      (value >> 11) & 31,
      value & 3,
    ];
    if (this.#register(enable) !== 1) throw new Error("the SSI is off");
    if (((this.#register(control) >> 16) & 31) !== 31) throw new Error("frames have no 32 bits");
    const quad = ((this.#register(control) >> 21) & 3) === 2;
    if (quad) {
      const fits = addressBits === 32 && instruction === 0 && wait === 4 && type === 2 && command === 0xa0;
      if (!fits || !this.#goesOn) throw new Error(`a quad read as 0x${value.toString(16)}`);
      return { lines: 4, command: undefined };
    }
    if (addressBits !== 24 || instruction !== 2 || wait !== 0 || type !== 0)
      throw new Error(`a read as 0x${value.toString(16)}`);
    return { lines: 1, command };
  }

  #register(offset: number): number {
    return this.#registers.get(offset) ?? 0;
  }

  #read(offset: number): number {
    if (offset === data) return this.#received.shift() ?? 0;
    if (offset !== status) return this.#register(offset);
    this.#endTransfer();
    return idle;
  }

  #write(offset: number, value: number): void {
    if (offset === data) this.#sent.push(value);
    else this.#registers.set(offset, value);
    if (offset === enable && value === 0) {
      this.#endTransfer();
      this.#received = [];
    }
  }

  /** The chip is deselected when nothing is left to send. */
  #endTransfer(): void {
    const sent = this.#sent;
    this.#sent = [];
    if (sent.length === 0) return;
    if (this.#register(enable) !== 1) throw new Error("data for an SSI that is off");
    const lines = (this.#register(control) >> 21) & 3;
    if (lines === 2) this.#startQuadRead(sent);
    else this.#received.push(...this.#serial(sent));
  }

  #startQuadRead([command, address]: number[]): void {
    const form = this.#register(spiControl) & 0xffff;
    if ((this.#statuses[1] & 2) === 0) throw new Error("four lines are not enabled");
    if (command !== 0xeb || form !== 0x2221) throw new Error(`a quad read as 0x${form.toString(16)}`);
    this.#goesOn = (address! & 0xf0) === 0xa0;
    this.#received.push(0);
  }

  #serial(sent: readonly number[]): number[] {
    const [command, first, second] = sent;
    switch (command) {
      case 0x05:
        return [0, this.#busyReads-- > 0 ? this.#statuses[0] | 1 : this.#statuses[0]];
      case 0x35:
        return [0, this.#statuses[1]];
      case 0x06:
        this.#writeEnabled = true;
        return [0];
      case 0x01:
        if (!this.#writeEnabled || sent.length !== 3) throw new Error("a write of the status registers");
        this.#writeEnabled = false;
        this.#busyReads = 3;
        this.#statuses = [first!, second!];
        this.written.push([first!, second!]);
        return [0, 0, 0];
      default:
        throw new Error(`command 0x${command?.toString(16)}`);
    }
  }
}
