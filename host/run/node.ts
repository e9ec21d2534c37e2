import { instantiate } from "@assemblyscript/loader";
import { WasmoteError } from "../errors.js";
import { memoryRunner } from "./memory-runner.js";
import type { OpenRunner } from "./types.js";

/** Loads a model on V8, in this process. Throws `module-invalid` where its imports cannot be given. */
export const openNodeRunner: OpenRunner = async (wasm, { manifest, weights }, tier = "portable") => {
  if (tier !== "portable") {
    throw new WasmoteError("tier-unavailable", `tier ${tier} on node; wasm3 has it`);
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
    throw new Error("V8 has no accelerators");
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
  return memoryRunner(
    { name: "node", memory: () => new Uint8Array(linear.buffer), run, close: () => {} },
    manifest,
  );
};
