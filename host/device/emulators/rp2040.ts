import { readFileSync } from "node:fs";
import { WasmoteError } from "../../errors.js";
import { decodeUf2 } from "../../firmware/uf2.js";
import { Ending } from "../ending.js";
import type { Transport } from "../transport.js";
import type { FlashContents } from "./preload.js";

const flashOrigin = 0x10000000;
const secondStageBytes = 256;
const sliceMillis = 20;
const instructionsPerCheck = 20_000;
const nanosecondsPerCycle = 1e9 / 125e6;
/** `RXFE` of the UART's flag register: nothing has arrived that is not read. RP2040 datasheet, 4.2.8. */
const receiveFifoEmpty = 1 << 4;

/**
 * Runs a UF2 file on rp2040js, an emulator of the RP2040 that counts cycles, in this process: a slice of time, then
 * whatever else there is to do. It starts as the second-stage boot loader would leave it: with the vector table that
 * follows these 256 bytes. Its line is UART 0.
 *
 * @throws `tool-missing` where the package rp2040js is not installed, `file-unreadable`
 */
export async function startRp2040(
  name: string,
  uf2: string,
  contents: readonly FlashContents[],
): Promise<Transport> {
  const { Simulator, ConsoleLogger, LogLevel } = await import("rp2040js").catch(() => {
    throw new WasmoteError("tool-missing", "npm's package rp2040js: npm install rp2040js");
  });
  const { rp2040, clock } = new Simulator();
  rp2040.logger = new ConsoleLogger(LogLevel.Error);
  const blocks = [
    ...decodeUf2(readFileSync(uf2)).map(({ address, data }) => ({ address, bytes: data })),
    ...contents,
  ];
  for (const { address, bytes } of blocks) rp2040.flash.set(bytes, address - flashOrigin);
  const vectors = flashOrigin + secondStageBytes;
  rp2040.core.VTOR = vectors;
  rp2040.core.SP = rp2040.readUint32(vectors);
  rp2040.core.PC = rp2040.readUint32(vectors + 4) & ~1;

  const ending = new Ending();
  const incoming: number[] = [];
  const outgoing: number[] = [];
  let listener: (bytes: Uint8Array) => void = () => undefined;
  let timer: NodeJS.Immediate | undefined;
  const uart = rp2040.uart[0]!;
  uart.onByte = (byte) => outgoing.push(byte);
  rp2040.onBreak = (code) => ending.reach(`it stopped at a breakpoint (${code})`);

  const step = (): void => {
    if (rp2040.core.waiting) {
      clock.tick(clock.nanosToNextAlarm);
      return;
    }
    clock.tick(rp2040.core.executeInstruction() * nanosecondsPerCycle);
  };
  const feed = (): void => {
    if ((uart.flags & receiveFifoEmpty) !== 0) uart.feedByte(incoming.shift()!);
  };
  const slice = (): void => {
    const end = performance.now() + sliceMillis;
    try {
      do {
        for (let i = 0; i < instructionsPerCheck; i++) {
          step();
          if (incoming.length > 0) feed();
        }
      } while (performance.now() < end && outgoing.length === 0);
    } catch (error) {
      ending.reach(error instanceof Error ? error.message : String(error));
      return;
    }
    if (outgoing.length > 0) listener(Uint8Array.from(outgoing.splice(0)));
    if (!ending.reached) timer = setImmediate(slice);
  };
  timer = setImmediate(slice);
  return {
    name,
    write: (bytes) => {
      for (const byte of bytes) incoming.push(byte);
    },
    onData: (to) => {
      listener = to;
    },
    onEnd: (to) => ending.tell(to),
    close: async () => {
      ending.close();
      ending.reach("closed");
      clearImmediate(timer);
    },
  };
}
