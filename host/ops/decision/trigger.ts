import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { constantOf, given, inputsOf, lengthOf, requireDtype, requireWhole } from "../signal/tensors.js";

/** Attributes of a trigger. */
export interface TriggerAttributes {
  /** The class that each event comes from. */
  of: readonly number[];
  /** How many classes with the highest scores may begin, the first of equal ones; 0 for all. */
  highest: number;
  /** Whether an event keeps all events from beginning for its refractory time, not its own alone. */
  together: boolean;
}

/** When an event begins and ends. Times are in runs. */
export interface TriggerRule {
  /** The number of its class' score. */
  class: number;
  /** The event begins where its score is at least `on`, and ends where it is not at least `off`. */
  on: number;
  off: number;
  /** Runs in a row in which the score must be so before it begins, at least 1. */
  hold: number;
  /** Runs in a row in which the score must be so before it ends, at least 1. */
  release: number;
  /** Runs after an event, in which there is no other. */
  refractory: number;
}

/** The most runs that a rule may ask for. */
export const mostRuns = 2 ** 30;

/** Bytes of one event's rule in the weights section, and where its levels are there. */
export const triggerRuleBytes = 24;
export const triggerLevelsAt = 4;

/** The rules of a node's events, and the number of classes. Throws `NotRunnable`. */
export function triggerRules(node: BoundNode<TriggerAttributes>): { rules: TriggerRule[]; classes: number } {
  const [scores, levels, times] = inputsOf(node, "scores", "levels", "times") as [Tensor, Tensor, Tensor];
  const classes = lengthOf(scores, "scores");
  const { of } = node.attributes;
  requireDtype(scores, "scores", "float32");
  requireDtype(levels, "levels", "float32");
  requireDtype(times, "times", "int32");
  requireThat(of.length > 0, "there are no events; at least one is expected");
  requireThat(
    levels.shape.join() === `2,${of.length}`,
    `levels of ${levels.shape.join("x")}; 2x${of.length} are expected`,
  );
  requireThat(
    times.shape.join() === `3,${of.length}`,
    `times of ${times.shape.join("x")}; 3x${of.length} are expected`,
  );
  requireWhole(node.attributes.highest, "the number of highest classes", 0, mostRuns);
  const level = constantOf(levels, "levels") as Float32Array;
  const time = constantOf(times, "times") as Int32Array;
  const rules = of.map((number, i): TriggerRule => {
    requireWhole(number, `the class of event ${i}`, 0, classes - 1);
    const [on, off] = [level[i] as number, level[of.length + i] as number];
    const [hold, release, refractory] = [0, 1, 2].map((row) => time[row * of.length + i] as number) as [
      number,
      number,
      number,
    ];
    requireThat(
      on >= off,
      `event ${i} begins at ${on} and ends below ${off}; a level to end that is no higher is expected`,
    );
    requireThat(
      hold >= 1 && release >= 1 && refractory >= 0 && Math.max(hold, release, refractory) <= mostRuns,
      `event ${i} is held for ${hold} runs, released for ${release}, silent for ${refractory}; at least 1, 1 and 0, at most ${mostRuns} are expected`,
    );
    return { class: number, on, off, hold, release, refractory };
  });
  return { rules, classes };
}

/** Rules as the constant inputs of a node: levels and times. */
export function triggerConstants(rules: readonly TriggerRule[]): [levels: Tensor, times: Tensor] {
  const rows = (...fields: readonly (keyof TriggerRule)[]) =>
    fields.flatMap((field) => rules.map((rule) => rule[field]));
  const { length } = rules;
  return [
    { name: "levels", dtype: "float32", shape: [2, length], data: Float32Array.from(rows("on", "off")) },
    {
      name: "times",
      dtype: "int32",
      shape: [3, length],
      data: Int32Array.from(rows("hold", "release", "refractory")),
    },
  ];
}

/** Classes that stand before one: with a higher score, or an equal one and a lower number. */
function rankOf(scores: Values, number: number): number {
  const score = scores[number] as number;
  return [...scores].filter((other, i) => other > score || (other === score && i < number)).length;
}

/**
 * Events of scores that pass levels, with hysteresis, a time to hold, a time to release and a refractory time: which events begin in
 * this run, which of them last, and their classes' scores.
 *
 * Inputs: scores float32 [classes], constant levels float32 [2, events] (where an event begins, where it ends), constant times
 * int32 [3, events] in runs (hold, release, refractory). Variable: int32 [events, 3], all 0 at first: runs in a row, whether the
 * event lasts, runs until it may begin.
 */
export const trigger: Operator<TriggerAttributes> = {
  name: "trigger",
  quantization: { output: "float" },
  infer(node) {
    const { length } = triggerRules(node).rules;
    const [state] = node.variables ?? [];
    requireThat(
      state?.dtype === "int32" && state.shape.join() === `${length},3`,
      `the state is no variable of ${length}x3 int32`,
    );
    const flags = { dtype: "bool", shape: [length] } as const;
    return [flags, flags, { dtype: "float32", shape: [length] }];
  },
  macs: () => 0,
  reference(node, [input], [kept] = []) {
    const [scores, state] = [given(input), given(kept)];
    const { rules } = triggerRules(node);
    const [events, active, levels] = [0, 1, 2].map(() => valuesLike(input, rules.length)) as [
      Values,
      Values,
      Values,
    ];
    const { highest, together } = node.attributes;
    let silence = 0;
    for (const [i, rule] of rules.entries()) {
      const score = scores[rule.class] as number;
      const [runs, lasts, wait] = [0, 1, 2].map((part) => state[3 * i + part] as number) as [
        number,
        number,
        number,
      ];
      const passes =
        lasts === 1
          ? !(score >= rule.off)
          : score >= rule.on && (highest === 0 || rankOf(scores, rule.class) < highest);
      const row = passes ? Math.min(runs + 1, mostRuns) : 0;
      const begins = lasts === 0 && row >= rule.hold && wait === 0;
      const ends = lasts === 1 && row >= rule.release;
      events[i] = begins ? 1 : 0;
      active[i] = begins || (lasts === 1 && !ends) ? 1 : 0;
      levels[i] = score;
      if (begins && together) silence = Math.max(silence, rule.refractory);
      state.set(
        [begins || ends ? 0 : row, active[i] as number, begins ? rule.refractory : Math.max(0, wait - 1)],
        3 * i,
      );
    }
    for (const i of rules.keys()) {
      const wait = state[3 * i + 2] as number;
      if (events[i] === 0 && wait < silence) state[3 * i + 2] = silence;
    }
    return [events, active, levels];
  },
};
