import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import type { DType } from "../../graph/tensor.js";
import { erf as realErf } from "../../numerics/erf.js";
import { inverseSquareRoot } from "../../numerics/inverse-square-root.js";
import { type LineConstants, lineConstants } from "../../numerics/lines.js";
import {
  int8Parameters,
  integerParameters,
  multiplyByQuantizedMultiplier,
  quantizeMultiplier,
  roundHalfEven,
} from "../../numerics/requantization.js";
import { linesTable } from "./lines-table.js";
import { int8Table, onlyInput } from "./lookup-table.js";
import { onlyOutput, realTypes, type UnaryKind, unary } from "./unary.js";

/** Dtypes of functions that whole numbers have too. */
const dtypes: readonly DType[] = [...realTypes, "int32", "int64"];

/** Lines through 0 of slope 1 or -1 on each side, which TFLite Micro's `AbsEvalQuantized` rescales. */
function slopes(positive: 1 | -1, negative: 1 | -1): Pick<UnaryKind, "table" | "lines"> {
  const lines = (node: BoundNode): LineConstants => {
    const input = onlyInput(node);
    const [from, to] = [integerParameters(input), integerParameters(onlyOutput(node))];
    const ratio = from.scale / to.scale;
    const factors = { positive: positive * ratio, negative: negative * ratio };
    return lineConstants(input.dtype, from, to, factors);
  };
  return { lines, table: (node) => linesTable(lines(node)) };
}

/** |x| */
export const abs = unary({ name: "abs", real: Math.abs, dtypes, ...slopes(1, -1) });

/** -x */
export const neg = unary({ name: "neg", real: (x) => 0 - x, dtypes, ...slopes(-1, -1) });

/** 1 where x > 0, -1 where x < 0, else 0. */
export const sign = unary({ name: "sign", real: Math.sign, dtypes });

/** x^2 */
export const square = unary({ name: "square", real: (x) => x * x, dtypes });

/** Square root. */
export const sqrt = unary({ name: "sqrt", real: Math.sqrt });

/** Bits that TFLite Micro's `RsqrtEvalQuantized` keeps beside whole numbers. */
const rsqrtBits = 20;

/** Table of TFLite Micro's `RsqrtEvalQuantized`, which refuses negative numbers while it runs: they give what 0 does. */
function rsqrtTable(node: BoundNode): Uint8Array {
  const [input, output] = [int8Parameters(onlyInput(node)), int8Parameters(onlyOutput(node))];
  const toOutput = quantizeMultiplier(1 / (Math.sqrt(input.scale) * output.scale));
  requireThat(
    toOutput.shift - rsqrtBits <= 0,
    `the output's scale ${output.scale} is too small beside the input's ${input.scale}`,
  );
  return int8Table((q) => {
    const value = q - input.zeroPoint;
    if (value <= 0) return 127;
    const { multiplier, shift } = inverseSquareRoot(value);
    const root = multiplyByQuantizedMultiplier(1, { multiplier, shift: shift + rsqrtBits });
    const rescaling = { multiplier: toOutput.multiplier, shift: toOutput.shift - rsqrtBits };
    return multiplyByQuantizedMultiplier(root, rescaling) + output.zeroPoint;
  });
}

/** 1 / sqrt(x) */
export const rsqrt = unary({ name: "rsqrt", real: (x) => 1 / Math.sqrt(x), table: rsqrtTable });

/** e^x */
export const exp = unary({ name: "exp", real: Math.exp });

/** Natural logarithm. */
export const log = unary({ name: "log", real: Math.log });

/** Sine of radians. */
export const sin = unary({ name: "sin", real: Math.sin });

/** Cosine of radians. */
export const cos = unary({ name: "cos", real: Math.cos });

/** The largest whole number that is not above x. */
export const floor = unary({ name: "floor", real: Math.floor });

/** The smallest whole number that is not below x. */
export const ceil = unary({ name: "ceil", real: Math.ceil });

/** The nearest whole number, of two the even one. */
export const round = unary({ name: "round", real: roundHalfEven });

/** e^x - 1, exact for small x. */
export const expm1 = unary({ name: "expm1", real: Math.expm1 });

/** Natural logarithm of 1 + x, exact for small x. */
export const log1p = unary({ name: "log1p", real: Math.log1p });

/** log(1 + e^x), a smooth rectifier. */
export const softplus = unary({
  name: "softplus",
  real: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
});

/** The error function: twice the integral of exp(-t^2) / sqrt(pi) from 0 to x. */
export const erf = unary({ name: "erf", real: realErf });

/** 1 / x */
export const reciprocal = unary({ name: "reciprocal", real: (x) => 1 / x });

/** x without what lies behind its point. */
export const trunc = unary({ name: "trunc", real: Math.trunc });

/** Whether a bool does not hold. */
export const logicalNot = unary({ name: "logicalNot", real: (x) => Number(x === 0), dtypes: ["bool"] });
