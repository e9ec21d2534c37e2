import { requireThat } from "../../graph/not-runnable.js";
import { elementCount } from "../../graph/tensor.js";
import { forEachOfView, type StridedView, viewRange } from "../../numerics/strided-view.js";
import { onlyInput } from "../elementwise/lookup-table.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { limitedShape, requireSameMeaning } from "./moved.js";

/** Attributes of a view: where the output's elements lie in the input, and the shape that they are given. */
export interface ViewAttributes extends StridedView {
  readonly shape: readonly number[];
}

/**
 * A strided walk over the input: transposition, slices, tiles, reversals, and whatever else moves elements by a rule
 * that is linear in their indices. Any dtype.
 */
export const view: Operator<ViewAttributes> = {
  name: "view",
  quantization: { output: "as-input" },
  moves: true,
  infer(node) {
    const input = onlyInput(node);
    const { shape, lengths, strides } = node.attributes;
    requireThat(
      lengths.length === strides.length && lengths.every((length) => Number.isInteger(length) && length >= 1),
      `lengths [${lengths.join(", ")}] and strides [${strides.join(", ")}] are no loops`,
    );
    requireThat(
      elementCount(lengths) === elementCount(shape),
      `the view has ${elementCount(lengths)} elements; [${shape.join(", ")}] has ${elementCount(shape)}`,
    );
    const { low, high } = viewRange(node.attributes);
    const elements = elementCount(input.shape);
    requireThat(
      low >= 0 && high < elements,
      `the view reads the elements ${low} to ${high} of an input that has ${elements}`,
    );
    requireSameMeaning([input], node.outputs);
    return [{ dtype: input.dtype, shape: limitedShape(shape) }];
  },
  macs: () => 0,
  reference({ attributes }, [input]) {
    const output = valuesLike(input, elementCount(attributes.lengths));
    forEachOfView(attributes, (to, from) => {
      output[to] = (input as Values)[from] as number;
    });
    return [output];
  },
};
