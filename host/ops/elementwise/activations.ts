import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { erf } from "../../numerics/erf.js";
import { type LineConstants, lineConstants } from "../../numerics/lines.js";
import { integerParameters, roundHalfAway } from "../../numerics/requantization.js";
import { linesTable } from "./lines-table.js";
import { onlyInput } from "./lookup-table.js";
import { onlyOutput, unary } from "./unary.js";

/** Checks that attributes are numbers, infinite ones only where they are limits. Throws `NotRunnable`. */
function requireFinite(attributes: object, limits: readonly string[] = []): void {
  for (const [name, value] of Object.entries(attributes)) {
    const isRight = limits.includes(name) ? !Number.isNaN(value) : Number.isFinite(value);
    requireThat(
      isRight,
      `${name} is ${value}; a ${limits.includes(name) ? "" : "finite "}number is expected`,
    );
  }
}

/** Attributes of an exponential linear unit: factors, 1 where absent. */
export interface EluAttributes {
  /** Of x where x >= 0. */
  positive?: number;
  /** Of exp(rate * x) - 1 where x < 0. */
  negative?: number;
  rate?: number;
}

/** x where x >= 0, else exp(x) - 1; with factors it is SELU, CELU, or an ELU of any alpha. */
export const elu = unary<EluAttributes>({
  name: "elu",
  real: (x, { positive = 1, negative = 1, rate = 1 }) =>
    x < 0 ? negative * Math.expm1(rate * x) : positive * x,
  checkAttributes: (attributes) => requireFinite(attributes),
});

/** Attributes of a Gaussian error linear unit. */
export interface GeluAttributes {
  /** Whether by tanh instead of by the error function. */
  approximate: boolean;
}

/** x times the chance that a normal number is below it. */
export const gelu = unary<GeluAttributes>({
  name: "gelu",
  real: (x, { approximate }) =>
    approximate
      ? 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))
      : 0.5 * x * (1 + erf(x * Math.SQRT1_2)),
});

/** x / (1 + e^-x): x times its logistic function; swish. */
export const silu = unary({ name: "silu", real: (x) => x / (1 + Math.exp(-x)) });

/** x * tanh(softplus(x)) */
export const mish = unary({
  name: "mish",
  real: (x) => x * Math.tanh(Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))),
});

/** x / (1 + |x|) */
export const softsign = unary({ name: "softsign", real: (x) => x / (1 + Math.abs(x)) });

/** Attributes of a line that is limited to 0..1. */
export interface HardSigmoidAttributes {
  slope: number;
  offset: number;
}

/** slope * x + offset, limited to 0..1. */
export const hardSigmoid = unary<HardSigmoidAttributes>({
  name: "hardSigmoid",
  real: (x, { slope, offset }) => Math.min(1, Math.max(0, slope * x + offset)),
  checkAttributes: (attributes) => requireFinite(attributes),
});

/** Attributes of a function that is 0 between two limits. */
export interface ShrinkAttributes {
  low: number;
  high: number;
  /** By how much what lies beyond a limit comes nearer to 0. */
  bias: number;
}

/** x + bias where x < low, x - bias where x > high, else 0: with bias 0 a rectifier of a threshold. */
export const shrink = unary<ShrinkAttributes>({
  name: "shrink",
  real: (x, { low, high, bias }) => (x < low ? x + bias : x > high ? x - bias : Number.isNaN(x) ? x : 0),
  checkAttributes: (attributes) => requireFinite(attributes, ["low", "high"]),
});

/** Attributes of limits. */
export interface ClampAttributes {
  low: number;
  high: number;
}

/** Integers of a scale, rescaled and then limited, as rectifiers are. Throws `NotRunnable`. */
function clampLines(node: BoundNode<ClampAttributes>): LineConstants {
  const [input, output] = [onlyInput(node), onlyOutput(node)];
  const [from, to] = [integerParameters(input), integerParameters(output)];
  const limit = (real: number): number =>
    Math.min(to.high, Math.max(to.low, to.zeroPoint + roundHalfAway(Math.fround(real / to.scale))));
  const { low, high } = node.attributes;
  const positive = Math.fround(from.scale / to.scale);
  return lineConstants(input.dtype, from, to, { positive }, { low: limit(low), high: limit(high) });
}

/** x limited to low..high; where low is above high, high. */
export const clamp = unary<ClampAttributes>({
  name: "clamp",
  real: (x, { low, high }) => Math.min(high, Math.max(low, x)),
  checkAttributes: (attributes) => requireFinite(attributes, ["low", "high"]),
  table: (node) => linesTable(clampLines(node)),
  lines: clampLines,
});
