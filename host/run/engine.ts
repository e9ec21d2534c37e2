import { instantiate } from "@assemblyscript/loader";
import { WasmoteError } from "../errors.js";
import type { OpenedModule } from "../package/open.js";
import type { Interrupt } from "./limit.js";
import { memoryRunner } from "./memory-runner.js";
import type { LocalRunner, RunnerOptions } from "./types.js";

/**
 * Loads a model on the WebAssembly engine that this runs in: that of Node, or of a browser.
 *
 * @param runner what the runner is called
 * @param interrupt how the engine is interrupted; without it a run has no limit
 * @throws `module-invalid` where the model's imports cannot be given, `tier-unavailable`
 */
export async function openEngineRunner(
  runner: string,
  wasm: Uint8Array,
  { manifest, weights }: OpenedModule,
  { tier = "portable", limitMillis }: RunnerOptions = {},
  interrupt?: Interrupt,
): Promise<LocalRunner> {
  if (tier !== "portable") {
    throw new WasmoteError("tier-unavailable", `tier ${tier} on ${runner}; wasm3 has it`);
  }
  let memory: WebAssembly.Memory | undefined;
  const readWeights = (destination: number, offset: number, length: number): void => {
    const [to, from, count] = [destination >>> 0, offset >>> 0, length >>> 0];
    const target = new Uint8Array(memory?.buffer ?? new ArrayBuffer(0));
    if (from + count > weights.length || to + count > target.length) {
      throw new RangeError(`read_weights of ${count} bytes at ${from} to ${to} is out of bounds`);
    }
    target.set(weights.subarray(from, from + count), to);
  };
  const absent = (): never => {
    throw new Error(`${runner} has no accelerators`);
  };
  const optional = manifest.imports.optional.map((name) => [name.replace(/^wasmote\./, ""), absent] as const);
  let exports: Record<string, unknown>;
  try {
    ({ exports } = await instantiate(wasm, {
      wasmote: { ...Object.fromEntries(optional), read_weights: readWeights },
    }));
  } catch (error) {
    throw new WasmoteError("module-invalid", error instanceof Error ? error.message : String(error));
  }
  const run = exports.run as ((first: number, last: number) => number) | undefined;
  memory = exports.memory as WebAssembly.Memory | undefined;
  if (typeof run !== "function" || memory === undefined || memory.buffer.byteLength < manifest.memoryBytes) {
    throw new WasmoteError(
      "module-invalid",
      "it does not export the run function and memory that its manifest promises",
    );
  }
  const linear = memory;
  const reset = exports.reset as (() => void) | undefined;
  return memoryRunner(
    {
      name: runner,
      memory: () => new Uint8Array(linear.buffer),
      run,
      ...(typeof reset === "function" ? { reset } : {}),
      interrupt,
      close: () => {},
    },
    manifest,
    limitMillis,
  );
}
