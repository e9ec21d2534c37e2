import type { Tensor } from "../graph/tensor.js";
import { cast } from "../ops/conversion/cast.js";
import { trigger, triggerConstants } from "../ops/decision/trigger.js";
import { abs } from "../ops/elementwise/functions.js";
import { reshape } from "../ops/movement/reshape.js";
import { reduceMax } from "../ops/reduction/reduce.js";
import type { AppGraph } from "./app-graph.js";
import type { Events } from "./values.js";

/** Seconds of samples that one run takes of an application without stages, and that may wait. */
export const sourceOnlySeconds = { hop: 0.02, buffer: 0.5 } as const;

/** Samples of each channel that one run takes at least: they are the most that a packet of the link brings. */
export const leastHop = 16;

/** What such an application tells: how loud its samples are, as the level of an event that never begins. */
export function sourceOnly(graph: AppGraph, samples: Tensor, hop: number, channels: number): Events {
  const write = graph.writer("loudest");
  const real = write.node(cast, { to: "float32" }, [samples]);
  const flat = write.node(reshape, { shape: [hop * channels] }, [write.node(abs, {}, [real])]);
  const scores = write.node(reduceMax, { axes: [0], keepDims: true }, [flat]);
  const beyond = 65_536;
  const rules = [{ class: 0, on: beyond, off: beyond, hold: 1, release: 1, refractory: 0 }];
  const attributes = { of: [0], highest: 0, together: false };
  const [begins, active, levels] = write.nodes(trigger, attributes, [scores, ...triggerConstants(rules)], {
    variables: [{ name: "loudest state", dtype: "int32", shape: [1, 3] }],
  }) as [Tensor, Tensor, Tensor];
  return { kind: "events", names: ["never"], begins, active, levels, judging: { scores, attributes, rules } };
}
