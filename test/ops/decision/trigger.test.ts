import { test } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../harness.js";
import { matchReference, refusalOf, type SignalCase, tensor } from "../signal/signal-case.js";

interface Rules {
  of?: readonly number[];
  classes?: number;
  on: readonly number[];
  off?: readonly number[];
  hold?: readonly number[];
  release?: readonly number[];
  refractory?: readonly number[];
  highest?: number;
  together?: boolean;
}

function given({
  on,
  of = [...on.keys()],
  classes = on.length,
  highest = 0,
  together = false,
  ...rules
}: Rules): SignalCase {
  const all = (value: number) => on.map(() => value);
  const { off = on, hold = all(1), release = all(1), refractory = all(0) } = rules;
  return {
    operator: "trigger",
    attributes: { of, highest, together },
    inputs: [
      tensor("float32", [classes]),
      tensor("float32", [2, on.length], [...on, ...off]),
      tensor("int32", [3, on.length], [...hold, ...release, ...refractory]),
    ],
    variables: [tensor("int32", [on.length, 3])],
    outputs: 3,
  };
}

/** Events and activity of one class, a character each run: "!" begins, "=" lasts, "." neither. */
async function drawn(rules: Rules, scores: readonly number[]): Promise<string> {
  let text = "";
  for (let runs = 1; runs <= scores.length; runs++) {
    const [events, active] = await matchReference(
      given(rules),
      ...scores.slice(0, runs).map((score) => [[score]]),
    );
    text += events?.[0] === 1 ? "!" : active?.[0] === 1 ? "=" : ".";
    if (events?.[0] === 1) assert.is(active?.[0], 1);
  }
  return text;
}

test("a class begins at one level and ends below another", async () => {
  assert.is(await drawn({ on: [0.5], off: [0.25] }, [0.4, 0.5, 0.3, 0.25, 0.2, 0.4, 0.6]), ".!==..!");
  assert.is(await drawn({ on: [0.5] }, [0.5, 0.5, 0.4, 0.5, Number.NaN, 0.5]), "!=.!.!");
});

test("it takes runs in a row to begin and to end", async () => {
  assert.is(await drawn({ on: [1], hold: [3] }, [1, 1, 0, 1, 1, 1, 1, 0]), ".....!=.");
  assert.is(await drawn({ on: [1], release: [2] }, [1, 0, 1, 0, 0, 1]), "!===.!");
});

test("after an event there is none for the refractory time", async () => {
  assert.is(await drawn({ on: [1], refractory: [3] }, [1, 0, 1, 1, 1, 0, 1]), "!...!..");
  const both = { on: [1, 1], refractory: [2, 0] };
  const runs = [[[1, 0]], [[1, 1]]];
  const [alone] = await matchReference(given(both), ...runs);
  assert.equal([...(alone as Uint8Array)], [0, 1]);
  const [together] = await matchReference(given({ ...both, together: true }), ...runs);
  assert.equal([...(together as Uint8Array)], [0, 0]);
});

test("of several classes the highest alone begins, if so wanted", async () => {
  const rules = { on: [0.1, 0.1, 0.1] };
  const [all] = await matchReference(given(rules), [[0.2, 0.7, 0.7]]);
  assert.equal([...(all as Uint8Array)], [1, 1, 1]);
  const [highest] = await matchReference(given({ ...rules, highest: 1 }), [[0.2, 0.7, 0.7]]);
  assert.equal([...(highest as Uint8Array)], [0, 1, 0]);
  const [two] = await matchReference(given({ ...rules, highest: 2 }), [[0.2, 0.7, 0.7]]);
  assert.equal([...(two as Uint8Array)], [0, 1, 1]);
  const [equal] = await matchReference(given({ ...rules, highest: 2 }), [[0.7, 0.7, 0.7]]);
  assert.equal([...(equal as Uint8Array)], [1, 1, 0]);
  const [unknown] = await matchReference(given({ ...rules, highest: 1 }), [[Number.NaN, 0.2, 0.7]]);
  assert.equal([...(unknown as Uint8Array)], [0, 0, 1]);
});

test("events come from classes in any order, and give their scores; those without an event count, too", async () => {
  const rules = { on: [0.5, 0.1], of: [3, 1], classes: 4, highest: 1 };
  const [events, active, levels] = await matchReference(given(rules), [[0, 0.2, 0.9, 0.6]]);
  assert.equal(
    [events, active].map((flags) => [...(flags as Uint8Array)]),
    [
      [0, 0],
      [0, 0],
    ],
  );
  assert.equal([...(levels as Float32Array)], [0.6, 0.2].map(Math.fround));
  const [highest] = await matchReference(given(rules), [[0, 0.2, 0.3, 0.6]]);
  assert.equal([...(highest as Uint8Array)], [1, 0]);
});

test("random rules and scores", async () => {
  for (let seed = 0; seed < 12; seed++) {
    const { integer, real } = random(seed);
    const classes = integer(1, 5);
    const count = integer(1, 5);
    const list = (make: () => number) => Array.from({ length: count }, make);
    const on = list(() => Math.fround(real()));
    const rules = {
      on,
      of: list(() => integer(0, classes - 1)),
      classes,
      off: on.map((level) => Math.fround(level * real())),
      hold: list(() => integer(1, 3)),
      release: list(() => integer(1, 3)),
      refractory: list(() => integer(0, 5)),
      highest: seed % 4,
      together: seed % 3 === 0,
    };
    await matchReference(
      given(rules),
      ...Array.from({ length: 40 }, () => [Array.from({ length: classes }, real)]),
    );
  }
});

test("rules that contradict themselves are refused", () => {
  assert.is(refusalOf(given({ on: [0.5] })), "taken");
  assert.match(refusalOf(given({ on: [0.5], off: [0.6] })), /event 0 begins at 0.5 and ends below 0.6/);
  assert.match(refusalOf(given({ on: [0.5], hold: [0] })), /held for 0 runs/);
  assert.match(
    refusalOf(given({ on: [1], of: [1] })),
    /the class of event 0 is 1; a whole number from 0 to 0/,
  );
  assert.match(refusalOf({ ...given({ on: [1] }), variables: [tensor("int32", [3])] }), /no variable of 1x3/);
});

test.run();
