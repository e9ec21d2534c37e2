import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { type LineConstants, lineConstants } from "../../numerics/lines.js";
import { integerParameters } from "../../numerics/requantization.js";
import { linesTable } from "./lines-table.js";
import { onlyInput } from "./lookup-table.js";
import { onlyOutput, unary } from "./unary.js";

/** Attributes of a leaky rectifier. */
export interface LeakyReluAttributes {
  /** Factor of negative inputs; may itself be negative or above 1. */
  alpha: number;
}

/**
 * TFLite Micro's kernel `QuantizeLeakyRelu`: one multiplier for inputs of at least 0, one for those below, both computed
 * in float32 as TFLite prepares them. With a negative alpha the magnitude is multiplied, and the sign changed after.
 */
function lines(node: BoundNode<LeakyReluAttributes>): LineConstants {
  const input = onlyInput(node);
  const [from, to] = [integerParameters(input), integerParameters(onlyOutput(node))];
  return lineConstants(input.dtype, from, to, {
    positive: Math.fround(from.scale / to.scale),
    negative: Math.fround(Math.fround(from.scale * node.attributes.alpha) / to.scale),
    negateRounded: true,
  });
}

/** Leaky rectifier: x where x > 0, else alpha * x, element by element. */
export const leakyRelu = unary<LeakyReluAttributes>({
  name: "leakyRelu",
  real: (value, { alpha }) => (value > 0 ? value : value * alpha),
  checkAttributes({ alpha }) {
    requireThat(Number.isFinite(alpha), `alpha is ${alpha}; a finite number is expected`);
  },
  table: (node) => linesTable(lines(node)),
  lines,
});
