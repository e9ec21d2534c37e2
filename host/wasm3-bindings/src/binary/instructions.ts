import type { BinaryReader } from "./reader.ts";
import { unsupported } from "./unsupported.ts";

/**
 * Deepest nesting of blocks that is passed to wasm3, whose compiler recurses on the C stack.
 */
const maxBlockNesting = 1000;

const opcode = {
  block: 0x02,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  call: 0x10,
  callIndirect: 0x11,
  select: 0x1b,
  localGet: 0x20,
  globalSet: 0x24,
  firstLoad: 0x28,
  lastStore: 0x3e,
  memorySize: 0x3f,
  memoryGrow: 0x40,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  lastSignExtension: 0xc4,
  prefix: 0xfc,
} as const;

const lastSaturating = 7;
const memoryCopy = 10;
const memoryFill = 11;

function passBlockType(body: BinaryReader): void {
  const first = body.byte();
  if (first === 0x40 || (first >= 0x7c && first <= 0x7f)) return;
  if (first >= 0x80) body.skipLeb();
  else if (first >= 0x40) unsupported(`blocks of type 0x${first.toString(16)}`);
}

function passPrefixed(body: BinaryReader): void {
  const code = body.u32();
  if (code <= lastSaturating) return;
  if (code === memoryCopy) body.skip(2);
  else if (code === memoryFill) body.skip(1);
  else unsupported(`the instruction 0xfc ${code} (bulk memory or tables)`);
}

function passOther(code: number, body: BinaryReader): void {
  if (code === opcode.br || code === opcode.brIf || code === opcode.call) body.skipLeb();
  else if (code === opcode.brTable) {
    for (let labels = body.u32() + 1; labels > 0; labels--) body.skipLeb();
  } else if (code === opcode.callIndirect) {
    body.skipLeb();
    body.skipLeb();
  } else if (code >= opcode.localGet && code <= opcode.globalSet) body.skipLeb();
  else if (code >= opcode.firstLoad && code <= opcode.lastStore) {
    body.skipLeb();
    body.skipLeb();
  } else if (code === opcode.memorySize || code === opcode.memoryGrow) body.skip(1);
  else if (code === opcode.i32Const || code === opcode.i64Const) body.skipLeb();
  else if (code === opcode.f32Const) body.skip(4);
  else if (code === opcode.f64Const) body.skip(8);
  else if (code === opcode.prefix) passPrefixed(body);
  else if (code === 0xfd) unsupported("SIMD (an instruction 0xfd)");
  else if (code === 0xfe) unsupported("threads (an instruction 0xfe)");
  else if (code === 0x12 || code === 0x13) unsupported("tail calls");
  else {
    const known =
      code <= 0x01 ||
      code === 0x0f ||
      code === 0x1a ||
      code === opcode.select ||
      (code > opcode.f64Const && code <= opcode.lastSignExtension);
    if (!known) unsupported(`the instruction 0x${code.toString(16).padStart(2, "0")}`);
  }
}

/**
 * Walks one function body, locals included, of a validated module. Returns how deep its blocks nest; throws
 * "unsupported" at an instruction that wasm3 does not have.
 */
export function blockNesting(body: BinaryReader): number {
  for (let groups = body.u32(); groups > 0; groups--) {
    body.skipLeb();
    const type = body.byte();
    if (type < 0x7c || type > 0x7f) unsupported(`locals of type 0x${type.toString(16)}`);
  }
  let depth = 1;
  let deepest = 1;
  while (!body.done) {
    const code = body.byte();
    if (code >= opcode.block && code <= opcode.if) {
      passBlockType(body);
      depth++;
      if (depth > deepest) deepest = depth;
      if (deepest > maxBlockNesting) unsupported(`blocks nested more than ${maxBlockNesting} deep`);
    } else if (code === opcode.end) depth--;
    else if (code !== opcode.else) passOther(code, body);
  }
  return deepest;
}

/** Passes over a constant expression; throws "unsupported" if it is more than one constant or global. */
export function passConstant(reader: BinaryReader): void {
  const code = reader.byte();
  if (code === opcode.i32Const || code === opcode.i64Const || code === 0x23) reader.skipLeb();
  else if (code === opcode.f32Const) reader.skip(4);
  else if (code === opcode.f64Const) reader.skip(8);
  else unsupported(`the instruction 0x${code.toString(16)} in a constant expression`);
  if (reader.byte() !== opcode.end) unsupported("constant expressions of more than one instruction");
}
