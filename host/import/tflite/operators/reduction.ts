import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import type { TfliteMapping } from "./mapping.js";

/** Sums and the like over axes. */
export const reduction: readonly TfliteMapping[] = [
  {
    builtin: "MEAN",
    optionsType: 27,
    maxVersion: 3,
    read({ options, inputs }) {
      const axes = inputs[1];
      if (axes?.data === undefined) throw new NotRunnable("axes must be constant");
      requireThat(axes.dtype === "int32", `axes are ${axes.dtype}; int32 is expected`);
      const attributes = { axes: Array.from(axes.data, Number), keepDims: options.bool(0, false) };
      return { operator: "mean", attributes, inputs: [inputs[0]] };
    },
  },
  {
    builtin: "SOFTMAX",
    optionsType: 9,
    maxVersion: 3,
    read: ({ options }) => ({ operator: "softmax", attributes: { beta: options.float32(0, 0) } }),
  },
];
