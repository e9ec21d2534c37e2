import { WasmoteError } from "../errors.js";
import { tensorBytes } from "../graph/tensor.js";
import type { Manifest, ManifestTensor } from "../package/manifest.js";
import { defaultLimitMillis, type Interrupt, TimeOver } from "./limit.js";
import type { LocalRunner } from "./types.js";

/** What an engine in this process offers once a module is loaded. */
export interface Engine {
  readonly name: string;
  /** Linear memory as it is now. */
  memory(): Uint8Array;
  /** The module's `run`. Throws what the engine throws on a trap. */
  run(first: number, last: number): number;
  /** The module's `reset`; absent where it has none. */
  reset?(): void;
  runtimeBytes?(): number;
  /** How the engine is interrupted; absent where it cannot be. */
  interrupt?: Interrupt;
  close(): void;
}

/**
 * A runner on an engine whose linear memory can be read and written from here.
 *
 * @param limitMillis most that one run may take
 */
export function memoryRunner(
  engine: Engine,
  manifest: Manifest,
  limitMillis = defaultLimitMillis(manifest),
): LocalRunner {
  const place = (tensors: readonly ManifestTensor[], index: number): Uint8Array => {
    const tensor = tensors[index];
    if (tensor === undefined) throw new RangeError(`tensor ${index} of ${tensors.length}`);
    return engine.memory().subarray(tensor.address, tensor.address + tensorBytes(tensor));
  };
  const within = limiter(engine, manifest.name);
  const reset = (): void => {
    if (engine.reset !== undefined) within(limitMillis, () => resetState(engine));
  };
  reset();
  return {
    name: engine.name,
    writeInput(index, bytes) {
      const target = place(manifest.inputs, index);
      if (bytes.length !== target.length) {
        throw new WasmoteError(
          "input-size",
          `input ${index} takes ${target.length} bytes, not ${bytes.length}`,
        );
      }
      target.set(bytes);
    },
    readOutput: (index) => place(manifest.outputs, index).slice(),
    run: (first = 0, last = manifest.steps.length) =>
      resettingOnFailure(engine.reset && reset, () =>
        within(limitMillis, () => runSteps(engine, first, last)),
      ),
    reset,
    within,
    limitMillis: engine.interrupt === undefined ? Number.POSITIVE_INFINITY : limitMillis,
    get runtimeBytes() {
      return engine.runtimeBytes?.();
    },
    close: () => engine.close(),
  };
}

/** Does a run. One that fails leaves state half changed: it is reset then, which the error says. */
function resettingOnFailure(reset: (() => void) | undefined, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (reset === undefined || !(error instanceof WasmoteError) || error.code === "run-limit") throw error;
    reset();
    throw new WasmoteError(error.code, `${error.detail}; its state was reset`, error.place, error);
  }
}

function runSteps(engine: Engine, first: number, last: number): void {
  const what = `steps ${first} to ${last} on ${engine.name}`;
  const code = called(what, () => engine.run(first, last));
  if (code !== 0) throw new WasmoteError("run-failed", `${what} returned ${code}`);
}

function resetState(engine: Engine): void {
  called(`its reset on ${engine.name}`, () => engine.reset?.());
}

/** Calls a module's function. Throws `run-failed` where it traps, and `TimeOver` as it comes. */
function called<T>(what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TimeOver) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new WasmoteError("run-failed", `${what}: ${reason}`);
  }
}

/** Resets after a run that was interrupted, in the same time; whether that could be done. */
function wasReset(engine: Engine, millis: number): boolean {
  try {
    engine.interrupt?.(millis, () => resetState(engine));
    return engine.reset !== undefined;
  } catch (error) {
    if (error instanceof TimeOver || error instanceof WasmoteError) return false;
    throw error;
  }
}

/** `LocalRunner.within` on an engine: work within work has the outer one's limit alone. */
function limiter(engine: Engine, model: string): LocalRunner["within"] {
  let limited = false;
  return (millis, work) => {
    if (limited || engine.interrupt === undefined) return work();
    limited = true;
    try {
      return engine.interrupt(millis, work);
    } catch (error) {
      if (!(error instanceof TimeOver)) throw error;
      const after = wasReset(engine, millis) ? "; its state was reset" : "";
      throw new WasmoteError("run-limit", `${model} on ${engine.name} ran for ${millis} ms${after}`);
    } finally {
      limited = false;
    }
  };
}
