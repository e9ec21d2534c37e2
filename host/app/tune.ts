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
const graceSeconds = 1;

/** Digits of levels as people write them. */
const levelDigits = 4;

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
  levels: readonly number[] = candidatesOf(recordings, (judging.rules[event.index] as TriggerRule).class),
): LevelOutcome[] {
  const at = event.index;
  const hours = recordings.reduce((sum, { scores }) => sum + scores.length * runSeconds, 0) / 3600;
  return levels.map((over): LevelOutcome => {
    const under = Math.min(over, Number((over * event.ratio).toPrecision(levelDigits)));
    const rules = judging.rules.map((rule, i) => (i === at ? { ...rule, on: over, off: under } : rule));
    let [falseAlarms, found, labelled] = [0, 0, 0];
    for (const { scores, labels } of recordings) {
      const expected = labels.filter((label) => label.event === event.name);
      const times = (beginningsOf({ ...judging, rules }, scores)[at] as number[]).map(
        (run) => (run + 1) * runSeconds,
      );
      const isIn = (time: number, { start, end }: Label) => time >= start && time <= end + graceSeconds;
      falseAlarms += times.filter((time) => !expected.some((label) => isIn(time, label))).length;
      found += expected.filter((label) => times.some((time) => isIn(time, label))).length;
      labelled += expected.length;
    }
    return { over, under, falseAlarms, falseAlarmsPerHour: falseAlarms / hours, found, labelled };
  });
}

/** Outcomes of one block of neighbours that are equally good: of several blocks the widest. */
function widestOf(
  curve: readonly LevelOutcome[],
  isEqual: (outcome: LevelOutcome) => boolean,
): LevelOutcome[] {
  const blocks: LevelOutcome[][] = [];
  let before = false;
  for (const outcome of curve) {
    const equal = isEqual(outcome);
    if (equal && before) blocks.at(-1)?.push(outcome);
    else if (equal) blocks.push([outcome]);
    before = equal;
  }
  const widthOf = (block: readonly LevelOutcome[]) =>
    (block.at(-1) as LevelOutcome).over - (block[0] as LevelOutcome).over;
  return blocks.reduce((most, block) => (widthOf(block) > widthOf(most) ? block : most), blocks[0] ?? []);
}

/**
 * The outcome with the most labelled events found among those of at most so many false alarms an hour, of equal ones that of the level
 * in the middle between the lowest and the highest, so that there is room on both sides; undefined where there is none.
 *
 * @param curve for levels from low to high
 * @param outcomeAt what a level between them comes to
 */
export function chosenLevel(
  curve: readonly LevelOutcome[],
  falseAlarmsPerHour: number,
  outcomeAt: (level: number) => LevelOutcome | undefined,
): LevelOutcome | undefined {
  const allowed = curve.filter((outcome) => outcome.falseAlarmsPerHour <= falseAlarmsPerHour);
  const most = Math.max(0, ...allowed.map(({ found }) => found));
  const fewest = Math.min(
    ...allowed.filter(({ found }) => found === most).map(({ falseAlarms }) => falseAlarms),
  );
  const isEqual = ({ found, falseAlarms }: LevelOutcome) => found === most && falseAlarms === fewest;
  const equal = widestOf(curve, isEqual);
  const [lowest, highest] = [equal[0], equal.at(-1)];
  if (lowest === undefined || highest === undefined) return undefined;
  const middle = (lowest.over + highest.over) / 2;
  const between = outcomeAt(Number(middle.toPrecision(levelDigits)));
  if (between !== undefined && isEqual(between)) return between;
  return equal.reduce((near, each) =>
    Math.abs(each.over - middle) < Math.abs(near.over - middle) ? each : near,
  );
}
