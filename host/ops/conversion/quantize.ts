import type { BoundNode } from "../../graph/node.js";
import { NotRunnable } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { type LineConstants, lineConstants } from "../../numerics/lines.js";
import {
  integerParameters,
  roundHalfAway,
  roundHalfEven,
  roundsOnce,
} from "../../numerics/requantization.js";
import { linesTable } from "../elementwise/lines-table.js";
import { onlyInput } from "../elementwise/lookup-table.js";
import { anyOrder, type Operator } from "../operator.js";

const isByte = ({ dtype }: Tensor): boolean => dtype === "int8" || dtype === "uint8";

/** Constants of TFLite's reference kernel `Requantize` between integers. Throws `NotRunnable`. */
export function requantization(node: BoundNode): LineConstants {
  const input = onlyInput(node);
  const [from, to] = [integerParameters(input), integerParameters(node.outputs[0] as Tensor)];
  return lineConstants(input.dtype, from, to, { positive: from.scale / to.scale });
}

/** float32 to integers of a scale, or from integers of one scale to those of another: between bytes by a table. */
export const quantize: Operator = {
  name: "quantize",
  quantization: { output: "calibrated" },
  infer(node) {
    const input = onlyInput(node);
    const [output] = node.outputs;
    if (output === undefined) throw new NotRunnable("the output is missing");
    integerParameters(output);
    if (input.dtype !== "float32") requantization(node);
    return [{ dtype: output.dtype, shape: input.shape }];
  },
  macs: () => 0,
  reordered: anyOrder,
  byteTable(node) {
    const input = onlyInput(node);
    const isTable = isByte(input) && isByte(node.outputs[0] as Tensor);
    return isTable ? linesTable(requantization(node), input.dtype === "int8") : undefined;
  },
  reference(node, [input]) {
    const [output] = node.outputs as readonly [Tensor];
    const { scale, zeroPoint, low, high } = integerParameters(output);
    const round = roundsOnce(output) ? roundHalfEven : roundHalfAway;
    const nearest = (value: number): number => round(Math.fround(value / scale)) + zeroPoint;
    return [
      (input as Float32Array).map(
        (value) => scale * (Math.min(high, Math.max(low, nearest(value))) - zeroPoint),
      ),
    ];
  },
};
