import { WasmReader } from "../wasm/reader.js";
import { concatenate, vector } from "../wasm/writer.js";
import { type Reference, readReferences, unlinkable } from "./references.js";

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
}

const valueTypes = new Set([0x7f, 0x7e, 0x7d, 0x7c]);
const i32Const = 0x41;
const i64Const = 0x42;
const f32Const = 0x43;
const f64Const = 0x44;
const end = 0x0b;

function readValueType(section: WasmReader): number[] {
  const type = section.byte();
  if (!valueTypes.has(type)) throw unlinkable("a function on vectors or references");
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
  if (!valueTypes.has(section.byte())) throw unlinkable("a global variable that is no number");
  section.skip(1);
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

const refused: Readonly<Record<number, string>> = {
  4: "a function table",
  8: "a start function",
  9: "a function table",
  11: "static data",
};

/**
 * Takes a valid module apart. Its memory and custom sections are passed over: whoever links gives a memory.
 *
 * @throws `kernels-unlinkable` where it holds what cannot be told apart from its functions: static data, function tables, a start
 * function, imports that are no functions; and what `readReferences` throws
 */
export function readModule(bytes: Uint8Array): LinkableModule {
  const types: Uint8Array[] = [];
  const imports: FunctionImport[] = [];
  const declared: number[] = [];
  const globals: Uint8Array[] = [];
  const exports = new Map<string, number>();
  const codes: Omit<FunctionCode, "type">[] = [];
  const module = new WasmReader(bytes, 8);
  while (!module.done) {
    const id = module.byte();
    const section = module.part(module.u32());
    if (id === 1) types.push(...section.vector(readType));
    else if (id === 2) imports.push(...section.vector(readImport));
    else if (id === 3) declared.push(...section.vector((type) => type.u32()));
    else if (id === 6) globals.push(...section.vector(readGlobal));
    else if (id === 7) {
      section.vector((entry) => {
        const [name, kind, index] = [entry.name(), entry.byte(), entry.u32()];
        if (kind === 0) exports.set(name, index);
      });
    } else if (id === 10) codes.push(...section.vector(readCode));
    else if (id in refused && section.u32() > 0) throw unlinkable(refused[id] as string);
  }
  const functions = codes.map((code, i) => ({ type: declared[i] as number, ...code }));
  return { types, imports, functions, globals, exports };
}
