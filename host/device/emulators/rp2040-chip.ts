import type { RP2040 } from "rp2040js";
import { CycleClock } from "./cycle-clock.js";
import { type ChangeFlash, callBootRom, installBootRom, startSecondStage } from "./rp2040-boot-rom.js";
import { installFlashId } from "./rp2040-flash-id.js";
import { bitOfThisMachine, installRandomBit, type LookAtOscillator } from "./rp2040-random-bit.js";
import { Rp2040UsbHost } from "./rp2040-usb-host.js";

type Rp2040Module = typeof import("rp2040js");

/** Bits and registers of the RP2040. Source: RP2040 data sheet, 2.4.8 (SysTick), 4.2.8 (UART), 4.7 (watchdog). */
const receiveFifoEmpty = 1 << 4;
const uartFlags = 0x18;
const systickCurrent = 0x18;
const watchdogAt = 0x40058;
const hardFault = 3;
const clockHz = 125_000_000;

/** So often in a row the firmware looks for input in vain before it counts as idle. */
const idleLooks = 1000;
const instructionsPerLook = 32;

/** Which of the chip's lines is used. */
export type Rp2040Line = "uart" | "usb";

/** What stands in for parts of the chip and its board that rp2040js does not emulate. */
export interface Rp2040Parts {
  /** Does what the boot ROM's functions are to do to flash; all of it at once unless told. */
  changeFlash?: ChangeFlash;
  /** What the ring oscillator's output is; bits of this machine's source of random numbers unless told. */
  lookAtOscillator?: LookAtOscillator;
  /** Wires up what is at the chip's pins: called each time it has been powered up. */
  wire?(chip: RP2040): void;
}

/** The watchdog of rp2040js, whose alarm would ring again and again at the end of its time. */
interface Watchdog {
  alarm: { enable: boolean };
  onWatchdogTrigger: () => void;
}

/** Components of rp2040js that complain about accesses that a real chip answers with a fault. */
const faulting = new Set(["RP2040", "CortexM0Core"]);

/**
 * An RP2040 that rp2040js emulates, corrected where the firmware depends on it: bad accesses and unknown instructions
 * are hard faults, writing SysTick's counter has it start from its reload value, the watchdog resets the chip.
 * Waiting for an interrupt or an event is a hint, which it does not take (Armv6-M ARM, A6.7, WFI, WFE), but counts as
 * looking for input.
 * It starts as a real one does, with the second-stage boot loader in flash; rp2040-boot-rom.ts stands in for the boot
 * ROM.
 */
export class Rp2040Chip {
  /** Why it cannot go on; undefined as long as it can. */
  stopped: string | undefined;
  readonly #module: Rp2040Module;
  readonly #incoming: number[] = [];
  readonly #onByte: (byte: number) => void;
  readonly #line: Rp2040Line;
  readonly #parts: Rp2040Parts;
  #chip: RP2040;
  #clock: CycleClock;
  #usb: Rp2040UsbHost | undefined;
  #fault = "";
  #resetAsked = false;
  #looks = 0;

  /**
   * @param flash what is in flash from its start on
   * @param onByte takes what the line sends
   * @param line UART 0, or the chip's USB with a host at its other end
   */
  constructor(
    module: Rp2040Module,
    flash: Uint8Array,
    onByte: (byte: number) => void,
    line: Rp2040Line = "uart",
    parts: Rp2040Parts = {},
  ) {
    this.#module = module;
    this.#onByte = onByte;
    this.#line = line;
    this.#parts = parts;
    [this.#chip, this.#clock] = this.#powerUp();
    this.#chip.flash.set(flash);
    this.stopped = startSecondStage(this.#chip);
  }

  /** Cycles of the processor since its last reset. */
  get cycles(): number {
    return this.#chip.core.cycles;
  }

  /** Whether the firmware does nothing but wait for input. It waits for time as well where SysTick is to wake it. */
  get idle(): boolean {
    const waitsForTime = this.#chip.ppb.systickTimer.enable;
    return this.#incoming.length === 0 && this.#looks > idleLooks && !this.#usb?.busy && !waitsForTime;
  }

  /** Whether the emulated host is to go on, which takes that other code of this process runs. */
  get hostHasTurn(): boolean {
    return this.#usb?.hasTurn === true;
  }

  /** The host at the other end of the USB cable; undefined where the line is the UART. */
  get usb(): Rp2040UsbHost | undefined {
    return this.#usb;
  }

  /** Sends bytes over the line; the firmware gets each packet, or each byte of UART 0, when it has taken the one before. */
  send(bytes: Uint8Array): void {
    this.#looks = 0;
    if (this.#usb !== undefined) this.#usb.send(bytes);
    else for (const byte of bytes) this.#incoming.push(byte);
  }

  /** Power fails and comes back: all but flash is lost, within the next instructions. */
  restart(): void {
    this.#incoming.length = 0;
    this.#looks = 0;
    this.#resetAsked = true;
  }

  /** Runs about so many instructions. */
  run(instructions: number): void {
    for (
      let done = 0;
      done < instructions && this.stopped === undefined && !this.hostHasTurn;
      done += instructionsPerLook
    ) {
      const uart = this.#chip.uart[0]!;
      if (this.#incoming.length > 0 && (uart.flags & receiveFifoEmpty) !== 0) {
        uart.feedByte(this.#incoming.shift()!);
        this.#looks = 0;
      }
      this.#runBriefly();
    }
  }

  #runBriefly(): void {
    const clock = this.#clock;
    const { core } = this.#chip;
    for (let i = 0; i < instructionsPerLook; i++) {
      core.executeInstruction();
      if (core.cycles >= clock.nextCycle) clock.ring();
      if (this.#fault !== "") this.#takeFault();
    }
    if (core.waiting) {
      core.waiting = false;
      this.#looks++;
    }
    if (this.#resetAsked) this.#reset();
  }

  /** A fault while the exception's frame is written locks the processor up. Source: Armv6-M ARM, B1.5.10. */
  #takeFault(): void {
    const first = this.#fault;
    const at = `near 0x${(this.#chip.core.PC >>> 0).toString(16)}`;
    this.#fault = "";
    if (this.#chip.core.IPSR !== hardFault) this.#chip.core.exceptionEntry(hardFault);
    else this.#fault = first;
    if (this.#fault !== "") this.stopped ??= `it locked up ${at}: ${first}`;
    this.#fault = "";
  }

  #reset(): void {
    const { flash } = this.#chip;
    this.#resetAsked = false;
    this.#usb?.leave();
    [this.#chip, this.#clock] = this.#powerUp();
    this.#chip.flash.set(flash);
    this.stopped ??= startSecondStage(this.#chip);
  }

  #powerUp(): [RP2040, CycleClock] {
    const { changeFlash, lookAtOscillator = bitOfThisMachine } = this.#parts;
    let chip: RP2040 | undefined;
    const clock = new CycleClock(clockHz, () => chip?.core?.cycles ?? 0);
    const powered = new this.#module.RP2040(clock);
    chip = powered;
    const complain = (component: string, message: string): void => {
      if (faulting.has(component)) this.#fault = message;
    };
    const quiet = (): void => undefined;
    powered.logger = { debug: quiet, info: quiet, warn: complain, error: complain };
    const startUsbBoot = (gpioMask: number, disabled: number): void => {
      this.stopped = `it is in its USB boot loader: reset_usb_boot(${gpioMask}, ${disabled})`;
      this.#usb?.leave();
    };
    powered.onBreak = (code) => {
      if (!callBootRom(powered, code, startUsbBoot, changeFlash)) this.#fault = `breakpoint ${code}`;
    };
    installBootRom(powered);
    installFlashId(powered);
    installRandomBit(powered, lookAtOscillator);
    if (this.#line === "usb") this.#connectUsb(powered);
    else this.#connectUart(powered);
    restartSystickFromReload(powered);
    const watchdog = powered.peripherals[watchdogAt] as unknown as Watchdog;
    watchdog.onWatchdogTrigger = () => {
      watchdog.alarm.enable = false;
      this.#resetAsked = true;
    };
    this.#parts.wire?.(powered);
    return [powered, clock];
  }

  #connectUsb(chip: RP2040): void {
    const take = (bytes: Uint8Array): void => {
      this.#looks = 0;
      for (const byte of bytes) this.#onByte(byte);
    };
    this.#usb = new Rp2040UsbHost(chip, take, (what) => {
      this.stopped ??= `its USB is at fault: ${what}`;
    });
  }

  #connectUart(chip: RP2040): void {
    const uart = chip.uart[0]!;
    uart.onByte = (byte) => {
      this.#looks = 0;
      this.#onByte(byte);
    };
    const read = uart.readUint32.bind(uart);
    uart.readUint32 = (offset) => {
      if (offset === uartFlags) this.#looks++;
      return read(offset);
    };
  }
}

/** In rp2040js the counter goes on from 2^24 when it is written to. */
function restartSystickFromReload({ ppb }: RP2040): void {
  const write = ppb.writeUint32.bind(ppb);
  ppb.writeUint32 = (offset, value) => {
    write(offset, value);
    if (offset === systickCurrent) ppb.systickTimer.set(ppb.systickReload);
  };
}
