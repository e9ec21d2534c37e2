import { requireThat } from "../../graph/not-runnable.js";
import { inferElementwise, onlyInput, requireParameters } from "../elementwise/lookup-table.js";
import type { Operator } from "../operator.js";
import { mapRows, requireRows } from "./softmax.js";

/** The least norm that is divided by. */
export const leastNorm = 1e-6;

/** Rows of the last axis, each divided by the root of the sum of its squares. */
export const l2Normalization: Operator = {
  name: "l2Normalization",
  quantization: { output: { scale: 1 / 128, zeroPoint: 0 } },
  infer(node) {
    const types = inferElementwise(node);
    const input = onlyInput(node);
    requireThat(input.shape.length >= 1, "input is a scalar; a rank of at least 1 is expected");
    if (input.dtype === "int8") {
      requireRows(input, 2 ** 15);
      requireParameters(node.outputs[0], 1 / 128, 0);
    }
    return types;
  },
  macs: () => 0,
  reference(node, [input]) {
    return [
      mapRows(onlyInput(node), input, (row) => {
        const squares = row.reduce((total, value) => total + value * value, 0);
        const norm = Math.max(leastNorm, Math.sqrt(squares));
        return row.map((value) => value / norm);
      }),
    ];
  },
};
