import { requireThat } from "../../../graph/not-runnable.js";
import { tensorTypes } from "../schema.js";
import { plain, type TfliteMapping } from "./mapping.js";
import { numberAt, numbersAt } from "./numbers.js";

/** A reduction over the axes of its second input; field 0 of its options is whether they are kept. */
function reducing(builtin: string, operator: string): TfliteMapping {
  return {
    builtin,
    optionsType: 27,
    maxVersion: 3,
    becomes: [operator],
    read(node) {
      const attributes = { axes: numbersAt(node, 1, "axes"), keepDims: node.options.bool(0, false) };
      return { operator, attributes, inputs: [node.inputs[0]] };
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
    read(node) {
      const { options, inputs, outputs } = node;
      const named = tensorTypes[options.int8(0, 0)];
      const index = named === "INT64" ? "int64" : named === "INT32" ? "int32" : outputs[0]?.dtype;
      requireThat(index === "int32" || index === "int64", `indices are ${index}; int32 or int64 is expected`);
      return { operator, attributes: { axis: numberAt(node, 1, "axis"), index }, inputs: [inputs[0]] };
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
    read: (node) => ({
      operator: "cumsum",
      attributes: {
        axis: numberAt(node, 1, "axis"),
        exclusive: node.options.bool(0, false),
        reverse: node.options.bool(1, false),
        startsAtZeroPoint: node.inputs[0]?.dtype === "int8",
      },
      inputs: [node.inputs[0]],
    }),
  },
];
