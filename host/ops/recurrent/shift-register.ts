import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { describeType, elementCount, type Tensor } from "../../graph/tensor.js";
import { onlyInput } from "../elementwise/lookup-table.js";
import type { Operator, Values } from "../operator.js";
import { onlyVariable } from "./variable.js";

/** The input and the variable, which holds several of it. Throws `NotRunnable`. */
export function registerOf(node: BoundNode): { input: Tensor; register: Tensor } {
  const [input, register] = [onlyInput(node), onlyVariable(node)];
  const slots = elementCount(register.shape) / elementCount(input.shape);
  requireThat(
    input.dtype === register.dtype && Number.isInteger(slots),
    `its variable is ${describeType(register)}; several of the input's ${describeType(input)} are expected`,
  );
  return { input, register };
}

/** The last inputs, oldest first: the variable shifted by one input, which is put at its end. */
export const shiftRegister: Operator = {
  name: "shiftRegister",
  quantization: { output: "as-input" },
  moves: true,
  infer(node) {
    const { dtype, shape } = registerOf(node).register;
    return [{ dtype, shape }];
  },
  macs: () => 0,
  reference(_, [input], [register] = []) {
    const [added, values] = [input as Values, register as Values];
    values.copyWithin(0, added.length);
    values.set(added, values.length - added.length);
    return [values.slice()];
  },
};
