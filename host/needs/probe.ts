import { inflateSync } from "fflate";
import type { Board } from "../boards/index.js";
import type { Tier } from "../run/types.js";
import type { Call, Calls, RepeatedCall } from "./calls.js";
import { probeBase64 } from "./probe.generated.js";

/** What boards/probe/probe.c exports. */
export interface Engine {
  memory: WebAssembly.Memory;
  place(fileBytes: number, arenaBytes: number): number;
  board(
    stackUse: number,
    fixedBytes: number,
    engineBytes: number,
    operandBytes: number,
    pageBytes: number,
    fuses: number,
  ): void;
  load(file: number, length: number, accelerated: number): number;
  reset(): number;
  begin(): void;
  enter(index: number): number;
  leave(): void;
  kept(): number;
  used(): number;
  open(file: number, length: number, accelerated: number, stackBytes: number): number;
  reset_open(): number;
  used_open(): number;
  emitted(): number;
  fused(): number;
  read(): number;
  instruction(opcode: number): number;
}

/** What `enter` answers, in probe.c's order. */
const entered = { wasCompiled: 0, isCompiled: 1, isRefused: 2 } as const;

/** Repetitions of calls that compile anew each time: what they take has shown itself by then. */
const mostRepetitions = 64;

/** Cores by what their firmware takes of the stack, in the order of probe.c. */
const stackUses: readonly (readonly Board["core"][])[] = [
  ["cortex-m0plus"],
  ["cortex-m3", "cortex-m4", "cortex-m33", "cortex-m55"],
  ["cortex-m7"],
  ["rv32imc", "rv32imac"],
];

/** The number of a core's use of the stack; without a core, of what has 64 bits. */
export function stackUseOf(core: string | undefined): number {
  const found = stackUses.findIndex((cores) => cores.some((each) => each === core));
  return found < 0 ? stackUses.length : found;
}

/** A board as the probe knows it. Sizes in bytes. */
export interface ProbedBoard {
  board: Board;
  /** Static data and stacks of its firmware. */
  fixedBytes: number;
  /** What is left of its RAM. */
  arenaBytes: number;
}

/** What a model took in the probe, or why it does not run there. */
export type Probed =
  /** The most RAM that was taken besides linear memory, and what of it an application has beside its model. */
  | { usedBytes: number; keptBytes: number }
  /** `modelMemory` and the like, of boards/abi/abi.h. */
  | { refused: number };

/** Code of a model that traps, as of one that finds no memory for a function while it runs. */
const modelTrap = 9;

let compiled: WebAssembly.Module | undefined;

/** The firmware's engine as a module. */
export function engineModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    inflateSync(Uint8Array.from(atob(probeBase64.join("")), (c) => c.charCodeAt(0))) as BufferSource,
  );
  return compiled;
}

/** A fresh copy of it, with a model's file placed before an arena; the number that it is placed at. */
export function engineWith(wasm: Uint8Array, arenaBytes: number): { engine: Engine; at: number } {
  const engine = freshEngine();
  const at = engine.place(wasm.length, arenaBytes);
  if (at === 0) throw new RangeError(`no memory for ${arenaBytes} bytes`);
  new Uint8Array(engine.memory.buffer).set(wasm, at);
  return { engine, at };
}

/** A fresh copy of the firmware's engine. */
function freshEngine(): Engine {
  return new WebAssembly.Instance(engineModule()).exports as unknown as Engine;
}

class Refused extends Error {}

/** Tells calls to the engine. */
class Telling {
  private readonly running = new Set<number>();

  /**
   * @param callees functions that each function may call: those that it does not are called after all others; without it
   *   none of them is
   */
  constructor(
    private readonly engine: Engine,
    private readonly callees?: Calls["callees"],
    private readonly onCompile?: () => void,
  ) {}

  /** Tells calls in a row: those that compile nothing are told once. Whether anything was compiled. */
  calls(calls: readonly RepeatedCall[]): boolean {
    let changed = false;
    for (const { call, times } of calls) {
      for (let i = 0; i < Math.min(times, mostRepetitions) && this.call(call); i++) changed = true;
    }
    return changed;
  }

  private call({ function: index, calls }: Call): boolean {
    const found = this.engine.enter(index);
    if (found === entered.isRefused) throw new Refused();
    const isFirst = !this.running.has(index);
    this.running.add(index);
    let changed = found === entered.isCompiled;
    if (changed) this.onCompile?.();
    if (this.calls(calls)) changed = true;
    const called = new Set(calls.map((each) => each.call.function));
    for (const other of this.callees?.get(index) ?? []) {
      if (called.has(other) || this.running.has(other)) continue;
      if (this.call({ function: other, calls: [] })) changed = true;
    }
    if (isFirst) this.running.delete(index);
    this.engine.leave();
    return changed;
  }
}

/**
 * Loads a model in the firmware's own engine with the arena that a board has, and goes through its runs: twice, with a reset
 * of its state between them, as far as it has any.
 *
 * @param all whether functions that might have been called, but were not, are called as well
 */
export function probeModel(
  wasm: Uint8Array,
  calls: Calls,
  tier: Tier,
  { board, fixedBytes, arenaBytes }: ProbedBoard,
  all: boolean,
): Probed {
  const { engine, at } = engineWith(wasm, arenaBytes);
  const { engineBytes, stackBytes, codePageBytes } = board.wasm3;
  engine.board(stackUseOf(board.core), fixedBytes, engineBytes, stackBytes, codePageBytes, 1);
  const refused = engine.load(at, wasm.length, tier === "accelerated" ? 1 : 0);
  if (refused !== 0) return { refused };
  const failed = runAll(engine, calls, all, () => engine.reset());
  return failed === 0 ? { usedBytes: engine.used(), keptBytes: engine.kept() } : { refused: failed };
}

/**
 * Goes through the runs of a model that is loaded: twice, with a reset of its state behind each. The code of what failed, or 0.
 *
 * @param all whether functions that might have been called, but were not, are called as well
 * @param onCompile told whenever a function is compiled
 */
export function runAll(
  engine: Engine,
  calls: Calls,
  all: boolean,
  reset: () => number,
  onCompile?: () => void,
): number {
  try {
    for (let pass = 0; pass < 2; pass++) {
      for (const run of calls.runs) {
        engine.begin();
        new Telling(engine, all ? calls.callees : undefined, onCompile).calls(run);
      }
      const failed = reset();
      if (failed !== 0) return failed;
    }
    return 0;
  } catch (error) {
    if (error instanceof Refused) return modelTrap;
    throw error;
  }
}
