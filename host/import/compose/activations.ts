import type { Tensor } from "../../graph/tensor.js";
import { clamp, elu, hardSigmoid, shrink } from "../../ops/elementwise/activations.js";
import { greater } from "../../ops/elementwise/comparisons.js";
import { neg, softplus, sqrt, square } from "../../ops/elementwise/functions.js";
import { leakyRelu } from "../../ops/elementwise/leaky-relu.js";
import { relu, relu0To1, relu6, reluN1To1 } from "../../ops/elementwise/relu.js";
import { select } from "../../ops/elementwise/select.js";
import { tanh } from "../../ops/elementwise/tanh.js";
import type { GraphWriter } from "../graph-writer.js";
import { differenceOf, scaled, sumOf } from "./arithmetic.js";

/** Makes one tensor of another of its shape. */
export type Compose = (write: GraphWriter, input: Tensor) => Tensor;

/** A tensor plus a number; itself where that is 0. */
export function plus(write: GraphWriter, input: Tensor, offset: number): Tensor {
  return offset === 0 ? input : sumOf(write, input, write.scalar(offset, input.dtype));
}

/** Limits that are rectifiers, which the nodes before may take in. */
const rectifiers = [
  { low: 0, high: Number.POSITIVE_INFINITY, operator: relu },
  { low: 0, high: 6, operator: relu6 },
  { low: -1, high: 1, operator: reluN1To1 },
  { low: 0, high: 1, operator: relu0To1 },
] as const;

/** Limits a tensor; a limit that is infinite is none. */
export function clipped(write: GraphWriter, input: Tensor, low: number, high: number): Tensor {
  const own = rectifiers.find((known) => known.low === low && known.high === high);
  return own === undefined
    ? write.node(clamp, { low, high }, [input])
    : write.node(own.operator, {}, [input]);
}

/** `clip(slope x + offset, 0, 1)`. */
export const line =
  (slope: number, offset: number): Compose =>
  (write, input) =>
    write.node(hardSigmoid, { slope, offset }, [input]);

/** `log(sigmoid(x))`. */
export const logSigmoid: Compose = (write, input) =>
  write.node(neg, {}, [write.node(softplus, {}, [write.node(neg, {}, [input])])]);

/** `factor * x` where x > 0, else `factor * alpha * (exp(x / width) - 1)`. */
export const exponentialLinear =
  (alpha: number, factor = 1, width = 1): Compose =>
  (write, input) => {
    const isPlain = alpha === 1 && factor === 1 && width === 1;
    const factors = { positive: factor, negative: factor * alpha, rate: 1 / width };
    return write.node(elu, isPlain ? {} : factors, [input]);
  };

/** x beyond `lambda` on either side, nearer to 0 by `bias`, else 0. */
export const shrunk =
  (lambda: number, bias: number): Compose =>
  (write, input) =>
    write.node(shrink, { low: -lambda, high: lambda, bias }, [input]);

/** `x - tanh(x)`. */
export const tanhShrink: Compose = (write, input) =>
  differenceOf(write, input, write.node(tanh, {}, [input]));

/** `(x + sqrt(x^2 + b)) / 2`. */
export const squareplus =
  (b: number): Compose =>
  (write, input) => {
    const root = write.node(sqrt, {}, [plus(write, write.node(square, {}, [input]), b)]);
    return scaled(write, sumOf(write, input, root), 0.5);
  };

/** 0 up to -1, `(x + 1)^2 / 4` up to 1, then x. */
export const sparsePlus: Compose = (write, input) => {
  const inside = clipped(write, input, -1, 1);
  const bent = scaled(write, write.node(square, {}, [plus(write, inside, 1)]), 0.25);
  return sumOf(write, bent, write.node(relu, {}, [plus(write, input, -1)]));
};

/** x where x > limit, else a value. */
export const threshold =
  (limit: number, otherwise: number): Compose =>
  (write, input) => {
    if (otherwise === 0)
      return write.node(shrink, { low: Number.NEGATIVE_INFINITY, high: limit, bias: 0 }, [input]);
    const above = write.node(greater, {}, [input, write.scalar(limit)]);
    return write.node(select, {}, [above, input, write.scalar(otherwise)]);
  };

/** What a rectifier does below and above. */
export interface Rectifier {
  /** Factor below the limit. */
  readonly slope: number;
  /** Above which x is itself. */
  readonly limit: number;
  /** What x never exceeds. */
  readonly max: number;
}

/** x above the limit, up to `max`; below it `slope * (x - limit)`. */
export const rectified =
  ({ slope, limit, max }: Rectifier): Compose =>
  (write, input) => {
    if (slope === 0 && limit === 0) return clipped(write, input, 0, max);
    if (limit === 0) {
      const bent = write.node(leakyRelu, { alpha: slope }, [input]);
      return max === Number.POSITIVE_INFINITY ? bent : clipped(write, bent, Number.NEGATIVE_INFINITY, max);
    }
    const above = threshold(limit, 0)(write, input);
    const limited = max === Number.POSITIVE_INFINITY ? above : clipped(write, above, 0, max);
    if (slope === 0) return limited;
    const below = write.node(relu, {}, [plus(write, write.node(neg, {}, [input]), limit)]);
    return differenceOf(write, limited, scaled(write, below, slope));
  };
