import type { OpenedModule } from "../package/open.js";

/** A value that an engine in this process gives at once, and a board some time later. */
export type Awaitable<T> = T | Promise<T>;

/** A model loaded on some engine or board. Tensors are raw little-endian bytes, in the manifest's order. */
export interface Runner {
  /** Name as given to `--on`. */
  readonly name: string;
  /** Writes one input. Throws `input-size` where the length differs. */
  writeInput(index: number, bytes: Uint8Array): Awaitable<void>;
  /** Copy of one output's bytes. */
  readOutput(index: number): Awaitable<Uint8Array>;
  /**
   * Runs the steps first..last-1; all of them by default. Throws `run-failed` on a trap or a code other than 0, and
   * `run-limit` or `board-limit` where the runner's limit is reached.
   */
  run(first?: number, last?: number): Awaitable<void>;
  /** Sets the model's state to what it starts with; does nothing where it has none. It is so when a model is loaded. */
  reset(): Awaitable<void>;
  /** Bytes the engine takes besides linear memory; undefined where it cannot be told. */
  readonly runtimeBytes?: number;
  /** Frees the engine's memory, or ends the link to the board. */
  close(): Awaitable<void>;
}

/** A runner in this process: everything is done when the call returns, so that a clock around it measures it. */
export interface LocalRunner extends Runner {
  writeInput(index: number, bytes: Uint8Array): void;
  readOutput(index: number): Uint8Array;
  run(first?: number, last?: number): void;
  reset(): void;
  close(): void;
  /** Most that one run may take in milliseconds; infinite where the engine cannot be interrupted. */
  readonly limitMillis: number;
  /**
   * Does some work that runs the model, many times perhaps, and throws `run-limit` when it takes longer than so many
   * milliseconds. Runs in it have no limit of their own: what they cost is the engine's alone.
   */
  within<T>(millis: number, work: () => T): T;
}

/** How a model is loaded on an engine in this process. */
export interface RunnerOptions {
  /** The tier; portable unless told. */
  tier?: Tier;
  /** Most that one run may take in milliseconds; by default as `defaultLimitMillis` says. */
  limitMillis?: number;
}

/** Which kernels run: those of the model file, or the native ones that the runner offers in their place. */
export const tiers = ["portable", "accelerated"] as const;
export type Tier = (typeof tiers)[number];

/** Loads a model file on an engine in this process. Throws `tier-unavailable` where the engine has no such tier. */
export type OpenRunner = (
  wasm: Uint8Array,
  opened: OpenedModule,
  options?: RunnerOptions,
) => Promise<LocalRunner>;
