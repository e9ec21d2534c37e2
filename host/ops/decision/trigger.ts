import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { constantOf, given, inputsOf, lengthOf, requireDtype } from "../signal/tensors.js";

/** Attributes of a trigger. */
export interface TriggerAttributes {
  /** Whether the class with the highest score alone may begin, the first of several. */
  highest: boolean;
  /** Whether an event keeps all classes from beginning for its refractory time, not its own alone. */
  together: boolean;
}

/** When a class begins and ends. Times are in runs. */
export interface TriggerRule {
  /** The class begins where its score is at least `on`, and ends where it is not at least `off`. */
  on: number;
  off: number;
  /** Runs in a row in which the score must be so before it begins, at least 1. */
  hold: number;
  /** Runs in a row in which the score must be so before it ends, at least 1. */
  release: number;
  /** Runs after an event, in which there is no other. */
  refractory: number;
}

const mostRuns = 2 ** 30;

/** The rules of a node, class by class. Throws `NotRunnable`. */
export function triggerRules(node: BoundNode<TriggerAttributes>): TriggerRule[] {
  const [scores, levels, times] = inputsOf(node, "scores", "levels", "times") as [Tensor, Tensor, Tensor];
  const classes = lengthOf(scores, "scores");
  requireDtype(scores, "scores", "float32");
  requireDtype(levels, "levels", "float32");
  requireDtype(times, "times", "int32");
  requireThat(
    levels.shape.join() === `2,${classes}`,
    `levels of ${levels.shape.join("x")}; 2x${classes} are expected`,
  );
  requireThat(
    times.shape.join() === `3,${classes}`,
    `times of ${times.shape.join("x")}; 3x${classes} are expected`,
  );
  const level = constantOf(levels, "levels") as Float32Array;
  const time = constantOf(times, "times") as Int32Array;
  return Array.from({ length: classes }, (_, i): TriggerRule => {
    const [on, off] = [level[i] as number, level[classes + i] as number];
    const [hold, release, refractory] = [0, 1, 2].map((row) => time[row * classes + i] as number) as [
      number,
      number,
      number,
    ];
    requireThat(
      on >= off,
      `class ${i} begins at ${on} and ends below ${off}; a level to end that is no higher is expected`,
    );
    requireThat(
      hold >= 1 && release >= 1 && refractory >= 0 && Math.max(hold, release, refractory) <= mostRuns,
      `class ${i} is held for ${hold} runs, released for ${release}, silent for ${refractory}; at least 1, 1 and 0, at most ${mostRuns} are expected`,
    );
    return { on, off, hold, release, refractory };
  });
}

function firstHighest(scores: Values): number {
  let highest = 0;
  for (const [i, score] of scores.entries()) if (score > (scores[highest] as number)) highest = i;
  return highest;
}

/**
 * Events of scores that pass levels, with hysteresis, a time to hold, a time to release and a refractory time: which classes
 * begin in this run, and which of them last.
 *
 * Inputs: scores float32 [classes], constant levels float32 [2, classes] (where a class begins, where it ends), constant times
 * int32 [3, classes] in runs (hold, release, refractory). Variable: int32 [classes, 3], all 0 at first: runs in a row, whether the
 * class lasts, runs until it may begin.
 */
export const trigger: Operator<TriggerAttributes> = {
  name: "trigger",
  quantization: { output: "float" },
  infer(node) {
    const classes = triggerRules(node).length;
    const [state] = node.variables ?? [];
    requireThat(
      state?.dtype === "int32" && state.shape.join() === `${classes},3`,
      `the state is no variable of ${classes}x3 int32`,
    );
    const type = { dtype: "bool", shape: [classes] } as const;
    return [type, type];
  },
  macs: () => 0,
  reference(node, [input], [kept] = []) {
    const [scores, state] = [given(input), given(kept)];
    const rules = triggerRules(node);
    const [events, active] = [valuesLike(input, rules.length), valuesLike(input, rules.length)];
    const { highest, together } = node.attributes;
    const chosen = firstHighest(scores);
    let silence = 0;
    for (const [i, rule] of rules.entries()) {
      const score = scores[i] as number;
      const [runs, lasts, wait] = [0, 1, 2].map((part) => state[3 * i + part] as number) as [
        number,
        number,
        number,
      ];
      const passes = lasts === 1 ? !(score >= rule.off) : score >= rule.on && (!highest || chosen === i);
      const row = passes ? Math.min(runs + 1, mostRuns) : 0;
      const begins = lasts === 0 && row >= rule.hold && wait === 0;
      const ends = lasts === 1 && row >= rule.release;
      events[i] = begins ? 1 : 0;
      active[i] = begins || (lasts === 1 && !ends) ? 1 : 0;
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
    return [events, active];
  },
};
