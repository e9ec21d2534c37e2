import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { integerRange, perTensor, type Tensor } from "../../graph/tensor.js";
import { roundHalfAway } from "../../numerics/requantization.js";
import { byteRescale, byteTable, onlyInput } from "../elementwise/lookup-table.js";
import type { Operator } from "../operator.js";

/** Parameters and range of an int8 or uint8 tensor quantized as a whole. */
export interface ByteQuantization {
  scale: number;
  zeroPoint: number;
  low: number;
  high: number;
}

/** Parameters and range of an int8 or uint8 tensor. Throws `NotRunnable` for other dtypes and invalid parameters. */
export function byteQuantization(tensor: Tensor): ByteQuantization {
  const { dtype } = tensor;
  if (dtype !== "int8" && dtype !== "uint8")
    throw new NotRunnable(`tensor "${tensor.name}" is ${dtype}; int8 or uint8 is expected`);
  const parameters = perTensor(tensor);
  if (parameters === undefined)
    throw new NotRunnable(`tensor "${tensor.name}" has no scale and zero point for the whole tensor`);
  const { scale, zeroPoint } = parameters;
  const [low, high] = integerRange[dtype];
  requireThat(
    Number.isFinite(scale) && scale > 0,
    `tensor "${tensor.name}" has scale ${scale}; a finite positive number is expected`,
  );
  requireThat(
    Number.isInteger(zeroPoint) && zeroPoint >= low && zeroPoint <= high,
    `tensor "${tensor.name}" has zero point ${zeroPoint}; a number in ${low}..${high} is expected`,
  );
  return { scale, zeroPoint, low, high };
}

/** Table of TFLite's reference kernel `Requantize` between 8-bit tensors. */
function tableOf(node: BoundNode): Uint8Array {
  const input = byteQuantization(onlyInput(node));
  const output = byteQuantization(node.outputs[0] as Tensor);
  const rescale = byteRescale(input.scale / output.scale);
  return byteTable(
    input.low < 0,
    output.low,
    output.high,
    (q) => output.zeroPoint + rescale(q - input.zeroPoint),
  );
}

/** float32 to int8 or uint8, or from one 8-bit quantization to another. */
export const quantize: Operator = {
  name: "quantize",
  quantization: { output: "calibrated" },
  infer(node) {
    const input = onlyInput(node);
    const [output] = node.outputs;
    if (output === undefined) throw new NotRunnable("the output is missing");
    byteQuantization(output);
    if (input.dtype !== "float32") tableOf(node);
    return [{ dtype: output.dtype, shape: input.shape }];
  },
  macs: () => 0,
  byteTable: (node) => (onlyInput(node).dtype === "float32" ? undefined : tableOf(node)),
  reference(node, [input]) {
    const { scale, zeroPoint, low, high } = byteQuantization(node.outputs[0] as Tensor);
    const nearest = (value: number): number => roundHalfAway(Math.fround(value / scale)) + zeroPoint;
    return [
      (input as Float32Array).map(
        (value) => scale * (Math.min(high, Math.max(low, nearest(value))) - zeroPoint),
      ),
    ];
  },
};
