import type { FusedActivation } from "../../graph/node.js";
import type { Tensor } from "../../graph/tensor.js";
import { add } from "../../ops/elementwise/add.js";
import { div, maximum, minimum, prelu } from "../../ops/elementwise/arithmetic.js";
import { greater, greaterEqual } from "../../ops/elementwise/comparisons.js";
import { abs, elu, exp, log, neg, sign, sqrt, square } from "../../ops/elementwise/functions.js";
import { leakyRelu } from "../../ops/elementwise/leaky-relu.js";
import { logistic } from "../../ops/elementwise/logistic.js";
import { mul } from "../../ops/elementwise/mul.js";
import { relu, relu6 } from "../../ops/elementwise/relu.js";
import { select } from "../../ops/elementwise/select.js";
import { sub } from "../../ops/elementwise/sub.js";
import { tanh } from "../../ops/elementwise/tanh.js";
import type { GraphWriter } from "../graph-writer.js";

/** Makes one tensor of another of its shape. */
export type Compose = (write: GraphWriter, input: Tensor) => Tensor;

const plain: { activation: FusedActivation } = { activation: "none" };

/** A tensor times a number. */
export function times(write: GraphWriter, input: Tensor, factor: number): Tensor {
  return factor === 1 ? input : write.node(mul, plain, [input, write.scalar(factor)]);
}

/** A tensor plus a number. */
export function plus(
  write: GraphWriter,
  input: Tensor,
  offset: number,
  activation: FusedActivation = "none",
): Tensor {
  return offset === 0 && activation === "none"
    ? input
    : write.node(add, { activation }, [input, write.scalar(offset)]);
}

/** Limits a tensor; a limit that is infinite is none. */
export function clipped(write: GraphWriter, input: Tensor, low: number, high: number): Tensor {
  if (low === 0 && high === 6) return write.node(relu6, {}, [input]);
  const above = low === 0 ? write.node(relu, {}, [input]) : atLeast(write, input, low);
  return Number.isFinite(high) ? write.node(minimum, plain, [above, write.scalar(high)]) : above;
}

function atLeast(write: GraphWriter, input: Tensor, low: number): Tensor {
  return Number.isFinite(low) ? write.node(maximum, plain, [input, write.scalar(low)]) : input;
}

/** `clip(slope x + offset, 0, 1)`, as a sixth of what relu6 gives. */
export const hardSigmoid =
  (slope: number, offset: number): Compose =>
  (write, input) => {
    const scaled = times(write, input, 6 * slope);
    return times(write, plus(write, scaled, 6 * offset, "relu6"), 1 / 6);
  };

/** `x * gate(x)`. */
const gated =
  (gate: Compose): Compose =>
  (write, input) =>
    write.node(mul, plain, [input, gate(write, input)]);

/** `x * sigmoid(x)`. */
export const silu = gated((write, input) => write.node(logistic, {}, [input]));

/** `log(1 + exp(x))`, by `max(x, 0) + log(1 + exp(-|x|))`, which does not overflow. */
export const softplus: Compose = (write, input) => {
  const away = write.node(neg, {}, [write.node(abs, {}, [input])]);
  const tail = write.node(log, {}, [plus(write, write.node(exp, {}, [away]), 1)]);
  return write.node(add, plain, [write.node(relu, {}, [input]), tail]);
};

/** `x * tanh(softplus(x))`. */
export const mish = gated((write, input) => write.node(tanh, {}, [softplus(write, input)]));

/** `x / (1 + |x|)`. */
export const softsign: Compose = (write, input) =>
  write.node(div, plain, [input, plus(write, write.node(abs, {}, [input]), 1)]);

/** `log(sigmoid(x))`. */
export const logSigmoid: Compose = (write, input) =>
  write.node(neg, {}, [softplus(write, write.node(neg, {}, [input]))]);

/** `factor * x` where x > 0, else `factor * alpha * (exp(x / width) - 1)`. */
export const exponentialLinear =
  (alpha: number, factor = 1, width = 1): Compose =>
  (write, input) => {
    if (alpha === 1 && width === 1) return times(write, write.node(elu, {}, [input]), factor);
    const below = times(write, write.node(minimum, plain, [input, write.scalar(0)]), 1 / width);
    const bent = times(write, write.node(elu, {}, [below]), factor * alpha);
    return write.node(add, plain, [times(write, write.node(relu, {}, [input]), factor), bent]);
  };

/** x where |x| > lambda, else 0. */
export const hardShrink =
  (lambda: number): Compose =>
  (write, input) => {
    const far = write.node(greater, plain, [write.node(abs, {}, [input]), write.scalar(lambda)]);
    return write.node(select, {}, [far, input, write.scalar(0)]);
  };

/** `sign(x) * max(|x| - lambda, 0)`. */
export const softShrink =
  (lambda: number): Compose =>
  (write, input) => {
    const far = write.node(relu, {}, [plus(write, write.node(abs, {}, [input]), -lambda)]);
    return write.node(mul, plain, [write.node(sign, {}, [input]), far]);
  };

/** `x - tanh(x)`. */
export const tanhShrink: Compose = (write, input) =>
  write.node(sub, plain, [input, write.node(tanh, {}, [input])]);

/** `(x + sqrt(x^2 + b)) / 2`. */
export const squareplus =
  (b: number): Compose =>
  (write, input) => {
    const root = write.node(sqrt, {}, [plus(write, write.node(square, {}, [input]), b)]);
    return times(write, write.node(add, plain, [input, root]), 0.5);
  };

/** 0 up to -1, `(x + 1)^2 / 4` up to 1, then x. */
export const sparsePlus: Compose = (write, input) => {
  const inside = clipped(write, input, -1, 1);
  const bent = times(write, write.node(square, {}, [plus(write, inside, 1)]), 0.25);
  return write.node(add, plain, [bent, write.node(relu, {}, [plus(write, input, -1)])]);
};

/** x where x > threshold, else a value. */
export const threshold =
  (limit: number, otherwise: number): Compose =>
  (write, input) => {
    const above = write.node(greater, plain, [input, write.scalar(limit)]);
    return write.node(select, {}, [above, input, write.scalar(otherwise)]);
  };

/** What a rectifier does below and above. */
export interface Rectifier {
  /** Factor below the threshold. */
  readonly slope: number;
  /** Where x begins to be itself. */
  readonly threshold: number;
  /** What it never exceeds. */
  readonly max: number;
}

/** x from the threshold on, up to `max`; below it `slope * (x - threshold)`. */
export const rectified =
  ({ slope, threshold: limit, max }: Rectifier): Compose =>
  (write, input) => {
    if (limit === 0 && slope === 0) return clipped(write, input, 0, max);
    return clipped(write, bent(write, input, slope, limit), Number.NEGATIVE_INFINITY, max);
  };

function bent(write: GraphWriter, input: Tensor, slope: number, limit: number): Tensor {
  if (limit === 0) return write.node(leakyRelu, { alpha: slope }, [input]);
  const above = write.node(greaterEqual, plain, [input, write.scalar(limit)]);
  const below = times(write, plus(write, input, -limit), slope);
  return write.node(select, {}, [above, input, slope === 0 ? write.scalar(0) : below]);
}

/** x where x >= 0, else x times a constant of a shape that broadcasts to the input's. */
export function parametricRelu(write: GraphWriter, input: Tensor, slopes: Tensor): Tensor {
  return write.node(prelu, plain, [input, slopes]);
}
