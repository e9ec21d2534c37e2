import { alignUp } from "../abi/align.js";
import { maxMemoryBytes } from "../abi/limits.js";
import { weightAlignment } from "../abi/weight-alignment.js";
import type { KernelCall } from "./kernel.js";
import type { Program } from "./lower.js";

/** What a call of a table calls: a kernel of a library, or an accelerator. */
export type Callee = { readonly kernel: string } | { readonly accelerator: string };

/** A program's calls as rows of a table in its weights section, which `run` reads one by one. */
export interface StepTable {
  /** What rows choose from, by number. */
  callees: readonly Callee[];
  /** Offset in the weights section of the rows, and bytes of each: of what `rowFields` tells. */
  rows: number;
  rowBytes: number;
  /** Offset in the weights section of the number of each step's first call, int32, and behind them the number of all; absent where each step is one call. */
  firstCalls?: number;
  /** Address to which a row is read. */
  address: number;
  /** Conditions of a row. */
  conditions: number;
}

/**
 * Offsets of what a row holds, little-endian: address of the call's block in the weights section and the address to read it to,
 * int32; numbers of the callee, and of the one where a bit of `mask` is set in `accelerators`, uint16; mask, int32; addresses of
 * conditions, int32, those that a row lacks being that of the 1 behind them.
 */
export const rowFields = { block: 0, to: 4, kernel: 8, native: 10, mask: 12, conditions: 16 } as const;

/**
 * Calls from which on a table is worth it: wasm3 takes some 75 bytes for a call that is written out, 50 for a kernel that rows
 * choose, and 300 for reading a row (of 19 models, those of 6 steps and more take 90 to 4,900 bytes less, of 3 up to 130 more).
 */
const fewestCalls = 5;

const isEqual = (a: Callee, b: Callee): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Callees of calls, each once, in the order of the first call of each. */
function calleesOf(calls: readonly KernelCall[]): Callee[] {
  const callees: Callee[] = [];
  const add = (callee: Callee): void => {
    if (!callees.some((known) => isEqual(known, callee))) callees.push(callee);
  };
  for (const { kernel, accelerator } of calls) {
    add({ kernel });
    if (accelerator !== undefined) add({ accelerator: accelerator.import });
  }
  return callees;
}

/**
 * A program whose `run` reads what it calls from a table: a board keeps what an interpreter makes of `run` in RAM, and the
 * table in flash. Programs of few calls stay as they are.
 *
 * @param limitBytes linear memory that the program may take
 */
export function tabulateSteps(program: Program, limitBytes: number = maxMemoryBytes): Program {
  const rows = program.steps.flatMap(({ calls, when = [] }) => calls.map((call) => ({ call, when })));
  const conditions = Math.max(0, ...rows.map(({ when }) => when.length));
  const rowBytes = rowFields.conditions + (conditions === 0 ? 0 : 4 * (conditions + 1));
  const address = alignUp(program.memoryBytes, 8);
  const memoryBytes = address + alignUp(rowBytes, 8);

  if (rows.length < fewestCalls || memoryBytes > limitBytes) return program;

  const callees = calleesOf(rows.map(({ call }) => call));
  const numberOf = (callee: Callee): number => callees.findIndex((known) => isEqual(known, callee));
  const start = alignUp(program.weights.length, weightAlignment);
  const counts = program.steps.map(({ calls }) => calls.length);
  const isOneEach = counts.every((count) => count === 1);
  const firstCalls = start + alignUp(rows.length * rowBytes, weightAlignment);
  const weights = new Uint8Array(
    isOneEach ? firstCalls : firstCalls + alignUp(4 * (counts.length + 1), weightAlignment),
  );
  weights.set(program.weights);
  const view = new DataView(weights.buffer);
  rows.forEach(({ call, when }, i) => {
    const at = start + i * rowBytes;
    const kernel = numberOf({ kernel: call.kernel });
    view.setInt32(at + rowFields.block, call.block, true);
    view.setInt32(at + rowFields.to, call.to, true);
    view.setUint16(at + rowFields.kernel, kernel, true);
    view.setUint16(
      at + rowFields.native,
      call.accelerator ? numberOf({ accelerator: call.accelerator.import }) : kernel,
      true,
    );
    view.setInt32(at + rowFields.mask, call.accelerator?.bit ?? 0, true);
    if (conditions === 0) return;
    const last = rowFields.conditions + 4 * conditions;
    for (let k = 0; k < conditions; k++)
      view.setInt32(at + rowFields.conditions + 4 * k, when[k] ?? address + last, true);
    view.setInt32(at + last, 1, true);
  });
  if (!isOneEach) {
    let first = 0;
    [...counts, 0].forEach((count, step) => {
      view.setInt32(firstCalls + 4 * step, first, true);
      first += count;
    });
  }
  const table = { callees, rows: start, rowBytes, ...(isOneEach ? {} : { firstCalls }), address, conditions };
  return { ...program, weights, memoryBytes, table };
}
