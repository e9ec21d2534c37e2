import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor, type TensorType } from "../../graph/tensor.js";
import { broadcastLoops, broadcastShape, forEachBroadcast } from "../../numerics/broadcast.js";
import { sameParameters } from "../../numerics/requantization.js";
import { anyOrder, type Operator, valuesLike } from "../operator.js";

/** The three inputs of a choice. Throws `NotRunnable` where one is missing. */
function choiceInputs(node: BoundNode): [Tensor, Tensor, Tensor] {
  const [condition, whereTrue, whereFalse] = node.inputs;
  if (condition === undefined || whereTrue === undefined || whereFalse === undefined)
    throw new NotRunnable(`${node.inputs.length} inputs; 3 are expected`);
  return [condition, whereTrue, whereFalse];
}

/** A bool's choice between elements of two tensors of one type, with broadcasting of all three. */
export const select: Operator = {
  name: "select",
  quantization: { output: "as-input" },
  infer(node): TensorType[] {
    const [condition, whereTrue, whereFalse] = choiceInputs(node);
    requireThat(condition.dtype === "bool", `the condition is ${condition.dtype}; bool is expected`);
    requireThat(
      whereTrue.dtype === whereFalse.dtype,
      `what is chosen between is ${whereTrue.dtype} and ${whereFalse.dtype}; one dtype is expected`,
    );
    for (const tensor of [whereFalse, ...node.outputs]) {
      requireThat(
        whereTrue.quantization === undefined || sameParameters(whereTrue, tensor),
        "what is chosen between and the output have different scales or zero points; equal ones are expected",
      );
    }
    const shapes = [condition.shape, whereTrue.shape, whereFalse.shape];
    broadcastLoops(...shapes);
    return [{ dtype: whereTrue.dtype, shape: broadcastShape(...shapes) }];
  },
  macs: () => 0,
  reordered: anyOrder,
  reference(node, [condition, whereTrue, whereFalse]) {
    const shapes = choiceInputs(node).map(({ shape }) => shape);
    const output = valuesLike(whereTrue, elementCount(broadcastShape(...shapes)));
    forEachBroadcast(shapes, (at, i, j, k) => {
      output[at] = (condition?.[i] === 0 ? whereFalse?.[k] : whereTrue?.[j]) as number;
    });
    return [output];
  },
  moves: true,
};
