import { WasmoteError } from "../errors.js";
import { cast } from "./conversion/cast.js";
import { dequantize } from "./conversion/dequantize.js";
import { quantize } from "./conversion/quantize.js";
import { averagePool2d } from "./convolution/average-pool-2d.js";
import { conv2d } from "./convolution/conv-2d.js";
import { depthwiseConv2d } from "./convolution/depthwise-conv-2d.js";
import { l2Pool2d } from "./convolution/l2-pool-2d.js";
import { maxPool2d } from "./convolution/max-pool-2d.js";
import { transposeConv2d } from "./convolution/transpose-conv-2d.js";
import { detectionPostprocess } from "./detection/detection-postprocess.js";
import { add } from "./elementwise/add.js";
import * as arithmetic from "./elementwise/arithmetic.js";
import * as comparisons from "./elementwise/comparisons.js";
import * as functions from "./elementwise/functions.js";
import { hardSwish } from "./elementwise/hard-swish.js";
import { leakyRelu } from "./elementwise/leaky-relu.js";
import { logistic } from "./elementwise/logistic.js";
import { lookupTable } from "./elementwise/lookup-table.js";
import { mul } from "./elementwise/mul.js";
import { relu, relu0To1, relu6, reluN1To1 } from "./elementwise/relu.js";
import { select } from "./elementwise/select.js";
import { sub } from "./elementwise/sub.js";
import { sumOfMany } from "./elementwise/sum-of-many.js";
import { tanh } from "./elementwise/tanh.js";
import { batchMatmul } from "./matrix/batch-matmul.js";
import { fullyConnected } from "./matrix/fully-connected.js";
import { concatenation } from "./movement/concatenation.js";
import { gather } from "./movement/gather.js";
import { pad } from "./movement/pad.js";
import { reshape } from "./movement/reshape.js";
import { resizeBilinear } from "./movement/resize-bilinear.js";
import { updateSlice } from "./movement/update-slice.js";
import { view } from "./movement/view.js";
import type { Operator } from "./operator.js";
import { lstm } from "./recurrent/lstm.js";
import { shiftRegister } from "./recurrent/shift-register.js";
import { svdf } from "./recurrent/svdf.js";
import { assignVariable, readVariable } from "./recurrent/variable.js";
import { argMax, argMin } from "./reduction/arg.js";
import { cumsum } from "./reduction/cumsum.js";
import { l2Normalization } from "./reduction/l2-normalization.js";
import { logSoftmax } from "./reduction/log-softmax.js";
import { mean } from "./reduction/mean.js";
import { prod, reduceAll, reduceAny, reduceMax, reduceMin, sum } from "./reduction/reduce.js";
import { softmax } from "./reduction/softmax.js";
import { energy } from "./signal/energy.js";
import { fftAutoScale } from "./signal/fft-auto-scale.js";
import { filterBank } from "./signal/filter-bank.js";
import { filterBankLog } from "./signal/filter-bank-log.js";
import { filterBankSquareRoot } from "./signal/filter-bank-square-root.js";
import { frames } from "./signal/frames.js";
import { irfft } from "./signal/irfft.js";
import { overlapAdd } from "./signal/overlap-add.js";
import { pcan } from "./signal/pcan.js";
import { rfft } from "./signal/rfft.js";
import { spectralSubtraction } from "./signal/spectral-subtraction.js";
import { window } from "./signal/window.js";

/** Every operator that wasmote knows: one line each, and one for each file of many. */
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
  relu0To1,
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
  detectionPostprocess,
  energy,
  fftAutoScale,
  filterBank,
  filterBankLog,
  filterBankSquareRoot,
  frames,
  irfft,
  overlapAdd,
  pcan,
  rfft,
  spectralSubtraction,
  window,
  view,
  sum,
  prod,
  reduceMax,
  reduceMin,
  reduceAny,
  reduceAll,
  argMax,
  argMin,
  logSoftmax,
  l2Normalization,
  cumsum,
  readVariable,
  assignVariable,
  ...Object.values(arithmetic),
  ...Object.values(functions),
  ...Object.values(comparisons),
  select,
  sumOfMany,
  cast,
  updateSlice,
  resizeBilinear,
  gather,
  l2Pool2d,
  transposeConv2d,
  batchMatmul,
  shiftRegister,
  svdf,
  lstm,
] as const;

const byName = new Map<string, Operator>(
  operators.map((operator) => [operator.name, operator as unknown as Operator]),
);

/** Throws `operators-invalid` where there is an operator of that name. */
export function requireFreeName(name: string): void {
  if (byName.has(name)) throw new WasmoteError("operators-invalid", `there is another operator ${name}`);
}

/**
 * Adds an operator of a user's own, for as long as the process lives: graphs have operators' names, and everything that
 * reads a graph looks them up here.
 *
 * @throws `operators-invalid` where the name is taken
 */
export function addOperator(operator: Operator): void {
  requireFreeName(operator.name);
  byName.set(operator.name, operator);
}

/** The operator of that name. Nodes are made from these names only, so a missing one is a defect. */
export function operatorNamed(name: string): Operator {
  const operator = byName.get(name);
  if (operator === undefined) throw new Error(`no operator is named ${name}`);
  return operator;
}
