import type { Tier } from "../run/types.js";
import type { Calls } from "./calls.js";
import { type Engine, engineModule, engineWith, runAll, stackUseOf } from "./probe.js";

/** How a program has the library built, and what it opens a model with. Sizes in bytes. */
export interface LibraryBuild {
  /** Of boards' files; undefined for one with 64 bits, of which the probe tells half. */
  core: string | undefined;
  /** Of the operand stack, at most, and of what functions are compiled into. */
  operandBytes: number;
  pageBytes: number;
  /** Whether sequences of operations are fused. */
  fuses: boolean;
}

/** What a model took in the library. */
export interface LibraryRun {
  /** Of its memory, at most, at once. */
  usedBytes: number;
  /** Functions that were compiled while it ran, as often as they were. */
  compilations: number;
}

/** Bytes of wasm3's description of an instruction, and where its parts are, where pointers have 32 bits. */
const instruction = { operations: 4, operationCount: 4, compiler: 20, pointerBytes: 4 };
/** Instructions with a prefix are numbered from here on by the probe, and have it in their upper byte in wasm3. */
const [prefixed, prefix] = [256, 0xfc00];
const most = { operations: 4096, idioms: 64, opcodes: 512 };

/** An instruction as wasm3's compiler knows it; operations and compiler by their names in C, undefined for none. */
export interface KnownInstruction {
  opcode: number;
  stackOffset: number;
  type: number;
  operations: (string | undefined)[];
  compiler: string | undefined;
}

/** What a model uses of wasm3. */
export interface UsedOperations {
  /** Operations that are emitted, by their names in C: `op_i32_Add_ss`. */
  operations: ReadonlySet<string>;
  instructions: readonly KnownInstruction[];
  /** Idioms that are fused, by their places in boards/wasm3/idioms.h. */
  idioms: readonly number[];
}

/** Operations that the compiler writes without asking whether they are there. */
const alwaysThere = ["op_Branch", "op_CallRawFunction"];

/** wasm3's names for what the runtime has others in their place. */
const renamed = new Map([
  ["op_CallOrCompile", "op_Compile"],
  ["op_GuardedEntry", "op_Entry"],
]);

/** Names of the functions in the probe's table by their places: operations and compilers; others have none. */
function tableNames(): string[] {
  const [section] = WebAssembly.Module.customSections(engineModule(), "wasmote.table");
  if (section === undefined) throw new Error("the probe has no names");
  return new TextDecoder()
    .decode(section)
    .split("\n")
    .map((name) => renamed.get(name) ?? name.replace(/^op_word_/, "op_"));
}

/** Names of all operations that wasm3's compiler may emit. */
export function allOperations(): string[] {
  return tableNames().filter((name) => name.startsWith("op_"));
}

/** An instruction in the table of wasm3's compiler; undefined where it has none. */
function instructionIn(
  engine: Engine,
  opcode: number,
  names: readonly string[],
): KnownInstruction | undefined {
  const at = engine.instruction(opcode);
  if (at === 0) return undefined;
  const view = new DataView(engine.memory.buffer, at);
  const nameAt = (offset: number): string | undefined => names[view.getUint32(offset, true)] || undefined;
  const operations = Array.from({ length: instruction.operationCount }, (_, i) =>
    nameAt(instruction.operations + i * instruction.pointerBytes),
  );
  const compiler = nameAt(instruction.compiler);
  if (compiler === undefined && operations.every((name) => name === undefined)) return undefined;
  return {
    opcode: opcode < prefixed ? opcode : prefix | (opcode - prefixed),
    stackOffset: view.getInt8(0),
    type: view.getUint8(1),
    operations,
    compiler,
  };
}

/** All instructions that wasm3's compiler knows. */
export function allInstructions(): KnownInstruction[] {
  const { engine } = engineWith(new Uint8Array(), 0);
  const names = tableNames();
  return Array.from({ length: most.opcodes }, (_, opcode) => instructionIn(engine, opcode, names)).filter(
    (each) => each !== undefined,
  );
}

function openIn(
  wasm: Uint8Array,
  tier: Tier,
  { core, operandBytes, pageBytes, fuses }: LibraryBuild,
  memoryBytes: number,
  stackBytes: number,
): { engine: Engine; refused: number } {
  const { engine, at } = engineWith(wasm, memoryBytes);
  engine.board(stackUseOf(core), 0, 0, operandBytes, pageBytes, fuses ? 1 : 0);
  return { engine, refused: engine.open(at, wasm.length, tier === "accelerated" ? 1 : 0, stackBytes) };
}

/**
 * What a model uses of wasm3 when all of its functions are compiled.
 *
 * @param memoryBytes plenty
 * @returns the code of what refuses it, else what it uses
 */
export function findOperations(
  wasm: Uint8Array,
  tier: Tier,
  build: LibraryBuild,
  memoryBytes: number,
  stackBytes: number,
): UsedOperations | { refused: number } {
  const { engine, refused } = openIn(wasm, tier, build, memoryBytes, stackBytes);
  if (refused !== 0) return { refused };
  const names = tableNames();
  const bytes = new Uint8Array(engine.memory.buffer);
  const marked = (at: number, count: number): number[] =>
    [...bytes.subarray(at, at + count).keys()].filter((i) => bytes[at + i] === 1);
  const known = marked(engine.read(), most.opcodes).map((opcode) => instructionIn(engine, opcode, names));
  const emitted = marked(engine.emitted(), most.operations).map((place) => names[place] ?? "");
  return {
    operations: new Set([...emitted.filter((name) => name !== ""), ...alwaysThere]),
    instructions: known.filter((each) => each !== undefined),
    idioms: marked(engine.fused(), most.idioms),
  };
}

/** A model, and what it calls. */
export interface LibraryModel {
  wasm: Uint8Array;
  calls: Calls;
  tier: Tier;
}

/**
 * Opens a model in so much memory and goes through its runs, as the library does on a core.
 *
 * @param all whether functions that might have been called, but were not, are called as well
 * @returns the code of what fails, else what it took
 */
export function runInLibrary(
  { wasm, calls, tier }: LibraryModel,
  build: LibraryBuild,
  memoryBytes: number,
  stackBytes: number,
  all: boolean,
): LibraryRun | { refused: number } {
  const { engine, refused } = openIn(wasm, tier, build, memoryBytes, stackBytes);
  if (refused !== 0) return { refused };
  let compilations = 0;
  const failed = runAll(
    engine,
    calls,
    all,
    () => engine.reset_open(),
    () => compilations++,
  );
  return failed === 0 ? { usedBytes: engine.used_open(), compilations } : { refused: failed };
}
