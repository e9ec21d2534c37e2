import { WasmoteError } from "../errors.js";
import type { AppSection } from "../package/app.js";
import type { BoardRunner } from "../run/board.js";
import type { Runner } from "../run/types.js";

/** An event that began. */
export interface AppEvent {
  /** Seconds from the recording's beginning to the end of the run. */
  readonly time: number;
  readonly event: string;
  /** The score that it comes from. */
  readonly level: number;
  /** Number of the run, from 0. */
  readonly run: number;
}

/** What an application gave in one run. */
export interface RunResult {
  readonly time: number;
  readonly begins: readonly number[];
  readonly active: Uint8Array;
  readonly levels: Float32Array;
}

/** What came of a recording. */
export interface Simulated {
  readonly events: readonly AppEvent[];
  readonly runs: number;
  /** Of a board: what its counter says of all runs, and of the one that took the most. */
  readonly counts?: { readonly total: number; readonly most: number };
}

/** Positions of an application's outputs. */
const outputs = { events: 0, active: 1, levels: 2 } as const;

/**
 * Runs an application over a recording as a board would, one hop after the other. What is less than a hop at the end is left out.
 *
 * @param runner with the application's file loaded; its state is reset first
 * @param samples interleaved, as the source gives them
 * @param steps of the application's model; `each` is told what every run gave
 * @throws as the runner does; `input-size` where there is not one hop
 */
export async function simulate(
  runner: Runner | BoardRunner,
  app: AppSection,
  samples: Int16Array,
  { steps, each = () => {} }: { steps: number; each?: (result: RunResult) => void | Promise<void> },
): Promise<Simulated> {
  const length = app.hop * app.source.channels;
  const runs = Math.floor(samples.length / length);
  if (runs === 0) {
    const detail = `${samples.length / app.source.channels} samples; at least ${app.hop} are expected, which one run takes`;
    throw new WasmoteError("input-size", detail);
  }
  await runner.reset();
  const events: AppEvent[] = [];
  const counts: number[] = [];
  for (let run = 0; run < runs; run++) {
    const hop = samples.slice(run * length, (run + 1) * length);
    await runner.writeInput(0, new Uint8Array(hop.buffer));
    if ("count" in runner) counts.push(await runner.count(0, steps));
    else await runner.run();
    const time = ((run + 1) * app.hop) / app.source.rate;
    const begins = [...(await runner.readOutput(outputs.events))].flatMap((begins, i) =>
      begins === 0 ? [] : [i],
    );
    const active = await runner.readOutput(outputs.active);
    const levels = new Float32Array((await runner.readOutput(outputs.levels)).slice().buffer);
    for (const i of begins)
      events.push({ time, event: app.events[i] as string, level: levels[i] as number, run });
    await each({ time, begins, active, levels });
  }
  if (counts.length === 0) return { events, runs };
  const total = counts.reduce((sum, count) => sum + count, 0);
  return { events, runs, counts: { total, most: Math.max(...counts) } };
}
