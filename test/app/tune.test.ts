import { test } from "uvu";
import * as assert from "uvu/assert";
import { labelsOf, readEventLabels } from "../../host/app/labels.js";
import { chosenLevel, levelCurve } from "../../host/app/tune.js";
import type { Judging } from "../../host/app/values.js";
import { WasmoteError } from "../../host/errors.js";

const rule = { class: 0, on: 0.5, off: 0.25, hold: 1, release: 1, refractory: 0 };
const judging = (...rules: readonly (typeof rule)[]): Judging => ({
  scores: { name: "scores", dtype: "float32", shape: [rules.length] },
  attributes: { of: rules.map((own) => own.class), highest: 0, together: false },
  rules,
});
const runs = (...scores: readonly number[]) => scores.map((score) => Float32Array.of(score));

test("a curve counts what is found of labelled events, and what begins beside them", () => {
  const recordings = [
    // A second a run: an event labelled from 2 to 3 s, which begins with the second or the third run; noise later.
    { scores: runs(0, 0.75, 1, 0, 0, 0, 0, 0.5, 0), labels: [{ file: "a", start: 2, end: 3, event: "x" }] },
    { scores: runs(0, 0.25, 0), labels: [] },
  ];
  const curve = levelCurve(judging(rule), recordings, { name: "x", index: 0, ratio: 0.5 }, 1);
  assert.equal(
    curve.map(({ over, under, falseAlarms, found, labelled }) => [over, under, falseAlarms, found, labelled]),
    [
      [0, 0, 2, 0, 1],
      [0.25, 0.125, 2, 1, 1],
      [0.5, 0.25, 1, 1, 1],
      [0.75, 0.375, 0, 1, 1],
      [1, 0.5, 0, 1, 1],
    ],
  );
  assert.is(curve[2]?.falseAlarmsPerHour, 3600 / 12);
  const none = () => undefined;
  assert.is(chosenLevel(curve, 0, none)?.over, 0.75);
  assert.is(chosenLevel(curve, 300, none)?.over, 0.75, "fewer false alarms, where as many are found");
  assert.is(chosenLevel(curve.slice(0, 2), 0, none), undefined);
});

test("of equally good levels the one in the middle is picked, however many scores lie near one end", () => {
  const outcome = (over: number, falseAlarms: number) =>
    ({ over, under: over, falseAlarms, falseAlarmsPerHour: falseAlarms, found: 1, labelled: 1 }) as const;
  const curve = [outcome(0.1, 2), ...[0.2, 0.9, 0.91, 0.92, 0.93].map((over) => outcome(over, 0))];
  assert.equal(
    chosenLevel(curve, 0, (level) => outcome(level, 0)),
    outcome(0.565, 0),
  );
  assert.is(chosenLevel(curve, 0, (level) => outcome(level, 1))?.over, 0.9, "what is between is worse");
  const apart = [...curve, outcome(0.95, 1), outcome(0.97, 0)];
  assert.is(chosenLevel(apart, 0, (level) => outcome(level, 0))?.over, 0.565, "the widest block's");
});

test("an event counts as found until a second after its end, and times of the decision's rules count", () => {
  const late = [{ scores: runs(0, 0, 0, 1, 0), labels: [{ file: "a", start: 1, end: 3, event: "x" }] }];
  const found = (held: typeof rule, end: number) =>
    levelCurve(
      judging(held),
      [{ ...late[0]!, labels: [{ ...late[0]!.labels[0]!, end }] }],
      { name: "x", index: 0, ratio: 1 },
      1,
    ).at(-1)?.found;
  assert.is(found(rule, 3), 1);
  assert.is(found(rule, 2.9), 0);
  assert.is(found({ ...rule, hold: 2 }, 3), 0, "it is not held for two runs");
});

test("labels are lines or a list, and belong to recordings by the end of their paths", () => {
  const text = (value: string) => new TextEncoder().encode(value);
  const expected = [{ file: "a/b.wav", start: 0.5, end: 1, event: "yes" }];
  assert.equal(readEventLabels(text("event, file,start,end\r\nyes,a/b.wav,0.5,1\n\n"), "l.csv"), expected);
  assert.equal(readEventLabels(text(JSON.stringify(expected)), "l.json"), expected);
  assert.is(labelsOf(expected, "data/a/b.wav").length, 1);
  assert.is(labelsOf(expected, "data/c/b.wav").length, 0);
  const [named] = expected.map((label) => ({ ...label, file: "b.wav" }));
  assert.is(labelsOf([named!], "data/c/b.wav").length, 1);
  const refusal = (value: string, path: string): string => {
    try {
      readEventLabels(text(value), path);
    } catch (error) {
      if (error instanceof WasmoteError) return error.detail;
      throw error;
    }
    return "";
  };
  assert.match(refusal("a,b\n", "l.csv"), /its first line is "a,b"; file,start,end,event is expected/);
  assert.match(refusal("file,start,end,event\na.wav,2,1,yes\n", "l.csv"), /line 2: file, start, end, event/);
  assert.match(refusal("{}", "l.json"), /no list/);
  assert.match(refusal("[", "l.json"), /no JSON/);
});

test.run();
