import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makePatch } from "../../../host/delta/index.js";
import {
  generateDeviceKeyPair,
  rawPrivateKey,
  readDevicePrivateKey,
  readDevicePublicKey,
  sealFile,
} from "../../../host/trust/seal/index.js";
import { boardsFolder, compileNative, type NativeProgram, nativeFolder, runNative } from "./compile.js";
import { cryptographyOf, monocypherSources } from "./monocypher.js";

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
  { name: "NOR in pages of 256", slots: 2, ...nor, pageBytes: 256, short: 17, long: 1 },
  { name: "NOR in words", slots: 2, ...nor, pageBytes: 4, short: 397, long: 11 },
  {
    name: "double words with codes (STM32L4)",
    ...{ slots: 2, sectorBytes: 2048, writeBytes: 8, pageBytes: 8, codes: true, short: 151, long: 5 },
  },
  {
    name: "32 bytes with codes, log sectors as large as slots (STM32H7)",
    ...{ slots: 2, sectorBytes: 2048, writeBytes: 32, pageBytes: 32, codes: true, short: 37, long: 2 },
  },
  { name: "one slot, NOR in pages of 256", slots: 1, ...nor, pageBytes: 256, short: 5, long: 1 },
  {
    name: "one slot, double words with codes",
    ...{ slots: 1, sectorBytes: 2048, writeBytes: 8, pageBytes: 8, codes: true, short: 61, long: 3 },
  },
];

/** Kinds of torn operations that are tried at each moment, besides power that fails before it. */
export const tornKinds = 2;

/**
 * All but the flash, which is the same for all kinds: compiled once, since it takes longer than a short run. Files are sealed where
 * the cryptography is to be had.
 */
function commonParts(): NativeProgram {
  const cryptography = monocypherSources();
  const { addressesOnly, folder, flags } =
    cryptography === undefined ? { addressesOnly: [], folder: [], flags: [] } : cryptographyOf(cryptography);
  const sealing = ["seal", "hpke", "hkdf", "device_key"].map((name) => `trust/${name}.c`);
  const sources = [
    ...["slots", "activation", "ledger", "log", "records"].map((name) => `store/${name}.c`),
    ...[
      "update/upload.c",
      "update/patch.c",
      "formats/crc32.c",
      "formats/sha256.c",
      "formats/custom_sections.c",
    ],
    ...(cryptography === undefined ? [] : sealing),
  ];
  return {
    addressesOnly,
    sources: [
      ...["power_cuts.c", "stand_in_models.c", "lent_memory.c"].map((name) => join(nativeFolder, name)),
      ...sources.map((name) => join(boardsFolder, name)),
    ],
    folders: [boardsFolder, nativeFolder].concat(folder),
    flags: [
      ...["-O2", "-DWASMOTE_TRUST=1", "-r"],
      ...(cryptography === undefined ? [] : ["-DWASMOTE_SEALED"]),
      ...flags,
    ],
  };
}

function programOf(of: Geometry, common: string): NativeProgram {
  const { slots, sectorBytes, writeBytes, pageBytes, codes } = of;
  return {
    sources: [join(nativeFolder, "torn_flash.c"), common],
    folders: [boardsFolder, nativeFolder],
    flags: [
      ...["-O2", `-DSLOTS=${slots}`, "-DSLOT_BYTES=2048", `-DSECTOR_BYTES=${sectorBytes}`],
      ...[`-DWRITE_BYTES=${writeBytes}`, `-DPAGE_BYTES=${pageBytes}`, `-DCODES=${codes ? 1 : 0}`],
    ],
  };
}

/** The programs of all kinds of flash, by name, and the folder of what is sent, which each takes as its first argument. */
export interface PowerCutsPrograms {
  programs: ReadonlyMap<string, string>;
  updates: string;
}

/** Compiles the programs of kinds of flash, into a folder. */
export function compilePowerCuts(of: readonly Geometry[], folder: string): PowerCutsPrograms {
  const into = (name: string): string => {
    const made = join(folder, name);
    mkdirSync(made);
    return made;
  };
  const common = join(folder, "common.o");
  renameSync(compileNative(commonParts(), into("common")), common);
  const programs = new Map(
    of.map((each, i) => [each.name, compileNative(programOf(each, common), into(String(i)))]),
  );
  const updates = into("updates");
  writeUpdates([...programs.values()][0]!, updates);
  return { programs, updates };
}

/** The patch between the two models of a program, of small blocks; the new model and that, sealed; and the key to which they are. */
function writeUpdates(program: string, folder: string): void {
  runNative(program, ["models", folder]);
  const [old, next] = ["old", "new"].map((name) => readFileSync(join(folder, name))) as [Buffer, Buffer];
  const patch = makePatch(old, next, { blockBytes: 256 });
  const { privateKey, publicKey } = generateDeviceKeyPair();
  const seal = (bytes: Uint8Array): Uint8Array => sealFile(bytes, [readDevicePublicKey(publicKey)]);
  const files = {
    patch,
    sealed: seal(next),
    "sealed-patch": seal(patch),
    secret: rawPrivateKey(readDevicePrivateKey(privateKey)),
  };
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
}
