import { join } from "node:path";
import { boardsFolder, type NativeProgram, nativeFolder } from "./compile.js";

/** A kind of flash, and how much of it is tried: every so many moments in a short and in a long run. */
export interface Geometry {
  name: string;
  slots: 1 | 2;
  /** Bytes of a sector of the log. */
  sectorBytes: number;
  writeBytes: number;
  /** Bytes that are programmed at once, in no order. */
  pageBytes: number;
  /** Whether there are codes against errors: each unit is written once, and who reads a torn one traps. */
  codes: boolean;
  short: number;
  long: number;
}

const nor = { sectorBytes: 1024, writeBytes: 4, codes: false } as const;

/** Sizes are scaled down; the rules are those of the kinds. */
export const geometries: readonly Geometry[] = [
  { name: "NOR in pages of 256", slots: 2, ...nor, pageBytes: 256, short: 4, long: 1 },
  { name: "NOR in words", slots: 2, ...nor, pageBytes: 4, short: 397, long: 3 },
  {
    name: "double words with codes (STM32L4)",
    ...{ slots: 2, sectorBytes: 2048, writeBytes: 8, pageBytes: 8, codes: true, short: 101, long: 2 },
  },
  {
    name: "32 bytes with codes, log sectors as large as slots (STM32H7)",
    ...{ slots: 2, sectorBytes: 2048, writeBytes: 32, pageBytes: 32, codes: true, short: 53, long: 1 },
  },
  { name: "one slot, NOR in pages of 256", slots: 1, ...nor, pageBytes: 256, short: 4, long: 1 },
  {
    name: "one slot, double words with codes",
    ...{ slots: 1, sectorBytes: 2048, writeBytes: 8, pageBytes: 8, codes: true, short: 101, long: 2 },
  },
];

/** Kinds of torn operations that are tried at each moment, besides power that fails before it. */
export const tornKinds = 2;

/** The program of a kind of flash. */
export function powerCutsProgram(of: Geometry): NativeProgram {
  const store = ["slots", "activation", "ledger", "log", "records"].map((name) => `store/${name}.c`);
  const sources = [
    ...store,
    "update/upload.c",
    "update/patch.c",
    "formats/sha256.c",
    "formats/custom_sections.c",
  ];
  return {
    sources: [
      ...["power_cuts.c", "torn_flash.c", "lent_memory.c"].map((name) => join(nativeFolder, name)),
      ...sources.map((name) => join(boardsFolder, name)),
    ],
    folders: [boardsFolder, nativeFolder],
    flags: [
      ...[
        "-DWASMOTE_TRUST=1",
        `-DSLOTS=${of.slots}`,
        "-DSLOT_BYTES=2048",
        `-DSECTOR_BYTES=${of.sectorBytes}`,
      ],
      ...[`-DWRITE_BYTES=${of.writeBytes}`, `-DPAGE_BYTES=${of.pageBytes}`, `-DCODES=${of.codes ? 1 : 0}`],
    ],
  };
}
