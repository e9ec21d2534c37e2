import type { BoundNode } from "../graph/node.js";
import { NotRunnable } from "../graph/not-runnable.js";
import { arrayTypes, describeType, type Tensor, type TensorData } from "../graph/tensor.js";
import { operatorNamed } from "./index.js";
import type { Values } from "./operator.js";

/** A constant's elements as they are stored; integers as doubles. */
export function storedValues({ data = new Float32Array(0) }: Tensor): Values {
  return data instanceof Float32Array ? data : Float64Array.from(data as ArrayLike<number | bigint>, Number);
}

/** Values as the data of a tensor of this type. */
export function dataOf(values: Values, { dtype }: Tensor): TensorData {
  if (dtype === "float32") return Float32Array.from(values);
  const data = new arrayTypes[dtype](values.length);
  const isWide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < values.length; i++)
    data[i] = isWide ? BigInt(values[i] as number) : (values[i] as number);
  return data;
}

const isIndex = ({ dtype, quantization }: Tensor): boolean =>
  quantization === undefined && ["int32", "int64", "bool"].includes(dtype);

/**
 * What a node computes of constant integers alone, as models work out shapes: the outputs' data, or undefined where it is
 * no such node, or one that cannot run.
 */
export function foldIntegers(operator: string, node: BoundNode): TensorData[] | undefined {
  const { inputs, outputs, variables = [] } = node;
  const constants = inputs.filter((tensor) => tensor?.data !== undefined && isIndex(tensor)) as Tensor[];
  if (constants.length === 0 || constants.length < inputs.length) return undefined;
  if (variables.length > 0 || !outputs.every(isIndex)) return undefined;
  try {
    const { infer, reference } = operatorNamed(operator);
    const types = infer(node);
    if (!outputs.every((output, i) => types[i] && describeType(types[i]) === describeType(output)))
      return undefined;
    const results = reference(node, constants.map(storedValues));
    return outputs.map((output, i) => dataOf(results[i] as Values, output));
  } catch (error) {
    if (error instanceof NotRunnable) return undefined;
    throw error;
  }
}
