import type { BoundNode } from "../../graph/node.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { type Operator, type Values, valuesLike } from "../operator.js";
import { elementPlaces, forEachPlace, type IndexedPlaces } from "./indexed.js";
import { inputAt, limitedShape, requireSameMeaning } from "./moved.js";

/** Attributes of a gather of single elements. */
export interface GatherElementsAttributes {
  /** The axis that indices name; negative counts from the end. */
  axis: number;
}

/** The input, its indices, and the places that they name. */
export interface GatheredElements {
  input: Tensor;
  indices: Tensor;
  places: IndexedPlaces;
}

/** Looks up and checks the inputs. Throws `NotRunnable`. */
export function gatheredElements({
  attributes,
  inputs,
}: BoundNode<GatherElementsAttributes>): GatheredElements {
  const [input, indices] = [inputAt(inputs), inputAt(inputs, 1)];
  return { input, indices, places: elementPlaces(input, indices, attributes.axis) };
}

/**
 * An element for each index: of one axis its number, of every other its position. A negative number counts from the end.
 * Any dtype.
 */
export const gatherElements: Operator<GatherElementsAttributes> = {
  name: "gatherElements",
  quantization: { output: "as-input" },
  moves: true,
  infer(node) {
    const { input, indices } = gatheredElements(node);
    requireSameMeaning([input], node.outputs);
    return [{ dtype: input.dtype, shape: limitedShape(indices.shape) }];
  },
  macs: () => 0,
  reference(node, [values, numbers]) {
    const { indices, places } = gatheredElements(node);
    const output = valuesLike(values, elementCount(indices.shape));
    forEachPlace(places, numbers, (position, place) => {
      output[position] = (values as Values)[place] as number;
    });
    return [output];
  },
};
