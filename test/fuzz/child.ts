/** The process that tries a target's cases: started by `runTarget`, which watches it. */
import { openSync, writeSync } from "node:fs";
import { loadTarget } from "./registry.js";
import { saveInput } from "./save.js";
import type { Finding } from "./target.js";

/** What the child is told, as JSON in its first argument. */
export interface ChildTask {
  name: string;
  /** The folder that the target is in. */
  targets: string;
  first: number;
  cases: number;
  seed: number;
  /** The file to which the number of the case that is being tried is written, 8 bytes. */
  progress: string;
  /** Where findings are saved. */
  findings: string;
  /** Most resident memory in bytes. */
  maxBytes: number;
  /** Whether each case's input is saved before it is tried. */
  save: boolean;
}

/** What the child tells. */
export type ChildMessage =
  | { kind: "log"; line: string }
  | { kind: "finding"; index: number; message: string; saved: string }
  | { kind: "end"; outcomes: Record<string, number> };

/** The pipe to the driver. Writing to it is synchronous, so that nothing is lost where a case ends the process. */
const driver = 3;

const task = JSON.parse(process.argv[2] as string) as ChildTask;
const progress = openSync(task.progress, "w");
const number = new BigUint64Array(1);
const numberBytes = new Uint8Array(number.buffer);
const told = new Set<number>();

function tell(message: ChildMessage): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(driver, bytes, at);
}

function found({ index, message, input }: Finding): void {
  if (told.has(index)) return;
  told.add(index);
  tell({ kind: "finding", index, message, saved: saveInput(task, index, input) });
}

const target = await loadTarget(task.name, task.targets);
const { outcomes, findings } = await target.run({
  cases: task.cases,
  first: task.first,
  seed: task.seed,
  log: (line) => tell({ kind: "log", line }),
  found,
  begin(index, input) {
    if (process.resourceUsage().maxRSS * 1024 > task.maxBytes) throw new Error("took too much memory");
    number[0] = BigInt(index);
    writeSync(progress, numberBytes, 0, numberBytes.length, 0);
    if (task.save) saveInput(task, index, input());
  },
});
for (const finding of findings) found(finding);
tell({ kind: "end", outcomes });
