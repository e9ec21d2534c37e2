import type { OpenedModule } from "../package/open.js";

/** A model loaded on some engine. Tensors are raw little-endian bytes, in the manifest's order. */
export interface Runner {
  /** Name as given to `--on`. */
  readonly name: string;
  /** Writes one input. Throws `input-size` where the length differs. */
  writeInput(index: number, bytes: Uint8Array): void;
  /** Copy of one output's bytes. */
  readOutput(index: number): Uint8Array;
  /** Runs the steps first..last-1; all of them by default. Throws `run-failed` on a trap or a code other than 0. */
  run(first?: number, last?: number): void;
  /** Bytes the engine takes besides linear memory; undefined where it cannot be told. */
  readonly runtimeBytes?: number;
  /** Frees the engine's memory. */
  close(): void;
}

/** Loads a model file on an engine. */
export type OpenRunner = (wasm: Uint8Array, opened: OpenedModule) => Promise<Runner>;
