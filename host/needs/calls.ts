import { accelerators } from "../abi/accelerators.js";
import { tensorBytes } from "../graph/tensor.js";
import { type LinkableModule, readModule } from "../link/module.js";
import type { ManifestTensor } from "../package/manifest.js";
import type { OpenedModule } from "../package/open.js";
import { defaultLimitMillis, type Interrupt } from "../run/limit.js";
import type { Tier } from "../run/types.js";
import { pageBytes } from "../wasm/interface.js";
import { watchCalls } from "./watched-module.js";

/** A call of a function of a module, and the calls that it makes in turn; equal ones that follow one another are one. */
export interface Call {
  /** Number of the function in the module. */
  function: number;
  calls: readonly RepeatedCall[];
}

/** A call that is made so many times in a row. */
export interface RepeatedCall {
  call: Call;
  times: number;
}

/** Which functions of a model call which, in what order. */
export interface Calls {
  /** What `run` calls, in whole runs that follow one another. */
  runs: readonly (readonly RepeatedCall[])[];
  /** Functions that a function may call; none for those that choose by which accelerators there are. */
  callees: ReadonlyMap<number, readonly number[]>;
  /** Why a run did not come to its end, where one did not. */
  failed?: string;
}

/** Runs that are watched: state changes what the second one does. */
const runCount = 2;

/** Builds the tree of calls while they happen. Equal calls are one object. */
class Recorder {
  private readonly known = new Map<string, { id: number; call: Call }>();
  private readonly ids = new Map<Call, number>();
  private open: { function: number; calls: RepeatedCall[] }[] = [];

  /** A run begins. */
  begin(): RepeatedCall[] {
    const calls: RepeatedCall[] = [];
    this.open = [{ function: -1, calls }];
    return calls;
  }

  readonly enter = (number: number): void => {
    this.open.push({ function: number, calls: [] });
  };

  readonly leave = (): void => {
    const done = this.open.pop();
    const around = this.open.at(-1);
    if (done === undefined || around === undefined)
      throw new RangeError("a function returns that was not called");
    const call = this.only(done);
    const last = around.calls.at(-1);
    if (last?.call === call) last.times++;
    else around.calls.push({ call, times: 1 });
  };

  /** The one object for calls like this one. */
  private only(call: Call): Call {
    const inner = call.calls.map((each) => `${this.ids.get(each.call)}x${each.times}`);
    const key = `${call.function}:${inner.join()}`;
    const known = this.known.get(key);
    if (known !== undefined) return known.call;
    this.known.set(key, { id: this.known.size, call });
    this.ids.set(call, this.known.size - 1);
    return call;
  }
}

/** Numbers for an input that reach both ends of what integers hold, and floats of moderate size: the same every time. */
function fillInput(bytes: Uint8Array, { dtype }: ManifestTensor, seed: number): void {
  let state = seed * 2654435761 + 12345;
  const next = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state >>> 8;
  };
  if (dtype === "float32") {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let i = 0; i < bytes.length; i += 4) view.setFloat32(i, next() / 2 ** 23 - 1, true);
  } else for (let i = 0; i < bytes.length; i++) bytes[i] = dtype === "bool" ? next() & 1 : next() & 0xff;
}

/** What each function may call: what is left out is told by `Calls.callees`. */
function calleesOf(module: LinkableModule): Map<number, number[]> {
  const own = module.imports.length;
  const bits = module.exportedGlobals.get("accelerators");
  return new Map(
    module.functions.map(({ references }, i) => {
      const chooses = references.some(({ space, index }) => space === "global" && index === bits);
      const called = references.filter(({ space, index }) => space === "function" && index >= own);
      return [own + i, chooses ? [] : [...new Set(called.map(({ index }) => index))]];
    }),
  );
}

/**
 * Runs a model on this engine and writes down which of its functions call which. Accelerators do nothing: what is computed
 * is of no interest, only what is called.
 *
 * @param interrupt how the engine is interrupted when a run takes too long; without it a run has no limit
 * @throws `kernels-unlinkable` for a module that is not as wasmote links them
 */
export async function recordCalls(
  wasm: Uint8Array,
  { manifest, weights }: OpenedModule,
  tier: Tier,
  interrupt: Interrupt = (_, work) => work(),
): Promise<Calls> {
  const module = readModule(wasm);
  const recorder = new Recorder();
  const pages = Math.max(1, Math.ceil(manifest.memoryBytes / pageBytes));
  const linear = (): Uint8Array => new Uint8Array((exports.memory as WebAssembly.Memory).buffer);
  const imports = {
    probe: { enter: recorder.enter, leave: recorder.leave },
    wasmote: {
      ...Object.fromEntries(Object.values(accelerators).map((each) => [each.import, () => {}])),
      read_weights: (to: number, from: number, length: number) =>
        linear().set(weights.subarray(from >>> 0, (from >>> 0) + (length >>> 0)), to >>> 0),
    },
  };
  const bytes = watchCalls(module, pages, tier === "accelerated" ? -1 : 0);
  const { instance } = await WebAssembly.instantiate(bytes as BufferSource, imports);
  const exports = instance.exports as Record<string, unknown>;
  const { run, reset } = exports as { run(first: number, last: number): number; reset?(): void };
  const runs: RepeatedCall[][] = [];
  const callees = calleesOf(module);
  try {
    recorder.begin();
    reset?.();
    for (let seed = 1; seed <= runCount; seed++) {
      for (const input of manifest.inputs)
        fillInput(linear().subarray(input.address, input.address + tensorBytes(input)), input, seed);
      const calls = recorder.begin();
      interrupt(defaultLimitMillis(manifest), () => run(0, manifest.steps.length));
      runs.push(calls);
    }
  } catch (error) {
    return { runs, callees, failed: error instanceof Error ? error.message : String(error) };
  }
  return { runs, callees };
}
