import { WasmoteError } from "../errors.js";
import { add } from "./add.js";
import { averagePool2d } from "./average-pool-2d.js";
import { concatenation } from "./concatenation.js";
import { conv2d } from "./conv-2d.js";
import { depthwiseConv2d } from "./depthwise-conv-2d.js";
import { dequantize } from "./dequantize.js";
import { fullyConnected } from "./fully-connected.js";
import { hardSwish } from "./hard-swish.js";
import { leakyRelu } from "./leaky-relu.js";
import { logistic } from "./logistic.js";
import { lookupTable } from "./lookup-table.js";
import { maxPool2d } from "./max-pool-2d.js";
import { mean } from "./mean.js";
import { mul } from "./mul.js";
import type { Operator } from "./operator.js";
import { pad } from "./pad.js";
import { quantize } from "./quantize.js";
import { relu, relu6, reluN1To1 } from "./relu.js";
import { reshape } from "./reshape.js";
import { softmax } from "./softmax.js";
import { sub } from "./sub.js";
import { tanh } from "./tanh.js";

/** Every operator that wasmote knows: one line each. */
export const operators = [
  conv2d,
  depthwiseConv2d,
  fullyConnected,
  concatenation,
  dequantize,
  hardSwish,
  leakyRelu,
  logistic,
  lookupTable,
  quantize,
  relu,
  relu6,
  reluN1To1,
  reshape,
  softmax,
  tanh,
  averagePool2d,
  maxPool2d,
  add,
  sub,
  mul,
  pad,
  mean,
] as const;

const byName = new Map<string, Operator>(
  operators.map((operator) => [operator.name, operator as unknown as Operator]),
);

/** Every operator, a user's own among them. */
export function knownOperators(): readonly Operator[] {
  return [...byName.values()];
}

/**
 * Adds operators of a user's own, for as long as the process lives: graphs have operators' names, and everything that
 * reads a graph looks them up here.
 *
 * @throws `operators-invalid` where a name, or a TFLite operator that it maps, is taken
 */
export function addOperators(added: readonly Operator[]): void {
  for (const operator of added) {
    const mapped = new Map(
      knownOperators().flatMap(({ name, tflite }) => (tflite ?? []).map(({ builtin }) => [builtin, name])),
    );
    const taken = operator.tflite?.find(({ builtin }) => mapped.has(builtin))?.builtin;
    if (byName.has(operator.name))
      throw new WasmoteError("operators-invalid", `there is another operator ${operator.name}`);
    if (taken !== undefined)
      throw new WasmoteError("operators-invalid", `${taken} is the operator ${mapped.get(taken)} already`);
    byName.set(operator.name, operator);
  }
}

/** The operator of that name. Nodes are made from these names only, so a missing one is a defect. */
export function operatorNamed(name: string): Operator {
  const operator = byName.get(name);
  if (operator === undefined) throw new Error(`no operator is named ${name}`);
  return operator;
}
