import { runCodes } from "../abi/return-codes.js";
import type { Reset } from "../lower/lower.js";
import { opcodes } from "../wasm/opcodes.js";
import { concatenate, encodeLeb128, encodeSignedLeb128 } from "../wasm/writer.js";

/** WebAssembly's instructions as they are written here; blocks have no type. */
export const op = {
  block: [opcodes.block, 0x40],
  loop: [opcodes.loop, 0x40],
  if: [opcodes.if, 0x40],
  else: [opcodes.else],
  end: [opcodes.end],
  return: [opcodes.return],
  lessSigned: [opcodes.i32LessSigned],
  greaterUnsigned: [opcodes.i32GreaterUnsigned],
  add: [opcodes.i32Add],
  subtract: [opcodes.i32Subtract],
  and: [opcodes.i32And],
  or: [opcodes.i32Or],
  branch: (label: number) => [opcodes.branch, ...encodeLeb128(label)],
  branchTable: (labels: readonly number[], otherwise: number) => [
    opcodes.branchTable,
    ...encodeLeb128(labels.length),
    ...labels.flatMap(encodeLeb128),
    ...encodeLeb128(otherwise),
  ],
  call: (index: number) => [opcodes.call, ...encodeLeb128(index)],
  get: (local: number) => [opcodes.localGet, ...encodeLeb128(local)],
  set: (local: number) => [opcodes.localSet, ...encodeLeb128(local)],
  /** The byte at an address, unsigned. */
  byteAt: (address: number) => [
    ...[opcodes.i32Const, 0],
    ...[opcodes.i32LoadByte, 0],
    ...encodeLeb128(address),
  ],
  globalGet: (index: number) => [opcodes.globalGet, ...encodeLeb128(index)],
  constant: (value: number) => [opcodes.i32Const, ...encodeSignedLeb128(value)],
  /** Of memory 0: address, value, bytes are on the stack. */
  fill: [opcodes.prefix, 11, 0],
} as const;

/**
 * Steps that one `br_table` chooses from. A step is a block within the blocks of those behind it: more of them would
 * nest deeper than wasm3's recursive compiler goes on a board's stack: a level takes some 250 bytes, of about 2.5 KiB where
 * linear memory is not larger.
 */
const groupSteps = 8;

/**
 * The steps from `first` on, one `br_table`. Falls through where the current step is none of them, which cannot be where
 * they are the `last` ones.
 */
function writeGroup(codes: readonly (readonly number[])[], first: number, last: boolean): number[] {
  const busy = codes.flatMap((code, i) => (code.length > 0 ? [i] : []));
  // Blocks from the inside out: one for each step that does something, one to fall through by, then the loop's.
  const group = last ? 0 : 1;
  const next = busy.length + group;
  const labels = codes.map((code, i) => (code.length > 0 ? busy.indexOf(i) : next));
  const choose = [
    ...op.get(0),
    ...(first === 0 ? [] : [...op.constant(first), ...op.subtract]),
    ...op.branchTable(labels, busy.length),
  ];
  const steps = busy.flatMap((step, i) => [
    ...op.end,
    ...(codes[step] as readonly number[]),
    ...(next - 1 - i === 0 ? [] : op.branch(next - 1 - i)),
  ]);
  const blocks = [...busy.flatMap(() => op.block), ...choose, ...steps];
  return last ? blocks : [...op.block, ...blocks, ...op.end];
}

/**
 * The code of `reset()`, without locals: sets variables to what they start with.
 *
 * @param readWeights number of the function `read_weights`
 */
export function writeReset(resets: readonly Reset[], readWeights: number): Uint8Array {
  return concatenate([
    [0],
    ...resets.map(({ address, bytes, from }) =>
      "value" in from
        ? [...op.constant(address), ...op.constant(from.value), ...op.constant(bytes), ...op.fill]
        : [
            ...op.constant(address),
            ...op.constant(from.weights),
            ...op.constant(bytes),
            ...op.call(readWeights),
          ],
    ),
    op.end,
  ]);
}

/**
 * The code of `run(first: i32, last: i32) -> i32`, without locals: runs the steps first..last-1, whose codes are given,
 * and returns 0, or 1 where there are no such steps.
 */
export function writeRun(codes: readonly (readonly number[])[]): Uint8Array {
  const groups: number[][] = [];
  for (let first = 0; first < codes.length; first += groupSteps) {
    const end = first + groupSteps;
    groups.push(writeGroup(codes.slice(first, end), first, end >= codes.length));
  }
  return concatenate([
    [0],
    // Negative numbers are large unsigned ones.
    [...op.get(0), ...op.get(1), ...op.greaterUnsigned],
    [...op.get(1), ...op.constant(codes.length), ...op.greaterUnsigned, ...op.or],
    [...op.if, ...op.constant(runCodes.invalidSteps), ...op.return, ...op.end],
    [...op.loop, ...op.get(0), ...op.get(1), ...op.lessSigned, ...op.if],
    op.block,
    ...groups,
    op.end,
    [...op.get(0), ...op.constant(1), ...op.add, ...op.set(0), ...op.branch(1)],
    [...op.end, ...op.end, ...op.constant(runCodes.done), ...op.end],
  ]);
}
