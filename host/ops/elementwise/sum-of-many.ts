import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { integerParameters, quantizeMultiplier, sameParameters } from "../../numerics/requantization.js";
import { anyOrder, type Operator, valuesLike } from "../operator.js";

/** Operands whose sum, 19 bits up, stays within int32. */
const maxOperands = 14;

/** The operands of a sum. Throws `NotRunnable` where there are none. */
export function summands(node: BoundNode): readonly Tensor[] {
  const present = node.inputs.filter((tensor) => tensor !== undefined);
  requireThat(
    present.length >= 2 && present.length === node.inputs.length,
    "two inputs or more are expected",
  );
  return present;
}

/** Rescaling of a sum of int8, 19 bits up, to the output. Source: TFLite Micro's `CalculateOpData` of ADD_N. */
export function sumRescaling(node: BoundNode): { multiplier: number; shift: number } {
  const [from, to] = [
    integerParameters(node.inputs[0] as Tensor),
    integerParameters(node.outputs[0] as Tensor),
  ];
  const { multiplier, shift } = quantizeMultiplier((2 * from.scale) / (2 ** 20 * to.scale));
  requireThat(shift <= 0, `the output's scale ${to.scale} is too small beside the inputs' ${from.scale}`);
  return { multiplier, shift };
}

/**
 * Sum of two tensors or more, int8 of one shape, scale and zero point, with one rounding. No float model has it: importers
 * make sums of two of it.
 */
export const sumOfMany: Operator = {
  name: "sumOfMany",
  quantization: { output: "as-input" },
  infer(node) {
    const tensors = summands(node);
    const first = tensors[0] as Tensor;
    const { dtype, shape } = first;
    requireThat(dtype === "int8", `the inputs are ${dtype}; int8 is expected`);
    for (const tensor of tensors) {
      requireThat(
        tensor.dtype === dtype && tensor.shape.join() === shape.join(),
        "the inputs are of different types; one dtype and shape is expected",
      );
      requireThat(
        sameParameters(tensor, first),
        "the inputs have different scales or zero points; equal ones are expected",
      );
    }
    requireThat(
      tensors.length <= maxOperands,
      `${tensors.length} inputs of int8; up to ${maxOperands} are taken`,
    );
    sumRescaling(node);
    return [{ dtype, shape }];
  },
  macs: () => 0,
  reordered: anyOrder,
  reference(node, inputs) {
    const output = valuesLike(inputs[0], elementCount((node.inputs[0] as Tensor).shape));
    for (const values of inputs)
      values?.forEach((value, i) => {
        output[i] = (output[i] as number) + value;
      });
    return [output];
  },
};
