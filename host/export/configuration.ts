import { type Accelerator, accelerators as knownAccelerators } from "../abi/accelerators.js";
import type { UsedOperations } from "../needs/index.js";
import { coreCheck } from "./cores.js";
import { listMacro } from "./instructions.js";

/** What a build of the library has. Sizes in bytes. */
export interface Configuration {
  /** What each model uses of wasm3. */
  used: readonly UsedOperations[];
  /** Whether sequences of operations are fused. */
  fuses: boolean;
  /** Accelerators that a model imports. */
  accelerators: readonly Accelerator[];
  floats: boolean;
  /** Whether modules are validated when they are opened: not those that are compiled in, which were when they were exported. */
  validates: boolean;
  operandBytes: number;
  pageBytes: number;
  /** One of `exportCores`. */
  core: string;
}

/** Names of the idioms, in the order of the list in boards/wasm3/idioms.h. */
export function idiomNames(header: string): string[] {
  const list = /#define WASMOTE_IDIOMS\(EACH\)([\s\S]*?)\n#endif/.exec(header)?.[1] ?? "";
  return [...list.matchAll(/EACH\((\w+)\)/g)].map(([, name]) => name as string);
}

/** Accelerators that may be given weights of fewer than 8 bits. */
const readsNarrow = /^accel_(stored_|product|depthwise_product)/;

const union = <T>(sets: readonly Iterable<T>[]): Set<T> => new Set(sets.flatMap((each) => [...each]));

/** Idioms of two operations or less: where no others are there, what fuses takes more flash than it gains. */
const small = ["lessThan", "advance", "advanceSwapped", "advanceBack"];

/** Whether it is worth it that operations of any model are fused. */
export function isWorthFusing(used: readonly UsedOperations[], idiomHeader: string): boolean {
  const names = idiomNames(idiomHeader);
  return used.some(({ idioms }) => idioms.some((i) => !small.includes(names[i] as string)));
}

/** Text of wasmote_config.h: what of the library these models take. */
export function configurationText(of: Configuration, idiomHeader: string): string {
  const { used, fuses, accelerators, floats, validates, operandBytes, pageBytes, core } = of;
  const names = idiomNames(idiomHeader);
  const idioms = fuses ? [...union(used.map((each) => each.idioms))].sort((a, b) => a - b) : [];
  const enumerators = new Map(
    Object.entries(knownAccelerators).map(([name, { import: imported }]) => [
      imported as string,
      `accelerator${name[0]?.toUpperCase()}${name.slice(1)}`,
    ]),
  );
  const sizes = {
    WASMOTE_OMITS_OPERATIONS: 1,
    WASMOTE_FLOATS: Number(floats),
    WASMOTE_VALIDATES: Number(validates),
    SUPERINSTRUCTIONS: Number(fuses),
    WASMOTE_NARROW_WEIGHTS: Number(accelerators.some(({ import: name }) => readsNarrow.test(name))),
    WASM3_STACK_BYTES: operandBytes,
    d_m3CodePageAlignSize: pageBytes,
    d_m3HasFloat: Number(floats),
    d_m3NoFloatDynamic: 0,
    d_m3MaxFunctionStackHeight: 128,
    d_m3MaxConstantTableSize: 64,
    d_m3MaxDuplicateFunctionImpl: 1,
    d_m3VerboseErrorMessages: 0,
    // As everywhere: wasm3 sets this otherwise where ARDUINO, PLATFORMIO or ESP32 is defined.
    d_m3CascadedOpcodes: 1,
    // On an ESP32 it would place each operation in RAM.
    M3_IN_IRAM: 1,
  };
  return `/* What of the library the models of this export take. Written by \`wasmote export\`. */
#ifndef WASMOTE_CONFIG_H
#define WASMOTE_CONFIG_H

/* Elsewhere models would take other memory than their headers say. */
${coreCheck(core)}

${Object.entries(sizes)
  .map(([name, value]) => `#define ${name} ${value}`)
  .join("\n")}
${core === "cortex-m7" ? "#define WASMOTE_STACK_USE STACK_USE_CORTEX_M7\n" : ""}
/* Accelerators, and their bits. */
${listMacro(
  "WASMOTE_ACCELERATORS",
  "EACH",
  accelerators.map((each) => `EACH(${each.import}, ${enumerators.get(each.import)})`),
)}

/* Sequences of operations that are fused. */
${listMacro(
  "WASMOTE_IDIOMS",
  "EACH",
  idioms.map((i) => `EACH(${names[i]})`),
)}

#endif
`;
}
