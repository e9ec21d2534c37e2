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
  /** Of an application that was built for `tune`: the scores that each decision compared. */
  readonly judged: readonly Float32Array[];
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

/** Whole runs of a recording. Throws `input-size` where there is not one. */
function runsOf({ hop, source }: AppSection, samples: Int16Array): number {
  const runs = Math.floor(samples.length / (hop * source.channels));
  if (runs > 0) return runs;
  const detail = `${samples.length / source.channels} samples; at least ${hop} are expected, which one run takes`;
  throw new WasmoteError("input-size", detail);
}

const timeOf = ({ hop, source }: AppSection, run: number): number => ((run + 1) * hop) / source.rate;

/**
 * Runs an application over a recording as a board would, one hop after the other. What is less than a hop at the end is left out.
 *
 * @param runner with the application's file loaded; its state is reset first
 * @param samples interleaved, as the source gives them
 * @param each is told what every run gave
 * @param decisions whose scores are outputs, too
 * @throws as the runner does; `input-size` where there is not one hop
 */
export async function simulate(
  runner: Runner,
  app: AppSection,
  samples: Int16Array,
  each: (result: RunResult) => void | Promise<void> = () => {},
  decisions = 0,
): Promise<Simulated> {
  const length = app.hop * app.source.channels;
  const runs = runsOf(app, samples);
  await runner.reset();
  const events: AppEvent[] = [];
  for (let run = 0; run < runs; run++) {
    const hop = samples.slice(run * length, (run + 1) * length);
    await runner.writeInput(0, new Uint8Array(hop.buffer));
    await runner.run();
    const time = timeOf(app, run);
    const begins = [...(await runner.readOutput(outputs.events))].flatMap((flag, i) =>
      flag === 0 ? [] : [i],
    );
    const active = await runner.readOutput(outputs.active);
    const floats = async (output: number) =>
      new Float32Array((await runner.readOutput(output)).slice().buffer);
    const levels = await floats(outputs.levels);
    const judged: Float32Array[] = [];
    for (let i = 0; i < decisions; i++) judged.push(await floats(outputs.levels + 1 + i));
    for (const i of begins)
      events.push({ time, event: app.events[i] as string, level: levels[i] as number, run });
    await each({ time, begins, active, levels, judged });
  }
  return { events, runs };
}

/**
 * Has a board run its application over a recording by itself: the samples take the place of its source's.
 *
 * @throws as `simulate`, and what the board answers
 */
export async function simulateOnBoard(
  runner: BoardRunner,
  app: AppSection,
  samples: Int16Array,
): Promise<Simulated> {
  const whole = runsOf(app, samples) * app.hop * app.source.channels;
  const bytes = new Uint8Array(samples.buffer, samples.byteOffset, whole * samples.BYTES_PER_ELEMENT);
  const { events, runs, application } = await runner.feed(bytes);
  const named = events.map(({ run, event, level }) => ({
    time: timeOf(app, run),
    event: app.events[event] ?? `event ${event}`,
    level,
    run,
  }));
  return { events: named, runs, counts: { total: application.busy, most: application.most } };
}
