import { z } from "zod";
import type { Tensor } from "../../graph/tensor.js";
import type { GraphWriter } from "../../import/graph-writer.js";
import { cast } from "../../ops/conversion/cast.js";
import { type TriggerRule, trigger, triggerConstants } from "../../ops/decision/trigger.js";
import { greaterEqual } from "../../ops/elementwise/comparisons.js";
import { reduceMax } from "../../ops/reduction/reduce.js";
import { duration, namePattern, stageName } from "../fields.js";
import { meanOfLast } from "../mean-of-last.js";
import type { StageKind } from "../stage.js";
import { refuseApplication, runsOf } from "../times.js";
import type { Scores } from "../values.js";

const event = z.strictObject({
  class: z
    .union([z.string().min(1), z.int().min(0)], "the name of a class, or its number from 0 on")
    .optional()
    .describe(
      "The score that it comes from, by name or number; by default the one of the event's name, or the only one.",
    ),
  over: z.number().describe("It begins where the score is at least this."),
  under: z.number().optional().describe("It ends where the score is not at least this; `over` by default."),
  hold: duration
    .optional()
    .describe("How long the score must be so before it begins; not at all by default."),
  release: duration.optional().describe("How long before it ends; not at all by default."),
  refractory: duration
    .optional()
    .describe("After it began, for how long it does not begin again; not at all by default."),
});

const schema = z.strictObject({
  type: z.literal("decision"),
  from: stageName("The scores."),
  mean: duration.optional().describe("Scores are their mean over this time."),
  majority: duration
    .optional()
    .describe("Scores are how often, over this time, each was the highest. Not with `mean`."),
  highest: z
    .union([z.boolean(), z.int().min(1)], "true, false or a whole number from 1 on")
    .default(false)
    .describe("How many classes with the highest scores may begin; true for 1, false for all."),
  together: z
    .boolean()
    .default(false)
    .describe("Whether an event's refractory time keeps all events from beginning."),
  events: z
    .record(z.string().regex(namePattern, "a name of letters, digits, and -_. inside"), event)
    .describe("The events, by their names."),
});

type Config = z.infer<typeof schema>;

/** Number of the score that an event comes from. */
function classOf(
  name: string,
  { class: wanted }: Config["events"][string],
  { classes }: Scores,
  count: number,
  at: string,
): number {
  if (typeof wanted === "number") {
    return wanted < count ? wanted : refuseApplication(`${at}.class`, `${wanted}; there are ${count} scores`);
  }
  const known = classes?.indexOf(wanted ?? name) ?? -1;
  if (known >= 0) return known;
  if (wanted === undefined && count === 1) return 0;
  const names =
    classes === undefined ? `none of the ${count} scores has a name` : `there are ${classes.join(", ")}`;
  return refuseApplication(`${at}.class`, `"${wanted ?? name}"; ${names}`);
}

/** 1 for the highest score, 0 for others. */
function highestOf(write: GraphWriter, scores: Tensor): Tensor {
  const most = write.node(reduceMax, { axes: [0], keepDims: true }, [scores]);
  return write.node(cast, { to: "float32" }, [write.node(greaterEqual, {}, [scores, most])]);
}

/**
 * Events of scores: smoothed, compared with levels, with hysteresis and times. It decides in every run, on the last scores.
 *
 * Source: ESPHome's micro_wake_word (mean over a window, refractory time), TensorFlow Lite Micro's RecognizeCommands, Edge Impulse's
 * performance calibration.
 */
export const decision: StageKind<typeof schema> = {
  schema,
  compile(config, { graph, name, at, runSeconds, input }) {
    const scores = input("scores");
    const { tensor, when, period } = scores.signal;
    const count = tensor.shape[0] as number;
    const entries = Object.entries(config.events);
    if (entries.length === 0) refuseApplication(`${at}.events`, "at least one event is expected");
    if (config.mean !== undefined && config.majority !== undefined)
      refuseApplication(`${at}.majority`, "either a mean or a majority is expected");
    const smoothed = graph.under(when, () => {
      const write = graph.writer(`${name} scores`);
      const over = config.mean ?? config.majority;
      const times =
        over === undefined
          ? 1
          : runsOf(over, period * runSeconds, `${at}.${config.mean ? "mean" : "majority"}`);
      return meanOfLast(write, config.majority === undefined ? tensor : highestOf(write, tensor), times);
    });
    const lasting = graph.lasting({ tensor: smoothed, when, period });
    const numbers = entries.map(([event, rule]) =>
      classOf(event, rule, scores, count, `${at}.events.${event}`),
    );
    const write = graph.writer(name);
    const rules = entries.map(
      ([event, { over, under = over, hold, release, refractory }], i): TriggerRule => {
        const place = `${at}.events.${event}`;
        if (under > over)
          refuseApplication(
            `${place}.under`,
            `${under}; at most ${over} is expected, where the event begins`,
          );
        const runs = (text: string | undefined, field: string, least: number) =>
          text === undefined ? least : runsOf(text, runSeconds, `${place}.${field}`, least);
        return {
          class: numbers[i] as number,
          on: over,
          off: under,
          hold: runs(hold, "hold", 1),
          release: runs(release, "release", 1),
          refractory: runs(refractory, "refractory", 0),
        };
      },
    );
    const constants = triggerConstants(rules);
    const names = entries.map(([event]) => event);
    graph.refer(name, { kind: "levels", rows: rules.length, columns: 2, names }, constants.slice(0, 1));
    const attributes = { of: numbers, highest: Number(config.highest), together: config.together };
    const [begins, active, levels] = write.nodes(trigger, attributes, [lasting, ...constants], {
      variables: [{ name: `${name} state`, dtype: "int32", shape: [rules.length, 3] }],
    }) as [Tensor, Tensor, Tensor];
    return {
      kind: "events",
      names,
      begins,
      active,
      levels,
      judging: { scores: lasting, attributes, rules },
    };
  },
};
