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
import { arithmetic } from "./elementwise/arithmetic.js";
import { comparisons } from "./elementwise/comparisons.js";
import { functions } from "./elementwise/functions.js";
import { lookupTable } from "./elementwise/lookup-table.js";
import { mul } from "./elementwise/mul.js";
import { select } from "./elementwise/select.js";
import { sub } from "./elementwise/sub.js";
import { sumOfMany } from "./elementwise/sum-of-many.js";
import type { Lowering } from "./lowering.js";
import { batchMatmul } from "./matrix/batch-matmul.js";
import { fullyConnected } from "./matrix/fully-connected.js";
import { concatenation } from "./movement/concatenation.js";
import { gather } from "./movement/gather.js";
import { pad } from "./movement/pad.js";
import { reshape } from "./movement/reshape.js";
import { resizeBilinear } from "./movement/resize-bilinear.js";
import { updateSlice } from "./movement/update-slice.js";
import { view } from "./movement/view.js";
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

/** How every operator runs: one line each, and one for all that are of one kind. */
const lowerings = [
  conv2d,
  depthwiseConv2d,
  averagePool2d,
  maxPool2d,
  fullyConnected,
  add,
  sub,
  mul,
  ...arithmetic,
  ...comparisons,
  select,
  sumOfMany,
  ...functions,
  lookupTable,
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
  view,
  updateSlice,
  resizeBilinear,
  gather,
  quantize,
  dequantize,
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
  cast,
  l2Pool2d,
  transposeConv2d,
  batchMatmul,
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
