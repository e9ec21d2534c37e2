import { alignUp } from "../abi/align.js";
import { WasmoteError } from "../errors.js";
import { readModule } from "../link/module.js";
import {
  type Calls,
  type LibraryBuild,
  type LibraryModel,
  type LibraryRun,
  runInLibrary,
} from "../needs/index.js";

/** What a model is to be opened with. Sizes in bytes. */
export interface Memory {
  memoryBytes: number;
  memoryBound: "exact" | "most";
  stackBytes: number;
}

/** Codes of the library (boards/runtime/wasmote.h). */
const status = { trap: 9, stack: 12 } as const;

/** Stacks that are tried: what the library takes where nothing is said, then more. */
const leastStack = { small: 2048, armv6m: 4096, wide: 61_440 } as const;
const stackStep = 64;
const mostStack = 65_536;

/** Memory in which everything fits, besides linear memory. */
const ampleBytes = 1 << 20;
/** Sizes are multiples of it: of the arena's blocks. */
const step = 8;

/** What takes pointers has at most twice the bytes where these have 64 bits instead of 32, and alignment besides. */
const wideOverhead = { factor: 2, bytes: 2048 } as const;

/** The refusal of a model that the library would not open, or run. */
function refusal(code: number): WasmoteError {
  return new WasmoteError("export-refused", `the library ends with status ${code} for it`);
}

/**
 * The stack that opening and running a model take, given what these end with: a trap where a kernel that runs calls one that
 * cannot be compiled on what is left of the stack. Throws `export-refused`.
 */
function findStack(core: string | undefined, runs: (stackBytes: number) => number): number {
  const { small, armv6m, wide } = leastStack;
  const first = core === undefined ? wide : core === "cortex-m0plus" ? armv6m : small;
  for (let stackBytes = first; ; stackBytes += stackStep) {
    const refused = runs(stackBytes);
    if (refused === 0) return stackBytes;
    const isTooSmall = refused === status.stack || refused === status.trap;
    if (!isTooSmall || stackBytes >= mostStack) throw refusal(refused);
  }
}

/** The calls of a model, of which one that could not be run here is taken to make all that it might. */
function callsToProbe(wasm: Uint8Array, { callees, runs, failed }: Calls): Calls {
  if (failed === undefined) return { runs, callees };
  const run = readModule(wasm).exports.get("run") as number;
  const all = (callees.get(run) ?? []).map((index) => ({ call: { function: index, calls: [] }, times: 1 }));
  return { runs: [...runs, all], callees };
}

/** The least multiple of `step` from one on that is enough, next to one that is not; what is enough at last is looked for first. */
function leastFrom(from: number, isEnough: (bytes: number) => boolean): number {
  let [tooSmall, enough] = [from - step, from];
  for (let gap = step; !isEnough(enough); gap *= 2) [tooSmall, enough] = [enough, enough + gap];
  while (enough - tooSmall > step) {
    const middle = tooSmall + alignUp((enough - tooSmall) / 2, step);
    if (middle === enough) break;
    if (isEnough(middle)) enough = middle;
    else tooSmall = middle;
  }
  return enough;
}

/**
 * The memory that a model is to be opened with: the least with which it never compiles a function again that it dropped for
 * want of memory; or, where that is more than `engineBytes` besides linear memory, as much as that, or the least that does.
 *
 * It is exact where functions that were not called would not take more; else the most.
 *
 * @throws `export-refused` for a model that the library refuses
 */
export function findMemory(
  { wasm, calls: recorded, tier }: LibraryModel,
  linearBytes: number,
  build: LibraryBuild,
  engineBytes: number,
): Memory {
  const model = { wasm, calls: callsToProbe(wasm, recorded), tier };
  const ample = linearBytes + ampleBytes;
  const attempt = (memoryBytes: number, stackBytes: number, all = true): LibraryRun | { refused: number } =>
    runInLibrary(model, build, memoryBytes, stackBytes, all);
  const stackBytes = findStack(build.core, (bytes) => {
    const run = attempt(ample, bytes);
    return "refused" in run ? run.refused : 0;
  });
  const best = attempt(ample, stackBytes);
  if ("refused" in best) throw refusal(best.refused);
  const isEnough = (bytes: number, again: boolean): boolean => {
    const run = attempt(bytes, stackBytes);
    return !("refused" in run) && (again || run.compilations === best.compilations);
  };
  const comfortable = best.usedBytes <= linearBytes + engineBytes;
  const from = alignUp(comfortable ? best.usedBytes : linearBytes + engineBytes, step);
  const memoryBytes = leastFrom(from, (bytes) => isEnough(bytes, !comfortable));
  if (build.core === undefined) {
    const { factor, bytes } = wideOverhead;
    const wide = linearBytes + factor * (memoryBytes - linearBytes) + bytes;
    return { memoryBytes: wide, memoryBound: "most", stackBytes };
  }
  const plain = attempt(ample, stackBytes, false);
  const certain = recorded.failed === undefined && "usedBytes" in plain && plain.usedBytes === best.usedBytes;
  return { memoryBytes, memoryBound: certain ? "exact" : "most", stackBytes };
}
