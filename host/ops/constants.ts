import type { BoundNode } from "../graph/node.js";
import { arrayTypes, elementCount, type Tensor, type TensorData } from "../graph/tensor.js";
import { realValues } from "../numerics/real-values.js";
import type { Operator, Values } from "./operator.js";

/** What may be computed of a model's constants, by `constantWork`: some seconds. What takes more is left to the model. */
export const maxConstantWork = 2 ** 27;

/** What computing a valid node takes: its products, and the elements that it reads and writes. */
export function constantWork(operator: Operator, node: BoundNode): number {
  const tensors = [...node.inputs, ...node.outputs];
  const elements = tensors.reduce((sum, tensor) => sum + (tensor ? elementCount(tensor.shape) : 0), 0);
  return operator.macs(node) + elements;
}

/**
 * The outputs of a valid node all of whose inputs are constant: of float32 and of integers that are not quantized, of
 * what only moves elements of any type, and of dequantizations. Undefined for any other node.
 */
export function constantOutputs(operator: Operator, node: BoundNode): TensorData[] | undefined {
  const values = constantInputs(operator, node);
  if (values === undefined || !node.inputs.every((tensor) => isExact(tensor, operator))) return undefined;
  const results = operator.reference(node, values);
  const data = node.outputs.map((tensor, i) => dataOf(results[i] as Values, tensor));
  return data.every((own) => own !== undefined) ? data : undefined;
}

/** Integers of 64 bits that doubles round to one more. */
const wideEnds: readonly bigint[] = [2n ** 63n - 1n, 2n ** 64n - 1n];

/** Operators that give elements of their inputs as they are, or compare them. */
const choosing: readonly string[] = [
  "maximum",
  "minimum",
  "reduceMax",
  "reduceMin",
  "equal",
  "notEqual",
  "greater",
  "greaterEqual",
];

/**
 * Whether doubles stand for a constant's elements: where they hold them exactly, and, for what is only moved and
 * compared, as ends of a range too, which files write for "to the end".
 */
function isExact(tensor: Tensor | undefined, { name, moves }: Operator): boolean {
  const data = tensor?.data;
  if (!(data instanceof BigInt64Array || data instanceof BigUint64Array)) return true;
  const keepsEnds = moves === true || choosing.includes(name);
  return (data as BigInt64Array).every(
    (value) => Number.isSafeInteger(Number(value)) || (keepsEnds && isEnd(value)),
  );
}

const isEnd = (value: bigint): boolean => value === -(2n ** 63n) || wideEnds.includes(value);

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

/** Values as the data of a tensor of this type; undefined where doubles are too coarse for integers of 64 bits. */
function dataOf(values: Values, { dtype }: Tensor): TensorData | undefined {
  if (dtype === "float32") return Float32Array.from(values);
  const data = new arrayTypes[dtype](values.length);
  const isWide = data instanceof BigInt64Array || data instanceof BigUint64Array;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const wide = isWide ? wideOf(value) : undefined;
    if (isWide && wide === undefined) return undefined;
    data[i] = wide ?? value;
  }
  return data;
}

/** The integer of 64 bits that a double stands for; undefined where it may be another. */
function wideOf(value: number): bigint | undefined {
  if (Number.isSafeInteger(value) || value === -(2 ** 63)) return BigInt(value);
  return wideEnds.find((end) => Number(end) === value);
}
