import { numberTypes, type Reference, type Space } from "../wasm/code.js";
import { externalKinds } from "../wasm/interface.js";
import { opcodes } from "../wasm/opcodes.js";
import { WasmReader } from "../wasm/reader.js";
import { concatenate, vector } from "../wasm/writer.js";
import { readReferences, unlinkable } from "./references.js";

/** An imported function. */
export interface FunctionImport {
  module: string;
  name: string;
  type: number;
}

/** A function of a module: its code with its locals, as it stands, and what it refers to. */
export interface FunctionCode {
  type: number;
  bytes: Uint8Array;
  /** In order; `start` and `end` count from the first of `bytes`. */
  references: readonly Reference[];
}

/** A module taken apart, as far as linking needs it. */
export interface LinkableModule {
  /** Function types, encoded. */
  types: readonly Uint8Array[];
  /** Numbers of functions start with these. */
  imports: readonly FunctionImport[];
  functions: readonly FunctionCode[];
  /** Global variables: type and initial value, encoded. */
  globals: readonly Uint8Array[];
  /** Exported functions by name. */
  exports: ReadonlyMap<string, number>;
  /** Exported global variables by name. */
  exportedGlobals: ReadonlyMap<string, number>;
}

const preamble = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const lastSection = 12;

const { i32Const, i64Const, f32Const, f64Const, end } = opcodes;

function readValueType(section: WasmReader): number[] {
  const type = section.byte();
  if (!numberTypes.has(type)) throw unlinkable("a function on vectors or references");
  return [type];
}

/** A function type, encoded in as few bytes as it takes, so that equal types are equal bytes. */
function readType(section: WasmReader): Uint8Array {
  if (section.byte() !== 0x60) throw unlinkable("a type that is no function's");
  const [parameters, results] = [section.vector(readValueType), section.vector(readValueType)];
  return concatenate([[0x60], vector(parameters), vector(results)]);
}

function readImport(section: WasmReader): FunctionImport {
  const [module, name] = [section.name(), section.name()];
  if (section.byte() !== 0) throw unlinkable(`the import ${module}.${name}, which is no function`);
  return { module, name, type: section.u32() };
}

function readGlobal(section: WasmReader): Uint8Array {
  const start = section.at;
  if (!numberTypes.has(section.byte())) throw unlinkable("a global variable that is no number");
  if (section.byte() > 1) throw unlinkable("a global variable that is shared");
  const opcode = section.byte();
  if (opcode === i32Const || opcode === i64Const) section.skipLeb();
  else if (opcode === f32Const) section.skip(4);
  else if (opcode === f64Const) section.skip(8);
  else throw unlinkable("a global variable whose initial value is no constant");
  if (section.byte() !== end)
    throw unlinkable("a global variable whose initial value is more than one constant");
  return section.since(start);
}

function readCode(section: WasmReader): Omit<FunctionCode, "type"> {
  const code = section.part(section.u32());
  const bytes = code.bytes.subarray(code.at, code.end);
  return { bytes, references: readReferences(new WasmReader(bytes)) };
}

/** A memory is passed over, where it is one that a linked module has, too. */
function passMemory(section: WasmReader): void {
  const flags = section.byte();
  if (flags > 1) throw unlinkable("a memory that is shared or of 64-bit addresses");
  for (let limits = flags + 1; limits > 0; limits--) section.u32();
}

/** Sections that must be empty. */
const refused: Readonly<Record<number, string>> = {
  4: "a function table",
  9: "a function table",
  11: "static data",
};

function readSections(bytes: Uint8Array): LinkableModule {
  let types: Uint8Array[] = [];
  let imports: FunctionImport[] = [];
  let declared: number[] = [];
  let globals: Uint8Array[] = [];
  let codes: Omit<FunctionCode, "type">[] = [];
  const exports = new Map<string, number>();
  const exportedGlobals = new Map<string, number>();
  const module = new WasmReader(bytes);
  if (!preamble.every((byte) => module.byte() === byte)) throw unlinkable("what is no WebAssembly module");
  while (!module.done) {
    const id = module.byte();
    const section = module.part(module.u32());
    if (id === 0 || id === lastSection) continue;
    if (id === 8) throw unlinkable("a start function");
    if (id > lastSection) throw unlinkable(`a section of kind ${id}`);
    if (id === 1) types = section.vector(readType);
    else if (id === 2) imports = section.vector(readImport);
    else if (id === 3) declared = section.vector((type) => type.u32());
    else if (id === 5) {
      if (section.vector(passMemory).length > 1) throw unlinkable("several memories");
    } else if (id === 6) globals = section.vector(readGlobal);
    else if (id === 7) {
      section.vector((entry) => {
        const [name, kind, index] = [entry.name(), entry.byte(), entry.u32()];
        if (kind === externalKinds.function) exports.set(name, index);
        if (kind === externalKinds.global) exportedGlobals.set(name, index);
      });
    } else if (id === 10) codes = section.vector(readCode);
    else if (section.u32() > 0) throw unlinkable(refused[id] as string);
    if (!section.done) throw new RangeError(`section ${id} goes on behind its end`);
  }
  if (declared.length !== codes.length)
    throw new RangeError(`${declared.length} functions are declared, ${codes.length} are there`);
  const functions = codes.map((code, i) => ({ type: declared[i] as number, ...code }));
  return { types, imports, functions, globals, exports, exportedGlobals };
}

/** Checks that every number that is referred to exists. */
function checkNumbers({ types, imports, functions, globals, exports }: LinkableModule): void {
  const counts = { type: types.length, function: imports.length + functions.length, global: globals.length };
  const check = (space: Space, index: number): void => {
    if (index >= counts[space]) throw new RangeError(`there is no ${space} ${index}`);
  };
  for (const { type } of [...imports, ...functions]) check("type", type);
  for (const index of exports.values()) check("function", index);
  for (const { references } of functions) for (const { space, index } of references) check(space, index);
}

/**
 * Takes a valid module apart. Its memory and custom sections are passed over: whoever links gives a memory. Of what
 * makes a module valid, it checks that nothing ends too early and that all numbers exist; code is not checked.
 *
 * @throws `kernels-unlinkable` where the module holds what cannot be told apart from its functions: static data,
 * function tables, a start function, imports that are no functions; or what a linked module does not have: several
 * memories, exceptions, and what `readReferences` throws; or where it is damaged
 */
export function readModule(bytes: Uint8Array): LinkableModule {
  try {
    const module = readSections(bytes);
    checkNumbers(module);
    return module;
  } catch (error) {
    if (error instanceof RangeError) throw unlinkable(`a damaged module: ${error.message}`);
    throw error;
  }
}
