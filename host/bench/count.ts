import type { Manifest } from "../package/manifest.js";
import type { BoardRunner } from "../run/board.js";
import { exampleInputs } from "./example-inputs.js";
import type { BenchReport } from "./report.js";

/** How a count is made. */
export interface CountOptions {
  /** Told after each step. */
  onStep?(done: number, steps: number): void;
}

/**
 * Counts one inference and each of its steps on a board, by the board's own counter. The steps run one after the other,
 * each on what the step before left; a first inference, which is not counted, lets the engine compile everything.
 *
 * @param flashBytes size of the model's file
 * @throws what the runner throws
 */
export async function count(
  runner: BoardRunner,
  manifest: Manifest,
  flashBytes: number,
  { onStep }: CountOptions = {},
): Promise<BenchReport> {
  const writeInputs = async (): Promise<void> => {
    for (const [i, bytes] of exampleInputs(manifest).entries()) await runner.writeInput(i, bytes);
  };
  const all = manifest.steps.length;
  await writeInputs();
  await runner.count(0, all);
  await writeInputs();
  const total = await runner.count(0, all);
  await writeInputs();
  const steps: BenchReport["steps"] = [];
  for (const [i, { name, operator, macs }] of manifest.steps.entries()) {
    steps.push({ name, operator, macs, count: await runner.count(i, i + 1) });
    onStep?.(i + 1, all);
  }
  return {
    model: manifest.name,
    on: runner.name,
    tier: runner.tier,
    unit: runner.unit,
    total,
    steps,
    memory: {
      linearBytes: manifest.memoryBytes,
      runtimeBytes: runner.runtimeBytes,
      peakRamBytes: manifest.memoryBytes + runner.runtimeBytes,
      flashBytes,
    },
  };
}
