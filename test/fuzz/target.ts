/** What one fuzzed part of the project offers. A target is a file of `test/fuzz/targets/` that exports `target`. */
export interface FuzzTarget {
  /** Its name on the command line: the file's path below `targets/`, without its ending. */
  name: string;
  /** Tries cases; gives what was found. Case `i` depends on the seed and `i` alone, so that it can be repeated. */
  run(options: FuzzOptions): Promise<FuzzResult>;
}

/** What a target is asked to do. */
export interface FuzzOptions {
  /** How many cases there are in all: the target tries `first` to `cases - 1`. */
  cases: number;
  /** Seed of all choices. */
  seed: number;
  /** The first case to try, 0 unless told: the driver goes on after a case that crashed, or repeats one. */
  first?: number;
  /** Takes lines of progress. */
  log(line: string): void;
  /**
   * Told of each case before it is tried, with a function that gives its input: the driver stops a case that takes too
   * long or too much memory, and saves its input.
   */
  begin?(index: number, input: () => FuzzInput): void;
  /** Told of each finding at once, so that it is not lost where a later case ends the process. */
  found?(finding: Finding): void;
}

/** The files, or other bytes, that one case is made of, by name. */
export type FuzzInput = Readonly<Record<string, Uint8Array>>;

/** A case that ended as it must not. */
export interface Finding {
  /** Number of the case. */
  index: number;
  /** What happened. */
  message: string;
  input: FuzzInput;
}

/** What a target found. */
export interface FuzzResult {
  /** How many cases ended how: "accepted", or a code of the error table. */
  outcomes: Record<string, number>;
  findings: Finding[];
}
