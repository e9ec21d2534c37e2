import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { fixedPointInput } from "../../numerics/fixed-point.js";
import { int8Parameters } from "../../numerics/requantization.js";
import { inferElementwise, onlyInput, requireParameters } from "../elementwise/lookup-table.js";
import type { Operator } from "../operator.js";
import { mapRows, requireRows, softmaxTable } from "./softmax.js";

/** Integer bits of an int8 difference in TFLite's reference kernel. */
const integerBits = 5;

/** How a difference of an int8 node's inputs is rescaled. Throws `NotRunnable`. */
export function logSoftmaxInput(node: BoundNode): ReturnType<typeof fixedPointInput> {
  return fixedPointInput(int8Parameters(onlyInput(node)).scale, integerBits);
}

/** Logarithm of the softmax over the last axis. */
export const logSoftmax: Operator = {
  name: "logSoftmax",
  quantization: { output: { scale: 1 / 16, zeroPoint: 127 } },
  infer(node) {
    const types = inferElementwise(node);
    const input = onlyInput(node);
    requireThat(input.shape.length >= 1, "input is a scalar; a rank of at least 1 is expected");
    if (input.dtype === "int8") {
      requireRows(input, 4095);
      requireParameters(node.outputs[0], 1 / 16, 127);
      softmaxTable(node, 1);
    }
    return types;
  },
  macs: () => 0,
  reference(node, [input]) {
    return [
      mapRows(onlyInput(node), input, (row) => {
        const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
        const sum = row.reduce((total, value) => total + Math.exp(value - largest), 0);
        return row.map((value) => value - largest - Math.log(sum));
      }),
    ];
  },
};
