import { accelerators } from "../abi/accelerators.js";
import { readModule } from "../link/module.js";
import type { OpenedModule } from "../package/open.js";
import { pageBytes } from "../wasm/interface.js";
import { countInstructions } from "./counted-module.js";

/** A model whose steps tell what they execute. */
export interface CountedModel {
  /** Linear memory. */
  readonly memory: Uint8Array;
  /** Sets the state to what it begins with. */
  reset(): void;
  /** Runs a step. The WebAssembly instructions that its kernels executed, of the file's own kernels; 0 where it was passed over. */
  step(index: number): number;
}

/**
 * Loads a model on this engine so that its instructions are counted: exact, the same on every machine.
 *
 * @throws `kernels-unlinkable` for a module that is not as wasmote links them
 */
export async function openCounted(
  wasm: Uint8Array,
  { manifest, weights }: OpenedModule,
): Promise<CountedModel> {
  const pages = Math.max(1, Math.ceil(manifest.memoryBytes / pageBytes));
  const code = countInstructions(readModule(wasm), pages);
  const imports = {
    wasmote: {
      ...Object.fromEntries(Object.values(accelerators).map((each) => [each.import, () => {}])),
      read_weights: (to: number, from: number, length: number) =>
        memory.set(weights.subarray(from >>> 0, (from >>> 0) + (length >>> 0)), to >>> 0),
    },
  };
  const { instance } = await WebAssembly.instantiate(code as BufferSource, imports);
  const { run, reset, instructions, ...exports } = instance.exports as unknown as {
    run(first: number, last: number): number;
    reset?(): void;
    instructions: WebAssembly.Global<"i64">;
    memory: WebAssembly.Memory;
  };
  const memory = new Uint8Array(exports.memory.buffer);
  reset?.();
  return {
    memory,
    reset: () => reset?.(),
    step(index) {
      instructions.value = 0n;
      run(index, index + 1);
      return Number(instructions.value);
    },
  };
}
