import { dequantize } from "./conversion/dequantize.js";
import { quantize } from "./conversion/quantize.js";
import { averagePool2d } from "./convolution/average-pool-2d.js";
import { conv2d } from "./convolution/conv-2d.js";
import { depthwiseConv2d } from "./convolution/depthwise-conv-2d.js";
import { maxPool2d } from "./convolution/max-pool-2d.js";
import { add } from "./elementwise/add.js";
import { lookupTables } from "./elementwise/lookup-table.js";
import { mul } from "./elementwise/mul.js";
import { sub } from "./elementwise/sub.js";
import type { Lowering } from "./lowering.js";
import { fullyConnected } from "./matrix/fully-connected.js";
import { concatenation } from "./movement/concatenation.js";
import { pad } from "./movement/pad.js";
import { reshape } from "./movement/reshape.js";
import { lstm } from "./recurrent/lstm.js";
import { shiftRegister } from "./recurrent/shift-register.js";
import { svdf } from "./recurrent/svdf.js";
import { assignVariable, readVariable } from "./recurrent/variable.js";
import { args } from "./reduction/arg.js";
import { cumsum } from "./reduction/cumsum.js";
import { l2Normalization } from "./reduction/l2-normalization.js";
import { logSoftmax } from "./reduction/log-softmax.js";
import { mean } from "./reduction/mean.js";
import { reductions } from "./reduction/reduce.js";
import { softmax } from "./reduction/softmax.js";

/** How every operator runs: one line each, and one for all that are lookup tables. */
const lowerings = [
  conv2d,
  depthwiseConv2d,
  averagePool2d,
  maxPool2d,
  fullyConnected,
  add,
  sub,
  mul,
  ...lookupTables,
  mean,
  softmax,
  ...reductions,
  ...args,
  logSoftmax,
  l2Normalization,
  cumsum,
  readVariable,
  assignVariable,
  shiftRegister,
  svdf,
  lstm,
  concatenation,
  pad,
  reshape,
  quantize,
  dequantize,
] as const;

const byOperator = new Map<string, Lowering>(
  lowerings.map((lowering) => [lowering.operator, lowering as unknown as Lowering]),
);

/** Adds how an operator of a user's own runs, for as long as the process lives. */
export function addLowering(lowering: Lowering): void {
  byOperator.set(lowering.operator, lowering);
}

/** How the operator of that name runs. Every operator has a lowering, so a missing one is a defect. */
export function loweringOf(operator: string): Lowering {
  const lowering = byOperator.get(operator);
  if (lowering === undefined) throw new Error(`nothing says how ${operator} runs`);
  return lowering;
}
