import type { BoundNode } from "../graph/node.js";
import { arrayTypes, type Tensor, type TensorData } from "../graph/tensor.js";
import { realValues } from "../numerics/real-values.js";
import type { Operator, Values } from "./operator.js";

/**
 * The outputs of a valid node all of whose inputs are constant: of float32 and of integers that are not quantized, of
 * what only moves elements of any type, and of dequantizations. Undefined for any other node.
 */
export function constantOutputs(operator: Operator, node: BoundNode): TensorData[] | undefined {
  const values = constantInputs(operator, node);
  if (values === undefined) return undefined;
  const results = operator.reference(node, values);
  return node.outputs.map((tensor, i) => dataOf(results[i] as Values, tensor));
}

/** In how few bits all of a node's inputs are stored: where outputs fit as well, lowering stores them so. */
export function storedOf({ inputs: [first, ...others] }: BoundNode): Pick<Tensor, "stored"> {
  const same = first?.stored !== undefined && others.every((tensor) => tensor?.stored === first.stored);
  return same ? { stored: first.stored } : {};
}

/** What the reference of a node that is to be computed is given; undefined where it is none. */
function constantInputs(
  { moves, name }: Operator,
  { inputs, outputs, variables = [] }: BoundNode,
): (Values | undefined)[] | undefined {
  const present = inputs.filter((tensor) => tensor !== undefined);
  const constant = present.length > 0 && present.every(({ data }) => data !== undefined);
  if (!constant || variables.length > 0) return undefined;
  if (name === "dequantize") return inputs.map((tensor) => tensor && realValues(tensor));
  const quantized = [...present, ...outputs].some(
    ({ quantization, dtype }) => quantization !== undefined && dtype !== "float32",
  );
  return moves === true || !quantized ? inputs.map((tensor) => tensor && storedValues(tensor)) : undefined;
}

/** A constant's elements as they are stored; integers as doubles. */
function storedValues({ data = new Float32Array(0) }: Tensor): Values {
  return data instanceof Float32Array ? data : Float64Array.from(data as ArrayLike<number | bigint>, Number);
}

/** Values as the data of a tensor of this type. */
function dataOf(values: Values, { dtype }: Tensor): TensorData {
  if (dtype === "float32") return Float32Array.from(values);
  const data = new arrayTypes[dtype](values.length);
  const isWide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < values.length; i++)
    data[i] = isWide ? BigInt(values[i] as number) : (values[i] as number);
  return data;
}
