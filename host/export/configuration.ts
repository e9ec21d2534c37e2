import { type Accelerator, accelerators as knownAccelerators } from "../abi/accelerators.js";
import { allOperations, type KnownInstruction, type UsedOperations } from "../needs/index.js";

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
  core: string | undefined;
}

/** Names of the idioms, in the order of the list in boards/wasm3/idioms.h. */
export function idiomNames(header: string): string[] {
  const list = /#define WASMOTE_IDIOMS\(EACH\)([\s\S]*?)\n#endif/.exec(header)?.[1] ?? "";
  return [...list.matchAll(/EACH\((\w+)\)/g)].map(([, name]) => name as string);
}

/** A list as a macro of several lines, as C has it. */
function listMacro(name: string, entries: readonly string[]): string {
  return [`#define ${name}(EACH)`, ...entries.map((entry) => `    EACH(${entry})`)].join(" \\\n");
}

const missing = "op_Missing";

/** An instruction with those of its operations that no model uses missing; what wasm3 has none for stays none. */
function instructionEntry(known: KnownInstruction, used: ReadonlySet<string>): string {
  const operations = known.operations.map((name) => {
    if (name === undefined) return "NULL";
    return used.has(name) ? name : missing;
  });
  const { opcode, stackOffset, type, compiler = "NULL" } = known;
  return [`0x${opcode.toString(16)}`, stackOffset, type, ...operations, compiler].join(", ");
}

/** Accelerators that may be given weights of fewer than 8 bits. */
const readsNarrow = /^accel_(stored_|product|depthwise_product)/;

const union = <T>(sets: readonly Iterable<T>[]): Set<T> => new Set(sets.flatMap((each) => [...each]));

/** Instructions of all models by their opcodes. */
function instructionsOf(used: readonly UsedOperations[]): KnownInstruction[] {
  const byOpcode = new Map(
    used.flatMap(({ instructions }) => instructions.map((each) => [each.opcode, each])),
  );
  return [...byOpcode.values()].sort((a, b) => a.opcode - b.opcode);
}

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
  const operations = union(used.map((each) => each.operations));
  const names = idiomNames(idiomHeader);
  const idioms = fuses ? [...union(used.map((each) => each.idioms))].sort((a, b) => a - b) : [];
  const enumerators = new Map(
    Object.entries(knownAccelerators).map(([name, { import: imported }]) => [
      imported as string,
      `accelerator${name[0]?.toUpperCase()}${name.slice(1)}`,
    ]),
  );
  const sizes = {
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

${Object.entries(sizes)
  .map(([name, value]) => `#define ${name} ${value}`)
  .join("\n")}
${core === "cortex-m7" ? "#define WASMOTE_STACK_USE STACK_USE_CORTEX_M7\n" : ""}
/* Accelerators, and their bits. */
${listMacro(
  "WASMOTE_ACCELERATORS",
  accelerators.map((each) => `${each.import}, ${enumerators.get(each.import)}`),
)}

/* Instructions: opcode, change of the operand stack, type, operations, compiler. */
${listMacro(
  "WASMOTE_OPCODES",
  instructionsOf(used).map((each) => instructionEntry(each, operations)),
)}

/* Sequences of operations that are fused. */
${listMacro(
  "WASMOTE_IDIOMS",
  idioms.map((i) => names[i] as string),
)}

#endif
`;
}

/** Text of wasm3/omitted-operations.h: all operations that no model uses. */
export function omittedOperations(used: readonly UsedOperations[]): string {
  const operations = union(used.map((each) => each.operations));
  const omitted = [...new Set(allOperations())].filter((name) => !operations.has(name)).sort();
  return `/* The operations that no model of this export uses. Written by \`wasmote export\`. */
${omitted.map((name) => `#undef ${name}\n#define ${name} ${missing}`).join("\n")}
`;
}
