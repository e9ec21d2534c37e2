import { NotRunnable } from "../../../graph/not-runnable.js";
import type { Tensor } from "../../../graph/tensor.js";
import type { TfliteMapping, TfliteNode } from "./mapping.js";

/** The variable that a node names. Throws `NotRunnable` where it names none. */
function variableOf({ variable }: TfliteNode, input: Tensor | undefined, type?: Tensor): Tensor {
  const found = variable(input, type);
  if (found === undefined) {
    throw new NotRunnable(
      input === undefined
        ? "the variable is missing"
        : `tensor "${input.name}" is no variable: one that is marked as such, or a VAR_HANDLE, is expected`,
    );
  }
  return found;
}

/** State, and what steps through time on it. */
export const recurrent: readonly TfliteMapping[] = [
  {
    builtin: "READ_VARIABLE",
    optionsType: 0,
    maxVersion: 1,
    takesResources: true,
    read: (node) => ({
      operator: "readVariable",
      attributes: {},
      inputs: [],
      variables: [variableOf(node, node.inputs[0], node.outputs[0])],
    }),
  },
  {
    builtin: "ASSIGN_VARIABLE",
    optionsType: 0,
    maxVersion: 1,
    takesResources: true,
    read: (node) => ({
      operator: "assignVariable",
      attributes: {},
      inputs: [node.inputs[1]],
      variables: [variableOf(node, node.inputs[0], node.inputs[1])],
    }),
  },
];
