import { WasmoteError } from "../../errors.js";
import { invalidSamples } from "../tensor-files/samples.js";

/** Problems that are told one by one. */
const told = 5;

/** Files that could not be taken, told together: who has one damaged file of many often has more. */
export interface Problems {
  /** Does work on a file; undefined where it was refused, which is remembered. */
  attempt<T>(file: string, work: () => T | Promise<T>): Promise<T | undefined>;
  /** Remembers that a file was refused. */
  add(error: unknown, file: string): void;
  /** Whether there are so many that more are not told. */
  readonly enough: boolean;
  /** Throws the one problem that there was, or `calibration-invalid` for several. */
  throwIfAny(): void;
}

/** No problems yet. */
export function createProblems(): Problems {
  const found = new Map<string, WasmoteError>();
  const add = (thrown: unknown, file: string): void => {
    const error = invalidSamples(thrown, file);
    if (!(error instanceof WasmoteError)) throw error;
    if (!found.has(file)) found.set(file, error);
  };
  return {
    add,
    async attempt(file, work) {
      try {
        return await work();
      } catch (error) {
        add(error, file);
        return undefined;
      }
    },
    get enough() {
      return found.size > told;
    },
    throwIfAny() {
      const errors = [...found.values()];
      if (errors.length > 1) throw several(errors);
      if (errors[0] !== undefined) throw errors[0];
    },
  };
}

function several(errors: readonly WasmoteError[]): WasmoteError {
  const lines = errors.slice(0, told).map(({ place, detail }) => `${place.file}: ${detail}`);
  const more = errors.length - told;
  return new WasmoteError(
    "calibration-invalid",
    `${more > 0 ? `${told} or more` : errors.length} files cannot be taken`,
    {},
    {
      lines: more > 0 ? [...lines, "and others"] : lines,
      help: "Correct these files, or take them out of the samples.",
    },
  );
}
