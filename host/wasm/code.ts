import { opcodes } from "./opcodes.js";
import type { WasmReader } from "./reader.js";

/** What an instruction names by its number in the module. */
export type Space = "type" | "function" | "global";

/**
 * A number within a function's code that another module may give otherwise. It is encoded without a sign, but a block's
 * type with one.
 */
export interface Reference {
  space: Space;
  index: number;
  /** Where its LEB128 stands: from `start` to `end`. */
  start: number;
  end: number;
}

/** Who is told what stands in a function's code. */
export interface CodeVisitor {
  reference?(found: Reference): void;
  /** An instruction; those with the prefix 0xfc are told by that. */
  instruction?(opcode: number): void;
  /** The type of local variables. */
  local?(type: number): void;
  /** The error for what is not known, which is named. */
  unknown(found: string): Error;
}

const {
  block,
  loop,
  if: conditional,
  branch,
  branchIf,
  branchTable,
  call,
  select,
  localGet,
  localTee,
  globalGet,
  globalSet,
  firstLoad,
  lastStore,
  memorySize,
  memoryGrow,
  i32Const,
  i64Const,
  f32Const,
  f64Const,
  lastSignExtension,
  prefix,
} = opcodes;
/** Alignment of 8 bytes, as its logarithm; greater ones tell of a memory's number. */
const maxAlign = 3;
const lastSaturating = 7;
const memoryCopy = 10;
const memoryFill = 11;

/** Instructions without immediates below `select`: unreachable, nop, else, end, return, drop. */
const plain = new Set([0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a]);

/** The types of numbers, as they are encoded: i32, i64, f32, f64. */
export const numberTypes: ReadonlySet<number> = new Set([0x7f, 0x7e, 0x7d, 0x7c]);

/** Types of blocks that are no number of a type: empty, and the four number types. */
const blockTypes = new Set([-64, -1, -2, -3, -4]);

/**
 * Reads a function's code, locals included. `code` stands at its start and is read to its end.
 *
 * Knows WebAssembly 1.0 with sign extension, saturating conversion, multi-value blocks, `memory.copy` and
 * `memory.fill`, all that wasm3 has, but no calls through a table. Source: WebAssembly core specification, 5.4.
 *
 * @throws the visitor's error at any other instruction
 */
export function readCode(code: WasmReader, visitor: CodeVisitor): void {
  const refer = (space: Space): void => {
    const start = code.at;
    const index = code.u32();
    visitor.reference?.({ space, index, start, end: code.at });
  };
  code.vector((local) => {
    local.u32();
    const type = local.byte();
    if (!numberTypes.has(type)) throw visitor.unknown("a local variable that is no number");
    visitor.local?.(type);
  });
  while (!code.done) {
    const opcode = code.byte();
    visitor.instruction?.(opcode);
    if (plain.has(opcode) || opcode === select) continue;
    if (opcode === block || opcode === loop || opcode === conditional) {
      const start = code.at;
      const type = code.s33();
      if (type >= 0) visitor.reference?.({ space: "type", index: type, start, end: code.at });
      else if (!blockTypes.has(type)) throw visitor.unknown("a block of vectors or references");
    } else if (opcode === call) refer("function");
    else if (opcode === globalGet || opcode === globalSet) refer("global");
    else if (opcode === branch || opcode === branchIf) code.skipLeb();
    else if (opcode === branchTable) {
      code.vector((label) => label.skipLeb());
      code.skipLeb();
    } else if (opcode >= localGet && opcode <= localTee) code.skipLeb();
    else if (opcode >= firstLoad && opcode <= lastStore) {
      if (code.u32() > maxAlign) throw visitor.unknown("an access to another memory");
      code.u32();
    } else if (opcode === memorySize || opcode === memoryGrow) passMemoryNumber(code, visitor);
    else if (opcode === i32Const || opcode === i64Const) code.skipLeb();
    else if (opcode === f32Const) code.skip(4);
    else if (opcode === f64Const) code.skip(8);
    else if (opcode === prefix) passPrefixed(code, visitor);
    else if (opcode < f64Const || opcode > lastSignExtension) {
      throw visitor.unknown(`the instruction 0x${opcode.toString(16).padStart(2, "0")}`);
    }
  }
}

function passMemoryNumber(code: WasmReader, visitor: CodeVisitor): void {
  if (code.byte() !== 0) throw visitor.unknown("an access to another memory");
}

function passPrefixed(code: WasmReader, visitor: CodeVisitor): void {
  const opcode = code.u32();
  if (opcode <= lastSaturating) return;
  if (opcode === memoryCopy) {
    passMemoryNumber(code, visitor);
    passMemoryNumber(code, visitor);
  } else if (opcode === memoryFill) passMemoryNumber(code, visitor);
  else throw visitor.unknown(`the instruction 0xfc ${opcode}`);
}
