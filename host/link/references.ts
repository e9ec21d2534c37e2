import { WasmoteError } from "../errors.js";
import { opcodes } from "../wasm/opcodes.js";
import type { WasmReader } from "../wasm/reader.js";

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

/** The error for what cannot be linked. */
export function unlinkable(found: string): WasmoteError {
  return new WasmoteError("kernels-unlinkable", found);
}

/**
 * The references of a function's code, locals included, in order. `code` stands at its start and is read to its end.
 *
 * Knows WebAssembly 1.0 with sign extension, saturating conversion, multi-value blocks, `memory.copy` and
 * `memory.fill`, all that wasm3 has. Source: WebAssembly core specification, 5.4.
 *
 * @throws `kernels-unlinkable` at any other instruction, and at calls through a table
 */
export function readReferences(code: WasmReader): Reference[] {
  const references: Reference[] = [];
  const refer = (space: Space): void => {
    const start = code.at;
    references.push({ space, index: code.u32(), start, end: code.at });
  };
  code.vector((local) => {
    local.u32();
    if (!numberTypes.has(local.byte())) throw unlinkable("a local variable that is no number");
  });
  while (!code.done) {
    const opcode = code.byte();
    if (plain.has(opcode) || opcode === select) continue;
    if (opcode === block || opcode === loop || opcode === conditional) {
      const start = code.at;
      const type = code.s33();
      if (type >= 0) references.push({ space: "type", index: type, start, end: code.at });
      else if (!blockTypes.has(type)) throw unlinkable("a block of vectors or references");
    } else if (opcode === call) refer("function");
    else if (opcode === globalGet || opcode === globalSet) refer("global");
    else if (opcode === branch || opcode === branchIf) code.skipLeb();
    else if (opcode === branchTable) {
      code.vector((label) => label.skipLeb());
      code.skipLeb();
    } else if (opcode >= localGet && opcode <= localTee) code.skipLeb();
    else if (opcode >= firstLoad && opcode <= lastStore) {
      if (code.u32() > maxAlign) throw unlinkable("an access to another memory");
      code.u32();
    } else if (opcode === memorySize || opcode === memoryGrow) passMemoryNumber(code);
    else if (opcode === i32Const || opcode === i64Const) code.skipLeb();
    else if (opcode === f32Const) code.skip(4);
    else if (opcode === f64Const) code.skip(8);
    else if (opcode === prefix) passPrefixed(code);
    else if (opcode < f64Const || opcode > lastSignExtension) {
      throw unlinkable(`the instruction 0x${opcode.toString(16).padStart(2, "0")}`);
    }
  }
  return references;
}

function passMemoryNumber(code: WasmReader): void {
  if (code.byte() !== 0) throw unlinkable("an access to another memory");
}

function passPrefixed(code: WasmReader): void {
  const opcode = code.u32();
  if (opcode <= lastSaturating) return;
  if (opcode === memoryCopy) {
    passMemoryNumber(code);
    passMemoryNumber(code);
  } else if (opcode === memoryFill) passMemoryNumber(code);
  else throw unlinkable(`the instruction 0xfc ${opcode}`);
}
