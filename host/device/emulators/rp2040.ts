import { readFileSync } from "node:fs";
import { WasmoteError } from "../../errors.js";
import { decodeUf2 } from "../../firmware/uf2.js";
import { Ending } from "../ending.js";
import type { Transport } from "../transport.js";
import type { FlashContents } from "./preload.js";
import { Rp2040Chip, type Rp2040Line, type Rp2040Parts } from "./rp2040-chip.js";

const flashOrigin = 0x10000000;
const flashBytes = 2 * 1024 * 1024;
const sliceMillis = 20;
const instructionsPerCheck = 20_000;

/** The line to an emulated RP2040. */
export interface Rp2040Transport extends Transport {
  /** Power fails and comes back: the chip starts with what is in flash. */
  restart(): void;
}

/** The package rp2040js. Throws `package-missing` where it is not installed. */
export function rp2040Module(): Promise<typeof import("rp2040js")> {
  return import("rp2040js").catch(() => {
    throw new WasmoteError("package-missing", "rp2040js, the emulator of this board");
  });
}

/**
 * Runs a UF2 file on rp2040js, an emulator of the RP2040 that counts cycles, in this process: a slice of time, then
 * whatever else there is to do; nothing while the firmware waits for input.
 *
 * @param line UART 0, or USB with a host that takes the board for a serial port
 * @throws `package-missing` where the package rp2040js is not installed, `file-unreadable`
 */
export async function startRp2040(
  name: string,
  uf2: string,
  contents: readonly FlashContents[],
  line: Rp2040Line = "uart",
  parts?: Rp2040Parts,
): Promise<Rp2040Transport> {
  const module = await rp2040Module();
  const flash = new Uint8Array(flashBytes).fill(0xff);
  const blocks = [
    ...decodeUf2(readFileSync(uf2)).map(({ address, data }) => ({ address, bytes: data })),
    ...contents,
  ];
  for (const { address, bytes } of blocks) flash.set(bytes, address - flashOrigin);

  const ending = new Ending();
  const outgoing: number[] = [];
  let listener: (bytes: Uint8Array) => void = () => undefined;
  let next: NodeJS.Immediate | undefined;
  const chip = new Rp2040Chip(module, flash, (byte) => outgoing.push(byte), line, parts);

  const slice = (): void => {
    const end = performance.now() + sliceMillis;
    next = undefined;
    do {
      chip.run(instructionsPerCheck);
    } while (
      performance.now() < end &&
      outgoing.length === 0 &&
      !chip.idle &&
      !chip.hostHasTurn &&
      chip.stopped === undefined
    );
    if (outgoing.length > 0) listener(Uint8Array.from(outgoing.splice(0)));
    if (chip.stopped !== undefined) ending.reach(chip.stopped);
    wake();
  };
  const wake = (): void => {
    if (next === undefined && !ending.reached && !chip.idle) next = setImmediate(slice);
  };
  wake();
  return {
    name,
    restart: () => {
      outgoing.length = 0;
      chip.restart();
      wake();
    },
    write: (bytes) => {
      if (ending.reached) return;
      chip.send(bytes);
      wake();
    },
    onData: (to) => {
      listener = to;
    },
    onEnd: (to) => ending.tell(to),
    close: async () => {
      ending.close();
      ending.reach("closed");
      if (next !== undefined) clearImmediate(next);
    },
  };
}
