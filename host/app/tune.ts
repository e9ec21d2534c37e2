import { type TriggerRule, trigger, triggerConstants } from "../ops/decision/trigger.js";
import type { Label } from "./labels.js";
import type { Judging } from "./values.js";

/** What a decision compared in a recording: the scores of each run. */
export interface JudgedRecording {
  readonly scores: readonly Float32Array[];
  readonly labels: readonly Label[];
}

/** What comes of a level. */
export interface LevelOutcome {
  readonly over: number;
  readonly under: number;
  readonly falseAlarms: number;
  readonly falseAlarmsPerHour: number;
  /** Labelled events that were found, of all. */
  readonly found: number;
  readonly labelled: number;
}

/** Levels that are tried of an event, at most. */
const mostLevels = 200;

/** Seconds after a labelled event in which it may still be told: scores are smoothed, and models take what lies behind. */
const defaultGrace = 1;

/** Runs in which each event begins. */
function beginningsOf(
  { attributes, rules, scores: compared }: Judging,
  scores: readonly Float32Array[],
): number[][] {
  const inputs = [compared, ...triggerConstants(rules)];
  const node = { name: "", attributes, inputs, outputs: [], variables: [] };
  const state = new Float64Array(3 * rules.length);
  const begins = rules.map((): number[] => []);
  for (const [run, values] of scores.entries()) {
    const [events] = trigger.reference(node, [values], [state]);
    events?.forEach((flag, i) => {
      if (flag !== 0) begins[i]?.push(run);
    });
  }
  return begins;
}

/** The levels that are worth trying: those between which scores lie, evenly spread over the scores. */
function candidatesOf(recordings: readonly JudgedRecording[], at: number): number[] {
  const all = [...new Set(recordings.flatMap(({ scores }) => scores.map((values) => values[at] as number)))]
    .filter((score) => Number.isFinite(score))
    .sort((a, b) => a - b);
  if (all.length <= mostLevels) return all;
  return Array.from(
    { length: mostLevels },
    (_, i) => all[Math.round((i * (all.length - 1)) / (mostLevels - 1))] as number,
  );
}

/**
 * What an event's level comes to, for levels from low to high: how often it begins where it is not labelled, and how many of the
 * labelled ones are found. What is decided with other rules is decided by the operator's own reference.
 *
 * @param index the event's, of the decision
 * @param ratio of the level to end to the level to begin
 * @param runSeconds from one run to the next
 */
export function levelCurve(
  judging: Judging,
  recordings: readonly JudgedRecording[],
  event: { readonly name: string; readonly index: number; readonly ratio: number },
  runSeconds: number,
  grace: number = defaultGrace,
): LevelOutcome[] {
  const at = event.index;
  const own = (judging.rules[at] as TriggerRule).class;
  const hours = recordings.reduce((sum, { scores }) => sum + scores.length * runSeconds, 0) / 3600;
  return candidatesOf(recordings, own).map((over): LevelOutcome => {
    const under = Math.fround(over * event.ratio);
    const rules = judging.rules.map((rule, i) =>
      i === at ? { ...rule, on: over, off: Math.min(over, under) } : rule,
    );
    let [falseAlarms, found, labelled] = [0, 0, 0];
    for (const { scores, labels } of recordings) {
      const expected = labels.filter((label) => label.event === event.name);
      const times = (beginningsOf({ ...judging, rules }, scores)[at] as number[]).map(
        (run) => (run + 1) * runSeconds,
      );
      const isIn = (time: number, { start, end }: Label) => time >= start && time <= end + grace;
      falseAlarms += times.filter((time) => !expected.some((label) => isIn(time, label))).length;
      found += expected.filter((label) => times.some((time) => isIn(time, label))).length;
      labelled += expected.length;
    }
    return {
      over,
      under: Math.min(over, under),
      falseAlarms,
      falseAlarmsPerHour: falseAlarms / hours,
      found,
      labelled,
    };
  });
}

/**
 * The outcome with the most labelled events found among those of at most so many false alarms an hour, of several the middle one, so
 * that there is room on both sides; undefined where there is none.
 */
export function chosenLevel(
  curve: readonly LevelOutcome[],
  falseAlarmsPerHour: number,
): LevelOutcome | undefined {
  const allowed = curve.filter((outcome) => outcome.falseAlarmsPerHour <= falseAlarmsPerHour);
  const most = Math.max(0, ...allowed.map(({ found }) => found));
  const best = allowed.filter(({ found }) => found === most);
  const fewest = Math.min(...best.map(({ falseAlarms }) => falseAlarms));
  const equal = best.filter(({ falseAlarms }) => falseAlarms === fewest);
  return equal[Math.floor((equal.length - 1) / 2)];
}
