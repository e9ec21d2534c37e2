import { alignUp } from "../abi/align.js";
import { maxMemoryBytes } from "../abi/limits.js";
import { rowFields } from "../abi/step-rows.js";
import { weightAlignment } from "../abi/weight-alignment.js";
import type { KernelCall } from "./kernel.js";
import type { Program } from "./lower.js";

/** What a call calls: a kernel, or where there is one and it is offered its accelerator. */
export type Choice = Pick<KernelCall, "kernel" | "accelerator">;

/** What tells choices apart. */
export const choiceKey = ({ kernel, accelerator }: Choice): string =>
  `${kernel} ${accelerator?.import ?? ""}`;

/** A program's calls as rows of a table in its weights section, which `run` reads one by one. */
export interface StepTable {
  /** What rows choose from, by number. */
  choices: readonly Choice[];
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
 * Calls from which on a table is worth it: wasm3 takes some 75 bytes for a call that is written out, 50 for a kernel that rows
 * choose, and 300 for reading a row (of 19 models, those of 6 steps and more take 90 to 4,900 bytes less, of 3 up to 130 more).
 */
const fewestCalls = 5;

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

  const choices = [...new Map(rows.map(({ call }) => [choiceKey(call), call])).values()];
  const numbers = new Map(choices.map((choice, i) => [choiceKey(choice), i]));
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
    view.setInt32(at + rowFields.block, call.block, true);
    view.setInt32(at + rowFields.to, call.to, true);
    view.setInt32(at + rowFields.choice, numbers.get(choiceKey(call)) as number, true);
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
  const table = { choices, rows: start, rowBytes, ...(isOneEach ? {} : { firstCalls }), address, conditions };
  return { ...program, weights, memoryBytes, table };
}
