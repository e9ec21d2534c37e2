import { runCodes } from "../abi/return-codes.js";
import { rowFields } from "../abi/step-rows.js";
import type { Reset } from "../lower/lower.js";
import type { StepTable } from "../lower/step-table.js";
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
  multiply: [opcodes.i32Multiply],
  isZero: [opcodes.i32IsZero],
  branchIf: (label: number) => [opcodes.branchIf, ...encodeLeb128(label)],
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
  /** The i32 at a constant address. */
  wordAt: (address: number) => [...op.constant(0), opcodes.firstLoad, 2, ...encodeLeb128(address)],
  /** The byte at the address on the stack, unsigned. */
  loadByte: [opcodes.i32LoadByte, 0, 0],
  globalGet: (index: number) => [opcodes.globalGet, ...encodeLeb128(index)],
  constant: (value: number) => [opcodes.i32Const, ...encodeSignedLeb128(value)],
  /** Of memory 0: address, value, bytes are on the stack. */
  fill: [opcodes.prefix, 11, 0],
} as const;

/**
 * Cases that one `br_table` chooses from. A case is a block within the blocks of those behind it: more of them would
 * nest deeper than wasm3's recursive compiler goes on a board's stack: a level takes some 250 bytes, of about 2.5 KiB where
 * linear memory is not larger.
 */
const groupCases = 8;

/**
 * The cases from `first` on, one `br_table` by the number in a local. Falls through where that is none of them, which cannot be
 * where they are the `last` ones.
 */
function writeGroup(
  codes: readonly (readonly number[])[],
  local: number,
  first: number,
  last: boolean,
): number[] {
  const busy = codes.flatMap((code, i) => (code.length > 0 ? [i] : []));
  // Blocks from the inside out: one for each case that does something, one to fall through by, then that of all cases.
  const group = last ? 0 : 1;
  const next = busy.length + group;
  const labels = codes.map((code, i) => (code.length > 0 ? busy.indexOf(i) : next));
  const choose = [
    ...op.get(local),
    ...(first === 0 ? [] : [...op.constant(first), ...op.subtract]),
    ...op.branchTable(labels, busy.length),
  ];
  const cases = busy.flatMap((step, i) => [
    ...op.end,
    ...(codes[step] as readonly number[]),
    ...(next - 1 - i === 0 ? [] : op.branch(next - 1 - i)),
  ]);
  const blocks = [...busy.flatMap(() => op.block), ...choose, ...cases];
  return last ? blocks : [...op.block, ...blocks, ...op.end];
}

/** The code whose number is in a local, of several; `before` may branch past them by label 0. */
function writeCases(
  codes: readonly (readonly number[])[],
  local: number,
  before: readonly number[] = [],
): number[] {
  const groups: number[] = [];
  for (let first = 0; first < codes.length; first += groupCases) {
    const end = first + groupCases;
    groups.push(...writeGroup(codes.slice(first, end), local, first, end >= codes.length));
  }
  return [...op.block, ...before, ...groups, ...op.end];
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

/** What is done for each number from local 0 on that is less than local 1. */
const writeLoop = (body: readonly number[]): number[] => [
  ...[...op.loop, ...op.get(0), ...op.get(1), ...op.lessSigned, ...op.if],
  ...body,
  ...[...op.get(0), ...op.constant(1), ...op.add, ...op.set(0), ...op.branch(1)],
  ...[...op.end, ...op.end],
];

/** The code of `run`, whose parameters are checked, of so many steps. */
const writeChecked = (locals: number, steps: number, body: readonly number[]): Uint8Array =>
  concatenate([
    locals === 0 ? [0] : [1, locals, 0x7f],
    // Negative numbers are large unsigned ones.
    [...op.get(0), ...op.get(1), ...op.greaterUnsigned],
    [...op.get(1), ...op.constant(steps), ...op.greaterUnsigned, ...op.or],
    [...op.if, ...op.constant(runCodes.invalidSteps), ...op.return, ...op.end],
    body,
    [...op.constant(runCodes.done), ...op.end],
  ]);

/**
 * The code of `run(first: i32, last: i32) -> i32`: runs the steps first..last-1, whose codes are given, and returns 0, or 1
 * where there are no such steps.
 */
export function writeRun(codes: readonly (readonly number[])[]): Uint8Array {
  return writeChecked(0, codes.length, writeLoop(writeCases(codes, 0)));
}

/** Locals of a `run` that reads its steps from a table, which hold what a row does. */
export const tableLocals = { block: 2, to: 3, choice: 4 } as const;

/**
 * The code of `run`, as `writeRun` gives it, of steps in a table.
 *
 * @param choices codes of its choices, which take block and address from `tableLocals`
 * @param steps how many
 * @param readWeights number of the function `read_weights`
 */
export function writeTableRun(
  { rows, rowBytes, firstCalls, address, conditions }: StepTable,
  choices: readonly (readonly number[])[],
  steps: number,
  readWeights: number,
): Uint8Array {
  const at = (field: keyof typeof rowFields): number => address + rowFields[field];
  /** Reads the entry with the number in a local of a table at that offset. */
  const read = (local: number, offset: number, bytes: number): number[] => [
    ...op.constant(address),
    ...[...op.get(local), ...op.constant(bytes), ...op.multiply, ...op.constant(offset), ...op.add],
    ...[...op.constant(bytes), ...op.call(readWeights)],
  ];
  const firstCall = (local: number): number[] =>
    firstCalls === undefined ? [] : [...read(local, firstCalls, 4), ...op.wordAt(address), ...op.set(local)];
  const passOver = Array.from({ length: conditions }, (_, k) => [
    ...op.wordAt(at("conditions") + 4 * k),
    ...[...op.loadByte, ...op.isZero, ...op.branchIf(0)],
  ]).flat();
  const { block, to, choice } = tableLocals;
  const take = [
    ...[...op.wordAt(at("block")), ...op.set(block)],
    ...[...op.wordAt(at("to")), ...op.set(to)],
    ...[...op.wordAt(at("choice")), ...op.set(choice)],
  ];
  const row = writeCases(choices, choice, [...passOver, ...take]);
  return writeChecked(3, steps, [
    ...[...firstCall(0), ...firstCall(1)],
    ...writeLoop([...read(0, rows, rowBytes), ...row]),
  ]);
}
