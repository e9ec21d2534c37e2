import type { FusedActivation } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor, type TensorType } from "../../graph/tensor.js";
import { broadcastLoops, broadcastShape, forEachBroadcast, operands } from "../../numerics/broadcast.js";
import { applyActivation, int8Parameters } from "../../numerics/requantization.js";
import type { Operator } from "../operator.js";

/** Attributes of an elementwise operator of two tensors. */
export interface BinaryAttributes {
  activation: FusedActivation;
}

/** What tells one elementwise operator from another. */
export interface BinaryKind {
  name: string;
  compute(first: number, second: number): number;
  /** Throws `NotRunnable` where the scales of int8 tensors do not fit. */
  checkScales(first: Tensor, second: Tensor, output: Tensor, activation: FusedActivation): void;
}

/**
 * An elementwise operator of two tensors with broadcasting and a fused activation, int8 or float32. Either operand
 * may be constant.
 */
export function binary(kind: BinaryKind): Operator<BinaryAttributes> {
  return {
    name: kind.name,
    quantization: { output: "calibrated" },
    infer(node): TensorType[] {
      const [first, second] = operands(node.inputs);
      const { dtype } = first;
      requireThat(
        dtype === "int8" || dtype === "float32",
        `the first input is ${dtype}; int8 or float32 is expected`,
      );
      requireThat(
        second.dtype === dtype,
        `the second input is ${second.dtype}; ${dtype} is expected, as the first`,
      );
      broadcastLoops(first.shape, second.shape);
      if (dtype === "int8") {
        for (const output of node.outputs) {
          for (const tensor of [first, second, output]) int8Parameters(tensor);
          kind.checkScales(first, second, output, node.attributes.activation);
        }
      }
      return [{ dtype, shape: broadcastShape(first.shape, second.shape) }];
    },
    macs: () => 0,
    reference(node, inputs) {
      const [first, second] = operands(node.inputs);
      const [a, b] = operands(inputs);
      const output = new Float32Array(elementCount(broadcastShape(first.shape, second.shape)));
      forEachBroadcast(first.shape, second.shape, (at, i, j) => {
        output[at] = applyActivation(
          node.attributes.activation,
          kind.compute(a[i] as number, b[j] as number),
        );
      });
      return [output];
    },
  };
}
