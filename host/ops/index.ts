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

/** The operator of that name. Nodes are made from these names only, so a missing one is a defect. */
export function operatorNamed(name: string): Operator {
  const operator = byName.get(name);
  if (operator === undefined) throw new Error(`no operator is named ${name}`);
  return operator;
}
