import { elementwise } from "./elementwise.js";
import { sumKernel } from "./sum-constants.js";

/** Elementwise difference of two tensors, with broadcasting and a fused activation. Its kernel is the sum's. */
export const sub = elementwise({
  name: "sub",
  builtin: "SUB",
  optionsType: 28,
  maxVersion: 5,
  compute: (first, second) => first - second,
  kernel: (first, second, output, activation) =>
    sumKernel(first, second, output, activation, -1, Math.fround),
});
