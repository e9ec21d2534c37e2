import { elementwise } from "./elementwise.js";
import { sumKernel } from "./sum-constants.js";

/** Elementwise sum of two tensors, with broadcasting and a fused activation. */
export const add = elementwise({
  name: "add",
  builtin: "ADD",
  optionsType: 11,
  maxVersion: 5,
  compute: (first, second) => first + second,
  kernel: (first, second, output, activation) =>
    sumKernel(first, second, output, activation, 1, (value) => value),
});
