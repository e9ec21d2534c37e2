import { allOperations, type KnownInstruction, type UsedOperations } from "../needs/index.js";

/** Words that follow one another in C's array of operations; undefined where any may be. */
type Words = readonly (string | undefined)[];

const missing = "op_Missing";
const none = "NULL";

/** What wasm3 has without floats only as empty entries, told by the names of their operations and compilers. */
const ofFloats = /_f(32|64)(_|$)|^Compile_Const_f/;

const isOfFloats = ({ operations, compiler }: KnownInstruction): boolean =>
  [...operations, compiler].some((name) => name !== undefined && ofFloats.test(name));

/**
 * Of an instruction's four operations, how many wasm3's compiler may ask for, in a module that is valid: those that it compiles
 * by a function of their own have them for its logs alone, unless that is a function of many instructions (m3_compile.c), and
 * the fourth is for an address and a value that are both in registers, which only floats' stores have.
 */
function askedFor({ stackOffset, operations, compiler }: KnownInstruction): number {
  if (compiler === "Compile_Convert") return 4;
  if (compiler !== undefined && compiler !== "Compile_Load_Store") return 0;
  if (stackOffset >= 0) return 2;
  return operations[3] === undefined ? 3 : 4;
}

/** Places words where those that are there say the same, or behind them. */
function place(all: (string | undefined)[], words: Words): number {
  const fits = (at: number): boolean =>
    words.every((word, i) => word === undefined || all[at + i] === undefined || all[at + i] === word);
  let at = 0;
  while (!fits(at)) at++;
  for (const [i, word] of words.entries()) {
    if (all.length <= at + i) all.push(word);
    else all[at + i] ??= word;
  }
  return at;
}

/** A list as a macro of several lines, as C has it. */
export function listMacro(name: string, parameters: string, entries: readonly string[]): string {
  return [`#define ${name}(${parameters})`, ...entries.map((entry) => `    ${entry}`)].join(" \\\n");
}

const each = (name: string): string => `${ofFloats.test(name) ? "EACH_OF_FLOATS" : "EACH"}(${name})`;

/**
 * Text of boards/wasm3/instructions.h: wasm3's instructions, so that they take less flash than its own table does.
 *
 * @param known the instructions
 * @param has operations that are there; others are given by name as missing
 * @param all all operations that there might be
 * @param of what the file says that it lists
 */
function text(
  known: readonly KnownInstruction[],
  has: (operation: string) => boolean,
  all: readonly string[],
  of: string,
): string {
  const compilers = [none, ...new Set(known.flatMap(({ compiler }) => compiler ?? []))];
  const words: (string | undefined)[] = [];
  const sorted = [...known].sort((a, b) => a.opcode - b.opcode);
  const places = new Map(
    [...sorted]
      .sort((a, b) => askedFor(b) - askedFor(a))
      .map((one) => [
        one,
        place(
          words,
          Array.from({ length: 4 }, (_, i) => {
            if (i >= askedFor(one)) return undefined;
            const name = one.operations[i];
            return name === undefined || has(name) ? (name ?? none) : missing;
          }),
        ),
      ]),
  );
  const instructions = sorted.map((one, i) => {
    const { opcode, stackOffset, type, compiler = none } = one;
    const macro = isOfFloats(one) ? "EACH_OF_FLOATS" : "EACH";
    const parts = [
      i + 1,
      `0x${opcode.toString(16)}`,
      stackOffset,
      type,
      places.get(one),
      compilers.indexOf(compiler),
    ];
    return `${macro}(${parts.join(", ")})`;
  });
  const omitted = all.filter((name) => !has(name)).sort();
  const omits = omitted.flatMap((name) => [`#undef ${name}`, `#define ${name} ${missing}`]);
  return `/*
 * ${of}
 *
 * Operations and compilers are in the lists before: an instruction says where its first of four operations is, others may
 * begin before or behind it, and which compiler it has. superinstructions.c makes tables of them.
 */
#ifndef WASMOTE_INSTRUCTIONS_H
#define WASMOTE_INSTRUCTIONS_H
${omitted.length > 0 ? `\n/* In the place of operations that are left out. */\n${omits.join("\n")}\n` : ""}
${listMacro("WASM3_COMPILERS", "EACH, EACH_OF_FLOATS", compilers.map(each))}

${listMacro(
  "WASM3_OPERATIONS",
  "EACH, EACH_OF_FLOATS",
  words.map((word) => each(word ?? none)),
)}

/* Number, opcode, change of the operand stack, type, place of the operations, place of the compiler. */
${listMacro("WASM3_INSTRUCTIONS", "EACH, EACH_OF_FLOATS", instructions)}

#endif
`;
}

/** Text of boards/wasm3/instructions.h for all instructions. */
export function allInstructionsText(known: readonly KnownInstruction[]): string {
  return text(
    known,
    () => true,
    [],
    "wasm3's instructions. Written by test/boards/instructions.test.ts (WASMOTE_GOLDEN=write) from wasm3's own table.",
  );
}

/** Text of it for those that models use, of all of them. */
export function usedInstructionsText(used: readonly UsedOperations[]): string {
  const byOpcode = new Map(used.flatMap(({ instructions }) => instructions.map((one) => [one.opcode, one])));
  const operations = new Set(used.flatMap((one) => [...one.operations]));
  return text(
    [...byOpcode.values()],
    (name) => operations.has(name),
    [...new Set(allOperations())],
    "wasm3's instructions that the models of this export use. Written by `wasmote export`.",
  );
}
