import type { Tensor } from "../../graph/tensor.js";
import type { GraphWriter } from "../../import/graph-writer.js";
import {
  butterworthBandPass,
  butterworthHighPass,
  butterworthLowPass,
  type Section,
} from "../../numerics/biquad.js";
import { biquad } from "../../ops/signal/biquad.js";
import { refuseApplication } from "../times.js";
import { startedVariable } from "./streams.js";

/** A Butterworth filter: frequencies in Hz. */
export type Filter =
  | { readonly type: "low-pass" | "high-pass"; readonly cutoff: number; readonly order: number }
  | { readonly type: "band-pass"; readonly low: number; readonly high: number; readonly order: number };

/** Part that rounding to float32 may change, at most, of what tells where a section's poles are. */
const roundingLimit = 0.01;

/** What a number may lose when it is rounded to float32, at most, for each 1 of it. */
const rounding = 2 ** -24;

/**
 * Whether float32 holds a section: of frequencies far below the rate little is left of 1 + a1 + a2, the square of the frequency, and
 * of narrow bands of 1 - a2, which their width is of.
 */
function isExact([, , , a1, a2]: Section): boolean {
  const most = (Math.abs(a1) + Math.abs(a2)) * rounding;
  return most <= roundingLimit * (1 + a1 + a2) && Math.abs(a2) * rounding <= roundingLimit * (1 - a2);
}

/** The sections of a filter. Throws `application-invalid` for frequencies that the rate does not have, or float32 at it. */
export function sectionsOf(filter: Filter, rate: number, at: string): Section[] {
  const [low, high] =
    filter.type === "band-pass" ? [filter.low, filter.high] : [filter.cutoff, filter.cutoff];
  const text = low === high ? `${low}` : `${low} to ${high}`;
  const isBand = filter.type !== "band-pass" || low < high;
  if (!isBand || high >= rate / 2)
    refuseApplication(at, `${text} Hz; ascending ones below half the rate, ${rate / 2}, are expected`);
  const design = { order: filter.order, sampleRate: rate };
  const sections =
    filter.type === "band-pass"
      ? butterworthBandPass(design, low, high)
      : (filter.type === "low-pass" ? butterworthLowPass : butterworthHighPass)(design, low);
  if (!sections.every(isExact))
    refuseApplication(
      at,
      `${text} Hz; more of the rate of ${rate} Hz is expected, or a lower order: float32 does not hold such a filter. "resample" lowers the rate`,
    );
  return sections;
}

/** Samples [time, channels] through the sections of a filter, from its first sample on as if that had lasted for ever. */
export function throughSections(
  write: GraphWriter,
  samples: Tensor,
  sections: readonly Section[],
  name: string,
): Tensor {
  const coefficients = write.constant(Float32Array.from(sections.flat()), [sections.length, 5], "float32");
  const shape = [samples.shape.at(-1) as number, sections.length, 2];
  return write.node(biquad, { start: "first" }, [samples, coefficients], {
    variables: [{ name: `${name} state`, dtype: "float32", shape }, startedVariable(name)],
  });
}
