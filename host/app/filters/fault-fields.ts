import { z } from "zod";
import type { Tensor } from "../../graph/tensor.js";
import type { GraphWriter } from "../../import/graph-writer.js";
import { sampleFaults } from "../../ops/signal/sample-faults.js";
import { duration } from "../fields.js";
import { countOf, refuseApplication } from "../times.js";
import type { Samples } from "../values.js";

/** What samples that are no good are known by, in an application's file. */
export const faultFields = {
  sentinel: z.number().optional().describe("What stands for a sample that is missing."),
  stuck: duration
    .optional()
    .describe("How long a channel may have one value: later it is stuck, until it has another."),
  low: z.number().optional().describe("Samples of this or less are clipped."),
  high: z.number().optional().describe("Samples of this or more are clipped."),
} as const;

type Faults = { readonly [name in keyof typeof faultFields]?: z.infer<(typeof faultFields)[name]> };

/** Samples in which the last good one stands for those that are not, and their faults. Throws `application-invalid`. */
export function faultsOf(
  config: Faults,
  write: GraphWriter,
  samples: Tensor,
  { rate, channels }: Samples,
  { name, at }: { readonly name: string; readonly at: string },
): { repaired: Tensor; faults: Tensor } {
  const { sentinel, stuck, low, high } = config;
  if ([sentinel, stuck, low, high].every((field) => field === undefined))
    refuseApplication(at, "no faults to look for; sentinel, stuck, low or high is expected");
  if ((low ?? -Infinity) >= (high ?? Infinity))
    refuseApplication(`${at}.high`, `${high}; more than ${low} is expected, where samples are too low`);
  const given = Object.entries({ sentinel, low, high }).filter(([, value]) => value !== undefined);
  for (const [field, value] of given)
    if (!Number.isFinite(Math.fround(value as number)))
      refuseApplication(`${at}.${field}`, `${value}; a number of float32 is expected`);
  // A value may come once more than there are steps in the time that it may last.
  const count = stuck === undefined ? 0 : 1 + countOf(stuck, rate, `${at}.stuck`, "samples");
  const [repaired, faults] = write.nodes(
    sampleFaults,
    { ...Object.fromEntries(given), stuck: count },
    [samples],
    {
      variables: [
        { name: `${name} last samples`, dtype: "float32", shape: [2, channels] },
        { name: `${name} samples of one value`, dtype: "int32", shape: [channels] },
      ],
    },
  ) as [Tensor, Tensor];
  return { repaired, faults };
}
