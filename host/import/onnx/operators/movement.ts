import { reshaped, transposed } from "../../compose/movement.js";
import type { OnnxMapping } from "./mapping.js";

/** Operators that move elements. */
export const movement: readonly OnnxMapping[] = [
  {
    operator: "Transpose",
    becomes: ["view", "reshape"],
    read(node, write) {
      const input = node.input(0);
      return transposed(write, input, node.integers("perm") ?? [...input.shape.keys()].reverse());
    },
  },
  {
    operator: "Reshape",
    becomes: ["reshape"],
    read(node, write) {
      const input = node.input(0);
      const wanted = node.numbers(1, "shape") ?? [];
      const isZero = node.flag("allowzero");
      return reshaped(
        write,
        input,
        wanted.map((length, axis) => (length === 0 && !isZero ? (input.shape[axis] ?? 0) : length)),
      );
    },
  },
];
