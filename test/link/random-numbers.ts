import { random } from "../ops/harness.js";

/** Choices that a seed makes. */
export interface Choices {
  /** A whole number from 0 to below the limit. */
  below(limit: number): number;
  /** Whether an event of this probability happens. */
  chance(probability: number): boolean;
  /** One of the items. */
  pick<T>(items: readonly T[]): T;
  /** The items in another order. */
  shuffle<T>(items: readonly T[]): T[];
}

/** Choices, the same for the same seed. */
export function choices(seed: number): Choices {
  const { integer, real } = random(seed);
  const below = (limit: number): number => integer(0, limit - 1);
  return {
    below,
    chance: (probability) => real() < probability,
    pick: <T>(items: readonly T[]) => items[below(items.length)] as T,
    shuffle<T>(items: readonly T[]) {
      const shuffled = [...items];
      for (let i = shuffled.length - 1; i > 0; i--) {
        const other = below(i + 1);
        [shuffled[i], shuffled[other]] = [shuffled[other] as T, shuffled[i] as T];
      }
      return shuffled;
    },
  };
}
