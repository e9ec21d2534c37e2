import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { describeType, type Tensor, tensorBytes } from "../../graph/tensor.js";
import type { Operator, Values } from "../operator.js";

/** The node's only variable. Throws `NotRunnable` where it has another number of them. */
export function onlyVariable({ variables = [] }: BoundNode): Tensor {
  const [variable] = variables;
  requireThat(
    variable !== undefined && variables.length === 1,
    `${variables.length} variables; 1 is expected`,
  );
  return variable;
}

/** Checks that a tensor can be copied to or from a variable: one dtype, as many bytes. Throws `NotRunnable`. */
function requireSameBytes(tensor: Tensor | undefined, variable: Tensor): asserts tensor is Tensor {
  if (tensor === undefined) throw new NotRunnable("the value is missing");
  requireThat(
    tensor.dtype === variable.dtype && tensorBytes(tensor) === tensorBytes(variable),
    `variable "${variable.name}" is ${describeType(variable)}, its value ${describeType(tensor)}`,
  );
}

/** The value of a variable, under any shape of as many elements. */
export const readVariable: Operator = {
  name: "readVariable",
  quantization: { output: "calibrated" },
  moves: true,
  infer(node) {
    const [output] = node.outputs;
    requireSameBytes(output, onlyVariable(node));
    return [{ dtype: output.dtype, shape: output.shape }];
  },
  macs: () => 0,
  reference: (_, __, [value] = []) => [(value as Values).slice()],
};

/** Sets a variable to a tensor. It has no output. */
export const assignVariable: Operator = {
  name: "assignVariable",
  quantization: { output: "as-input" },
  moves: true,
  infer(node) {
    requireSameBytes(node.inputs[0], onlyVariable(node));
    return [];
  },
  macs: () => 0,
  reference(_, [value], [variable] = []) {
    (variable as Values).set(value as Values);
    return [];
  },
};
