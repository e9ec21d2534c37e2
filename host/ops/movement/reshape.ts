import { requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { onlyInput } from "../elementwise/lookup-table.js";
import type { Operator, Values } from "../operator.js";

/** Attributes of a reshape. */
export interface ReshapeAttributes {
  /** Lengths of the output; one may be -1 and stands for what is left of the elements. */
  shape: readonly number[];
}

/** The lengths with -1 filled in. Throws `NotRunnable` where the elements do not fit. */
function resolve(wanted: readonly number[], input: Tensor): number[] {
  const elements = elementCount(input.shape);
  const known = wanted.filter((length) => length !== -1);
  const least = elements === 0 ? 0 : 1;
  requireThat(
    wanted.length - known.length <= 1 && known.every((length) => Number.isInteger(length) && length >= least),
    `[${wanted.join(", ")}] is no shape: positive lengths and at most one -1 are expected`,
  );
  const shape = wanted.map((length) => (length === -1 ? elements / elementCount(known) : length));
  requireThat(
    shape.every(Number.isInteger) && elementCount(shape) === elements,
    `the input's ${elements} elements do not fit into [${wanted.join(", ")}]`,
  );
  return shape;
}

/** The same elements in the same order under another shape. Flatten, squeeze and expand-dims are reshapes. */
export const reshape: Operator<ReshapeAttributes> = {
  name: "reshape",
  quantization: { output: "as-input" },
  moves: true,
  infer(node) {
    const input = onlyInput(node);
    return [{ dtype: input.dtype, shape: resolve(node.attributes.shape, input) }];
  },
  macs: () => 0,
  reference: (_, [input]) => [(input as Values).slice()],
};
