/** Names of the units that `count` and `total` may have. */
export type BenchUnit = "instructions" | "cycles" | "nanoseconds";

/** What one step costs. */
export interface BenchStep {
  name: string;
  operator: string;
  macs: number;
  /** In the report's unit. */
  count: number;
}

/** What one inference costs on a runner: what `bench --json` prints. */
export interface BenchReport {
  model: string;
  on: string;
  tier: "portable" | "accelerated";
  unit: BenchUnit;
  /** One whole inference, in the unit. Measured by itself: it is not the sum of the steps. */
  total: number;
  steps: BenchStep[];
  memory: BenchMemory;
}

/** What one inference takes in bytes. Null where the runner cannot tell. */
export interface BenchMemory {
  /** Linear memory that the module touches. */
  linearBytes: number;
  /** What the engine takes besides linear memory. */
  runtimeBytes: number | null;
  /** The two above together. */
  peakRamBytes: number | null;
  /** The model's file, as it lies in flash. */
  flashBytes: number;
}
