import type { WeightKind } from "../quantize/scheme.js";

/** What one node's weights may become, and what that costs. */
export interface WeightOption {
  kind: WeightKind;
  /** Bytes of the weights section. */
  bytes: number;
  /** Noise that it adds to the outputs, relative to their signal. */
  error: number;
  /** How much longer the node takes than with int8 weights. */
  cost: number;
}

/** A choice for every node. */
export interface WeightChoice {
  /** For each node, in order. */
  kinds: readonly WeightKind[];
  bytes: number;
  error: number;
  cost: number;
}

/**
 * Choices from the one of the least error to the one of the fewest bytes: each time the node and kind that save the most bytes
 * for what they add in error. Along the lower convex hull of each node's options this is the optimum of the knapsack's
 * relaxation; a choice between two of these may be better by less than one node's step. Source: Everett, "Generalized Lagrange
 * multiplier method", 1963.
 *
 * @param nodes options of each node, the first of which is what it begins with
 */
export function weightFrontier(nodes: readonly (readonly WeightOption[])[]): WeightChoice[] {
  const current = nodes.map((options) => options[0] as WeightOption);
  const sum = (of: (option: WeightOption) => number): number =>
    current.reduce((total, option) => total + of(option), 0);
  const choice = (): WeightChoice => ({
    kinds: current.map(({ kind }) => kind),
    bytes: sum(({ bytes }) => bytes),
    error: sum(({ error }) => error),
    cost: sum(({ cost }) => cost),
  });
  const choices = [choice()];
  for (;;) {
    let best: { at: number; option: WeightOption; price: number } | undefined;
    for (const [at, options] of nodes.entries()) {
      const now = current[at] as WeightOption;
      for (const option of options) {
        const saved = now.bytes - option.bytes;
        if (saved <= 0) continue;
        const price = (option.error - now.error) / saved;
        if (best === undefined || price < best.price) best = { at, option, price };
      }
    }
    if (best === undefined) return choices;
    current[best.at] = best.option;
    choices.push(choice());
  }
}
