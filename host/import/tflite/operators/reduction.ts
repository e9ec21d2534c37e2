import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import { tensorTypes } from "../schema.js";
import { plain, type TfliteMapping } from "./mapping.js";

/** A constant's numbers. Throws `NotRunnable` where it is computed or of no integers. */
function constantNumbers(tensor: Tensor | undefined, what: string, dtypes: readonly string[]): number[] {
  if (tensor?.data === undefined) throw new NotRunnable(`${what} must be constant`);
  requireThat(
    dtypes.includes(tensor.dtype),
    `${what} are ${tensor.dtype}; ${dtypes.join(" or ")} is expected`,
  );
  return Array.from(tensor.data, Number);
}

/** The one axis that a node's second input holds. */
function onlyAxis(tensor: Tensor | undefined): number {
  const [axis, ...more] = constantNumbers(tensor, "axes", ["int32", "int64"]);
  if (axis === undefined || more.length > 0) throw new NotRunnable("the axis must be one constant number");
  return axis;
}

/** A reduction over the axes of its second input; field 0 of its options is whether they are kept. */
function reducing(builtin: string, operator: string): TfliteMapping {
  return {
    builtin,
    optionsType: 27,
    maxVersion: 3,
    becomes: [operator],
    read({ options, inputs }) {
      const axes = constantNumbers(inputs[1], "axes", ["int32"]);
      return { operator, attributes: { axes, keepDims: options.bool(0, false) }, inputs: [inputs[0]] };
    },
  };
}

/** An index of an extreme; field 0 of its options is the type of the indices. */
function arg(builtin: string, operator: string, optionsType: number): TfliteMapping {
  return {
    builtin,
    optionsType,
    maxVersion: 3,
    becomes: [operator],
    read({ options, inputs, outputs }) {
      const named = tensorTypes[options.int8(0, 0)];
      const index = named === "INT64" ? "int64" : named === "INT32" ? "int32" : outputs[0]?.dtype;
      requireThat(index === "int32" || index === "int64", `indices are ${index}; int32 or int64 is expected`);
      return { operator, attributes: { axis: onlyAxis(inputs[1]), index }, inputs: [inputs[0]] };
    },
  };
}

/** Sums and the like over axes. */
export const reduction: readonly TfliteMapping[] = [
  reducing("MEAN", "mean"),
  reducing("SUM", "sum"),
  reducing("REDUCE_PROD", "prod"),
  reducing("REDUCE_MAX", "reduceMax"),
  reducing("REDUCE_MIN", "reduceMin"),
  reducing("REDUCE_ANY", "reduceAny"),
  reducing("REDUCE_ALL", "reduceAll"),
  arg("ARG_MAX", "argMax", 40),
  arg("ARG_MIN", "argMin", 57),
  {
    builtin: "SOFTMAX",
    optionsType: 9,
    maxVersion: 3,
    becomes: ["softmax"],
    read: ({ options }) => ({ operator: "softmax", attributes: { beta: options.float32(0, 0) } }),
  },
  plain("LOG_SOFTMAX", "logSoftmax", 2),
  {
    builtin: "L2_NORMALIZATION",
    optionsType: 12,
    maxVersion: 2,
    becomes: ["l2Normalization"],
    read({ options }) {
      requireThat(options.int8(0, 0) === 0, `fused activation ${options.int8(0, 0)} is not supported`);
      return { operator: "l2Normalization", attributes: {} };
    },
  },
  {
    builtin: "CUMSUM",
    optionsType: 102,
    maxVersion: 1,
    becomes: ["cumsum"],
    read: ({ options, inputs }) => ({
      operator: "cumsum",
      attributes: {
        axis: onlyAxis(inputs[1]),
        exclusive: options.bool(0, false),
        reverse: options.bool(1, false),
        startsAtZeroPoint: inputs[0]?.dtype === "int8",
      },
      inputs: [inputs[0]],
    }),
  },
];
