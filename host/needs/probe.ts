import { inflateSync } from "fflate";
import type { Board } from "../boards/index.js";
import type { Tier } from "../run/types.js";
import type { Call, Calls, RepeatedCall } from "./calls.js";
import { probeBase64 } from "./probe.generated.js";

/** What boards/probe/probe.c exports. */
interface Exports {
  memory: WebAssembly.Memory;
  place(fileBytes: number, arenaBytes: number): number;
  board(architecture: number, fixedBytes: number, engineBytes: number, operandBytes: number, pageBytes: number): void;
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

/** In the order of probe.c. */
const architectures = ["armv6m", "armv7m", "rv32"] as const;

function architectureOf({ core }: Board): (typeof architectures)[number] {
  if (core.startsWith("rv32")) return "rv32";
  return core === "cortex-m0plus" ? "armv6m" : "armv7m";
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

/** How calls are told to the probe. */
interface Telling {
  /** Functions that a function may call and that are called after all others: undefined for those that it does call. */
  callees?: Calls["callees"] | undefined;
}

class Refused extends Error {}

/** Tells a call to the engine, and all that it calls. Whether anything was compiled. */
function tell(engine: Exports, call: Call, { callees }: Telling): boolean {
  const found = engine.enter(call.function);
  if (found === entered.isRefused) throw new Refused();
  let changed = found === entered.isCompiled;
  if (tellAll(engine, call.calls, { callees })) changed = true;
  const called = new Set(call.calls.map((each) => each.call.function));
  for (const index of callees?.get(call.function) ?? [])
    if (!called.has(index) && tell(engine, { function: index, calls: [] }, { callees })) changed = true;
  engine.leave();
  return changed;
}

/** Calls in a row: those that change nothing are told once. */
function tellAll(engine: Exports, calls: readonly RepeatedCall[], telling: Telling): boolean {
  let changed = false;
  for (const { call, times } of calls) {
    for (let i = 0; i < Math.min(times, mostRepetitions); i++) {
      if (!tell(engine, call, telling)) break;
      changed = true;
    }
  }
  return changed;
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
  engine.board(architectures.indexOf(architectureOf(board)), fixedBytes, engineBytes, stackBytes, codePageBytes);
  const refused = engine.load(at, wasm.length, tier === "accelerated" ? 1 : 0);
  if (refused !== 0) return { refused };
  try {
    for (let pass = 0; pass < 2; pass++) {
      for (const run of calls.runs) {
        engine.begin();
        tellAll(engine, run, { callees: all ? calls.callees : undefined });
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
