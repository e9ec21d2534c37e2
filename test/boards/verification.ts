import { readFileSync } from "node:fs";
import type { FlashContents } from "../../host/device/emulators/preload.js";
import { Rp2040Chip } from "../../host/device/emulators/rp2040-chip.js";
import { decodeUf2 } from "../../host/firmware/uf2.js";
import { readElf } from "./elf.js";

/** Bytes of flash that each object file takes in an image, by the linker's map. */
export function flashByObject(map: string): Map<string, number> {
  const placed = map.slice(map.indexOf("Linker script and memory map"));
  const objects = new Map<string, number>();
  const section = /^ \.(?:text|rodata|data)[^\s]*\s+0x([0-9a-f]+)\s+0x([0-9a-f]+) (\S+)$/gm;
  for (const [, address, bytes, path] of placed.matchAll(section)) {
    if (Number.parseInt(address!, 16) === 0) continue;
    const name = path!.replace(/^.*\//, "");
    objects.set(name, (objects.get(name) ?? 0) + Number.parseInt(bytes!, 16));
  }
  return objects;
}

/** A call of a function that was watched. */
export interface Call {
  name: string;
  /** Cycles that it took, with all that it called. */
  cycles: number;
  /** By how many bytes the stack went below where it was before the call. */
  stackBytes: number;
  /** Its second argument. */
  second: number;
}

/** The core of rp2040js, as far as it is watched. */
interface Core {
  executeInstruction(): number;
  cycles: number;
  PC: number;
  LR: number;
  SP: number;
  registers: Uint32Array;
}

const flashOrigin = 0x10000000;
const flashBytes = 2 * 1024 * 1024;
const instructionsPerLook = 100_000;
const mostInstructions = 400_000_000;

/** Starts an RP2040 with its firmware and contents of its flash, until it waits for input; the calls of these functions, as they ended. */
export async function watchStart(
  files: { elf: string; uf2: string },
  contents: readonly FlashContents[],
  names: readonly string[],
): Promise<Call[]> {
  const module = await import("rp2040js");
  const { symbols } = readElf(readFileSync(files.elf));
  const functions = new Map(names.map((name) => [(symbols.get(name) as number) & ~1, name]));
  if (functions.size < names.length || functions.has(0)) throw new Error("a function has no symbol");
  const flash = new Uint8Array(flashBytes).fill(0xff);
  const blocks = decodeUf2(readFileSync(files.uf2)).map(({ address, data }) => ({ address, bytes: data }));
  for (const { address, bytes } of [...blocks, ...contents]) flash.set(bytes, address - flashOrigin);

  const ended: Call[] = [];
  class Watched extends module.RP2040 {
    constructor(clock: ConstructorParameters<typeof module.RP2040>[0]) {
      super(clock);
      watch(this.core as unknown as Core, functions, ended);
    }
  }
  const chip = new Rp2040Chip({ ...module, RP2040: Watched } as typeof module, flash, () => undefined);
  for (let done = 0; done < mostInstructions && !chip.idle; done += instructionsPerLook) {
    chip.run(instructionsPerLook);
    if (chip.stopped !== undefined) throw new Error(chip.stopped);
  }
  if (!chip.idle) throw new Error("it does not come to wait");
  return ended;
}

function watch(core: Core, functions: ReadonlyMap<number, string>, ended: Call[]): void {
  const open: { name: string; from: number; top: number; lowest: number; back: number; second: number }[] =
    [];
  const execute = core.executeInstruction.bind(core);
  core.executeInstruction = () => {
    const name = functions.get(core.PC);
    const sp = core.SP;
    if (name !== undefined)
      open.push({
        ...{ name, from: core.cycles, top: sp, lowest: sp },
        ...{ back: (core.LR & ~1) >>> 0, second: core.registers[1]! },
      });
    const took = execute();
    for (const call of open) if (core.SP < call.lowest) call.lowest = core.SP;
    const last = open.at(-1);
    if (last !== undefined && core.PC === last.back && core.SP === last.top) {
      open.pop();
      const { top, lowest, from, second } = last;
      ended.push({ name: last.name, cycles: core.cycles - from, stackBytes: top - lowest, second });
    }
    return took;
  };
}
