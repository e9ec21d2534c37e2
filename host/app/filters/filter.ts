import { z } from "zod";
import { stageName } from "../fields.js";
import type { StageKind } from "../stage.js";
import { refuseApplication } from "../times.js";
import { type Filter, sectionsOf, throughSections } from "./butterworth.js";
import { streamOf } from "./streams.js";

const frequency = z.number().positive();

const schema = z.strictObject({
  type: z.literal("filter"),
  from: stageName("The samples."),
  kind: z
    .enum(["low-pass", "high-pass", "band-pass", "dc"])
    .describe(
      "What passes: Butterworth filters. dc: a high-pass of first order, which takes away what is constant.",
    ),
  cutoff: frequency
    .optional()
    .describe(
      "Where half of the power passes, in Hz: from order 2 on at least a thousandth of the rate, far below which float32 does not hold it. Of dc a thousandth by default. Not of band-pass.",
    ),
  low: frequency.optional().describe("Of band-pass: where the band begins, in Hz."),
  high: frequency.optional().describe("Of band-pass: where it ends, in Hz."),
  order: z
    .int()
    .min(1)
    .max(8)
    .optional()
    .describe("How steep it is, of band-pass at each end; 2 by default, of dc 1."),
});

type Config = z.infer<typeof schema>;

/** Part of the rate at which what is constant is parted from what is not. */
const dcPart = 1 / 1000;

/** The filter that the file says. Throws `application-invalid` where frequencies are missing, or are of another kind. */
function filterOf(config: Config, rate: number, at: string): Filter {
  const { kind, cutoff, low, high, order = kind === "dc" ? 1 : 2 } = config;
  const [own, others] =
    kind === "band-pass"
      ? [["low", "high"] as const, ["cutoff"] as const]
      : [["cutoff"] as const, ["low", "high"] as const];
  for (const field of others)
    if (config[field] !== undefined)
      refuseApplication(`${at}.${field}`, `${kind} has none; ${own.join(" and ")} are expected`);
  for (const field of own)
    if (config[field] === undefined && kind !== "dc")
      refuseApplication(`${at}.${field}`, `a frequency in Hz is expected of a ${kind}`);
  if (kind === "band-pass") return { type: kind, low: low as number, high: high as number, order };
  if (kind !== "dc") return { type: kind, cutoff: cutoff as number, order };
  if (order !== 1) refuseApplication(`${at}.order`, `${order}; dc is of order 1, high-pass of any`);
  return { type: "high-pass", cutoff: cutoff ?? rate * dcPart, order };
}

/**
 * Samples through a filter of frequencies, each channel by itself, float32. It starts as if the first sample had lasted for ever.
 *
 * Source: Butterworth's filters, as scipy, `signal.butter`, gives them.
 */
export const filter: StageKind<typeof schema> = {
  schema,
  gives: () => ({ up: 1, down: 1 }),
  compile(config, context) {
    const { name, at } = context;
    return streamOf(context, (write, samples, { rate }) => {
      const chosen = filterOf(config, rate, at);
      const place = chosen.type === "band-pass" ? `${at}.high` : `${at}.cutoff`;
      return throughSections(write, samples, sectionsOf(chosen, rate, place), name);
    });
  },
};
