import { inflateSync } from "fflate";
import type { Board } from "../boards/index.js";
import type { Tier } from "../run/types.js";
import type { Call, Calls, RepeatedCall } from "./calls.js";
import { probeBase64 } from "./probe.generated.js";

/** What boards/probe/probe.c exports. */
interface Exports {
  memory: WebAssembly.Memory;
  place(fileBytes: number, arenaBytes: number): number;
  board(
    stackUse: number,
    fixedBytes: number,
    engineBytes: number,
    operandBytes: number,
    pageBytes: number,
  ): void;
  load(file: number, length: number, accelerated: number): number;
  reset(): number;
  begin(): void;
  enter(index: number): number;
  leave(): void;
  used(): number;
}

/** What `enter` answers, in probe.c's order. */
const entered = { wasCompiled: 0, isCompiled: 1, isRefused: 2 } as const;

/** Repetitions of calls that compile anew each time: what they take has shown itself by then. */
const mostRepetitions = 64;

/** Cores by what their firmware takes of the stack, in the order of probe.c. */
const stackUses: readonly (readonly Board["core"][])[] = [
  ["cortex-m0plus"],
  ["cortex-m3", "cortex-m4", "cortex-m33"],
  ["cortex-m7"],
  ["rv32imc", "rv32imac"],
];

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
  /** The most RAM that was taken besides linear memory. */
  | { usedBytes: number }
  /** `modelMemory` and the like, of boards/abi/abi.h. */
  | { refused: number };

/** Code of a model that traps, as of one that finds no memory for a function while it runs. */
const modelTrap = 9;

let compiled: WebAssembly.Module | undefined;

/** A fresh copy of the firmware's engine. */
function freshEngine(): Exports {
  compiled ??= new WebAssembly.Module(
    inflateSync(Uint8Array.from(atob(probeBase64.join("")), (c) => c.charCodeAt(0))) as BufferSource,
  );
  return new WebAssembly.Instance(compiled).exports as unknown as Exports;
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
    private readonly engine: Exports,
    private readonly callees?: Calls["callees"],
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
  const engine = freshEngine();
  const at = engine.place(wasm.length, arenaBytes);
  if (at === 0) throw new RangeError(`no memory for a board of ${arenaBytes} bytes`);
  new Uint8Array(engine.memory.buffer).set(wasm, at);
  const { engineBytes, stackBytes, codePageBytes } = board.wasm3;
  engine.board(
    stackUses.findIndex((cores) => cores.includes(board.core)),
    fixedBytes,
    engineBytes,
    stackBytes,
    codePageBytes,
  );
  const refused = engine.load(at, wasm.length, tier === "accelerated" ? 1 : 0);
  if (refused !== 0) return { refused };
  try {
    for (let pass = 0; pass < 2; pass++) {
      for (const run of calls.runs) {
        engine.begin();
        new Telling(engine, all ? calls.callees : undefined).calls(run);
      }
      const failed = engine.reset();
      if (failed !== 0) return { refused: failed };
    }
  } catch (error) {
    if (error instanceof Refused) return { refused: modelTrap };
    throw error;
  }
  return { usedBytes: engine.used() };
}
