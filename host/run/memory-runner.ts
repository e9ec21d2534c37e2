import { WasmoteError } from "../errors.js";
import { tensorBytes } from "../graph/tensor.js";
import type { Manifest, ManifestTensor } from "../package/manifest.js";
import type { LocalRunner } from "./types.js";

/** What an engine in this process offers once a module is loaded. */
export interface Engine {
  readonly name: string;
  /** Linear memory as it is now. */
  memory(): Uint8Array;
  /** The module's `run`. Throws what the engine throws on a trap. */
  run(first: number, last: number): number;
  runtimeBytes?(): number;
  close(): void;
}

/** A runner on an engine whose linear memory can be read and written from here. */
export function memoryRunner(engine: Engine, manifest: Manifest): LocalRunner {
  const place = (tensors: readonly ManifestTensor[], index: number): Uint8Array => {
    const tensor = tensors[index];
    if (tensor === undefined) throw new RangeError(`tensor ${index} of ${tensors.length}`);
    return engine.memory().subarray(tensor.address, tensor.address + tensorBytes(tensor));
  };
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
    run(first = 0, last = manifest.steps.length) {
      let code: number;
      try {
        code = engine.run(first, last);
      } catch (error) {
        throw new WasmoteError(
          "run-failed",
          `steps ${first} to ${last} on ${engine.name}: ${error instanceof Error ? error.message : error}`,
        );
      }
      if (code !== 0)
        throw new WasmoteError("run-failed", `steps ${first} to ${last} on ${engine.name} returned ${code}`);
    },
    get runtimeBytes() {
      return engine.runtimeBytes?.();
    },
    close: () => engine.close(),
  };
}
