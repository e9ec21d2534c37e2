import type { Manifest } from "../package/manifest.js";
import type { LocalRunner, Tier } from "../run/types.js";
import { exampleInputs } from "./example-inputs.js";
import type { BenchReport } from "./report.js";

/** How long is measured, and with which clock. */
export interface MeasureOptions {
  /** Nanoseconds since some fixed moment. */
  clock(): number;
  /** Time to spend, in nanoseconds; every figure is taken at least `minRounds` times whatever it costs. */
  budgetNanoseconds?: number;
  minRounds?: number;
  maxRounds?: number;
  /** The tier that the runner was opened with. */
  tier?: Tier;
  /** Told after each round. */
  onRound?(done: number, rounds: number): void;
}

const defaults = { budgetNanoseconds: 1e9, minRounds: 3, maxRounds: 50 };
const warmUpNanoseconds = 1e8;
const batchNanoseconds = 2e5;
const maxBatch = 10_000;
/** Measuring may take as long as so many runs that each reach their limit. */
const runsOfMeasuring = 16;

/**
 * Measures one inference and each of its steps on a runner, in nanoseconds.
 *
 * Every round times whole inferences, and then each step alone, by running just that step. What takes less than
 * 0.2 ms is run several times in a row and divided. Each figure is the **minimum** over the rounds: what disturbs
 * a measurement on a machine with other work only ever adds to it. A step's figure includes one call into the
 * module. Inputs are pseudo-random bytes, the same at every run.
 *
 * @param flashBytes size of the model's file
 * @throws `run-failed`, `run-limit`
 */
export function measure(
  runner: LocalRunner,
  manifest: Manifest,
  flashBytes: number,
  options: MeasureOptions,
): BenchReport {
  const { clock, budgetNanoseconds } = { ...defaults, ...options };
  const subjects = [() => runner.run(), ...manifest.steps.map((_, step) => () => runner.run(step, step + 1))];
  writeInputs(runner, manifest);
  runner.run();

  const limitMillis = runner.limitMillis * runsOfMeasuring + budgetNanoseconds / 1e6;
  const best = runner.within(limitMillis, () => {
    warmUp(subjects[0]!, clock);
    const batches = subjects.map((run) => batchSize(timed(run, 1, clock)));
    const round = (): number[] => {
      writeInputs(runner, manifest);
      return subjects.map((run, i) => timed(run, batches[i]!, clock));
    };
    return bestOfRounds(round, options);
  });

  const runtimeBytes = runner.runtimeBytes ?? null;
  return {
    model: manifest.name,
    on: runner.name,
    tier: options.tier ?? "portable",
    unit: "nanoseconds",
    total: Math.round(best[0]!),
    steps: manifest.steps.map(({ name, operator, macs }, i) => ({
      name,
      operator,
      macs,
      count: Math.round(best[i + 1]!),
    })),
    memory: {
      linearBytes: manifest.memoryBytes,
      runtimeBytes,
      peakRamBytes: runtimeBytes === null ? null : manifest.memoryBytes + runtimeBytes,
      flashBytes,
    },
  };
}

/** Each figure's minimum over as many rounds as the budget has time for, by the time of the first. */
function bestOfRounds(round: () => number[], options: MeasureOptions): number[] {
  const { clock, onRound, budgetNanoseconds, minRounds, maxRounds } = { ...defaults, ...options };
  const start = clock();
  let best = round();
  const rounds = clamp(Math.floor(budgetNanoseconds / Math.max(1, clock() - start)), minRounds, maxRounds);
  onRound?.(1, rounds);
  for (let done = 2; done <= rounds; done++) {
    const next = round();
    best = best.map((nanoseconds, i) => Math.min(nanoseconds, next[i]!));
    onRound?.(done, rounds);
  }
  return best;
}

function timed(run: () => void, batch: number, clock: () => number): number {
  const start = clock();
  for (let i = 0; i < batch; i++) run();
  return (clock() - start) / batch;
}

function batchSize(nanoseconds: number): number {
  return clamp(Math.ceil(batchNanoseconds / Math.max(1, nanoseconds)), 1, maxBatch);
}

function warmUp(run: () => void, clock: () => number): void {
  const start = clock();
  do run();
  while (clock() - start < warmUpNanoseconds);
}

function writeInputs(runner: LocalRunner, manifest: Manifest): void {
  for (const [i, bytes] of exampleInputs(manifest).entries()) runner.writeInput(i, bytes);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
