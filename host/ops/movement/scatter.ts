import type { BoundNode } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType, describeType, elementCount, type Tensor } from "../../graph/tensor.js";
import type { Operator, Values } from "../operator.js";
import { elementPlaces, forEachPlace, type IndexedPlaces, partPlaces } from "./indexed.js";
import { inputAt, limitedShape, requireSameMeaning } from "./moved.js";

/** Attributes of a scatter. */
export interface ScatterAttributes {
  /**
   * The axis that indices name, of which each is one number, for one element; negative counts from the end. Absent: the
   * last axis of the indices names leading axes, for a part each.
   */
  axis?: number;
}

/** What can be made of an element and an update. */
export type Reduction = "add" | "mul" | "min" | "max";

/** Attributes of a scatter that reduces. */
export interface ScatterReduceAttributes extends ScatterAttributes {
  reduction: Reduction;
}

/** The input, the indices, the updates, and the places that indices name. */
export interface Scattered {
  input: Tensor;
  indices: Tensor;
  updates: Tensor;
  places: IndexedPlaces;
}

/** Looks up and checks the inputs. Throws `NotRunnable`. */
export function scattered({ attributes, inputs }: BoundNode<ScatterAttributes>): Scattered {
  const [input, indices, updates] = [inputAt(inputs), inputAt(inputs, 1), inputAt(inputs, 2)];
  const { axis } = attributes;
  const places = axis === undefined ? partPlaces(input, indices) : elementPlaces(input, indices, axis);
  const named = places.lengths.length;
  const shape =
    axis === undefined ? [...indices.shape.slice(0, -1), ...input.shape.slice(named)] : indices.shape;
  const expected = { dtype: input.dtype, shape };
  requireThat(
    describeType(updates) === describeType(expected),
    `updates are ${describeType(updates)}; ${describeType(expected)} is expected`,
  );
  return { input, indices, updates, places };
}

function inferred(node: BoundNode<ScatterAttributes>) {
  const { input, updates } = scattered(node);
  requireSameMeaning([input, updates], node.outputs);
  return [{ dtype: input.dtype, shape: limitedShape(input.shape) }];
}

function scatterValues(
  node: BoundNode<ScatterAttributes>,
  [values, numbers, updates]: readonly (Values | undefined)[],
  reduce: (old: number, update: number) => number,
): Values[] {
  const { places } = scattered(node);
  const output = (values as Values).slice();
  forEachPlace(places, numbers, (position, place) => {
    for (let i = 0; i < places.run; i++) {
      const update = (updates as Values)[position * places.run + i] as number;
      output[place + i] = reduce(output[place + i] as number, update);
    }
  });
  return [output];
}

/**
 * A tensor with elements or parts of it replaced, at places that indices name; a negative number counts from the end. Of
 * several updates of one place the last counts. Any dtype.
 */
export const scatter: Operator<ScatterAttributes> = {
  name: "scatter",
  quantization: { output: "as-input" },
  moves: true,
  infer: inferred,
  macs: () => 0,
  reference: (node, inputs) => scatterValues(node, inputs, (_, update) => update),
};

/** Element types of scatters that reduce. */
export const reducedDtypes: readonly DType[] = ["float32", "int32", "int64"];

const reductions: Readonly<Record<Reduction, (old: number, update: number) => number>> = {
  add: (old, update) => old + update,
  mul: (old, update) => old * update,
  min: Math.min,
  max: Math.max,
};

/** A tensor with updates added to, multiplied by, or compared with what is at the places that indices name. */
export const scatterReduce: Operator<ScatterReduceAttributes> = {
  name: "scatterReduce",
  quantization: { output: "float" },
  infer(node) {
    const { reduction } = node.attributes;
    const { dtype, quantization } = inputAt(node.inputs);
    requireThat(Object.hasOwn(reductions, reduction), `reduction ${reduction} is not supported`);
    requireThat(
      reducedDtypes.includes(dtype) && quantization === undefined,
      `input is ${dtype}${quantization && ", quantized"}; ${alternatives(reducedDtypes)} is expected`,
    );
    return inferred(node);
  },
  macs: (node) => elementCount(scattered(node).updates.shape),
  reference: (node, inputs) => scatterValues(node, inputs, reductions[node.attributes.reduction]),
};
