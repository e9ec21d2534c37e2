import {
  int4Range,
  maxMultiplier,
  tableSizes,
  type WeightMatrix,
  weightGroups,
} from "../../numerics/narrow-weights.js";
import { roundHalfAway } from "../../numerics/requantization.js";
import type { WeightKind } from "../scheme.js";

/** Whether weights become integers. */
export type IntegerWeights = Exclude<WeightKind, "float32">;

/** Largest magnitude of integer weights: 127 of int8, of what is stored in fewer bits what its form has. */
export const weightLimits: Readonly<Record<IntegerWeights, number>> = {
  int8: 127,
  int4: 7,
  "int4-groups": int4Range.high * maxMultiplier,
  table16: 127,
  table4: 127,
};

/** The nearest integer that a weight may be, by its place in the data and its value in units of its scale. */
export type SnapAt = (place: number, value: number) => number;

const clamped = (value: number, low: number, high: number): number => Math.min(high, Math.max(low, value));

/** Multipliers of groups: the least with which a group's largest weight is within int4. */
function groupSnap(values: Float64Array, matrix: WeightMatrix): SnapAt {
  const multipliers = new Uint8Array(values.length);
  for (const places of weightGroups(matrix)) {
    let most = 0;
    for (const place of places) most = Math.max(most, Math.abs(values[place] as number));
    const multiplier = clamped(Math.ceil(most / (int4Range.high + 0.5)), 1, maxMultiplier);
    for (const place of places) multipliers[place] = multiplier;
  }
  return (place, value) => {
    const multiplier = multipliers[place] as number;
    return clamped(roundHalfAway(value / multiplier), int4Range.low, int4Range.high) * multiplier;
  };
}

/** Rounds of Lloyd's method. */
const rounds = 30;

/**
 * Integers around which values gather, zero among them: k-means in one dimension, by Lloyd's method from quantiles on, those of
 * the values that differ, since weights that were pruned are mostly zero. Source: Han, Mao and Dally, "Deep compression", 2015.
 */
export function clusters(values: Float64Array, most: number): number[] {
  const sorted = values.slice().sort();
  const distinct = [...new Set(sorted)];
  const size = Math.max(1, Math.min(most, distinct.length));
  let centers = Array.from(
    { length: size },
    (_, i) => distinct[Math.floor(((i + 0.5) * distinct.length) / size)] ?? 0,
  );
  for (let round = 0; round < rounds; round++) {
    const [sums, counts] = [centers.map(() => 0), centers.map(() => 0)];
    let own = 0;
    for (const value of sorted) {
      while (
        own + 1 < size &&
        Math.abs((centers[own + 1] as number) - value) < Math.abs((centers[own] as number) - value)
      )
        own++;
      sums[own] = (sums[own] as number) + value;
      counts[own] = (counts[own] as number) + 1;
    }
    centers = centers.map((center, i) =>
      (counts[i] as number) > 0 ? (sums[i] as number) / (counts[i] as number) : center,
    );
    centers.sort((a, b) => a - b);
  }
  const nearZero = centers.reduce(
    (best, center, i) => (Math.abs(center) < Math.abs(centers[best] as number) ? i : best),
    0,
  );
  const whole = centers.map((center, i) => (i === nearZero ? 0 : clamped(Math.round(center), -127, 127)));
  return [...new Set(whole)].sort((a, b) => a - b);
}

function tableSnap(table: readonly number[]): SnapAt {
  return (_, value) => {
    let best = table[0] as number;
    for (const entry of table) if (Math.abs(entry - value) < Math.abs(best - value)) best = entry;
    return best;
  };
}

/**
 * Which integers weights of some kind may be.
 *
 * @param values weights in units of their scales, by place
 * @param matrix how they lie in tiles, as groups need it
 */
export function snapFor(
  kind: IntegerWeights,
  values: Float64Array,
  matrix: WeightMatrix | undefined,
): SnapAt {
  if (kind === "table16" || kind === "table4") return tableSnap(clusters(values, tableSizes[kind]));
  if (kind === "int4-groups" && matrix !== undefined) return groupSnap(values, matrix);
  const limit = weightLimits[kind];
  return (_, value) => clamped(roundHalfAway(value), -limit, limit);
}
