import type { PrepareOptions } from "wasm3-bindings";
import { WasmoteError } from "../errors.js";
import { type Interrupt, TimeOver } from "./limit.js";
import { memoryRunner } from "./memory-runner.js";
import type { OpenRunner } from "./types.js";

/** Compiles wasm3 where there is none for this machine, which takes seconds. Throws `addon-missing`. */
export async function prepareWasm3(options: PrepareOptions): Promise<void> {
  const { prepareAddon, Wasm3Error } = await import("wasm3-bindings");
  await prepareAddon(options).catch((error: unknown) => {
    throw error instanceof Wasm3Error ? new WasmoteError("addon-missing", error.message) : error;
  });
}

/**
 * Loads a model on wasm3, in this process, with exactly the linear memory that its manifest asks for.
 * Throws `module-invalid`, or `addon-missing` where the addon is not built.
 */
export const openWasm3Runner: OpenRunner = async (
  wasm,
  { manifest },
  { tier = "portable", limitMillis } = {},
) => {
  const { load, TrapError, Wasm3Error } = await import("wasm3-bindings");
  let instance: ReturnType<typeof load>;
  try {
    instance = load(wasm, {
      memoryLimitBytes: manifest.memoryBytes,
      optionalImports: manifest.imports.optional,
      accelerators: tier === "accelerated",
    });
  } catch (error) {
    if (!(error instanceof Wasm3Error)) throw error;
    throw new WasmoteError(error.code === "not-built" ? "addon-missing" : "module-invalid", error.message);
  }
  const call = (name: string, ...values: number[]): number => {
    try {
      return Number(instance.call(name, ...values));
    } catch (error) {
      throw error instanceof TrapError && error.trap === "time" ? new TimeOver() : error;
    }
  };
  const interrupt: Interrupt = (millis, work) => {
    instance.stopAfter(millis);
    try {
      return work();
    } finally {
      instance.stopAfter();
    }
  };
  return memoryRunner(
    {
      name: "wasm3",
      memory: () => instance.memory,
      run: (first, last) => call("run", first, last),
      interrupt,
      ...((manifest.variables ?? []).length === 0 ? {} : { reset: () => void call("reset") }),
      runtimeBytes: () => instance.runtimeBytes,
      close: () => instance.dispose(),
    },
    manifest,
    limitMillis,
  );
};
