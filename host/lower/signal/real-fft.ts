import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { realFftParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { type DType, elementBytes } from "../../graph/tensor.js";
import { radicesOf, twiddleBytes } from "../../ops/signal/fft.js";
import { callKernel, type KernelCall, kernelName, type Placement } from "../kernel.js";

/** A transform of rows, or back. */
export interface RealFft {
  operator: "rfft" | "irfft";
  dtype: DType;
  rows: number;
  /** Elements of an input row. */
  length: number;
  /** Half of the transform's samples. */
  points: number;
}

/** Scratch memory: one complex number a point for the factors; a transform back has its input there as well. */
export function fftScratchBytes({ operator, dtype, points }: RealFft): number[] {
  const complex = operator === "irfft" ? points * 2 : points;
  return [Math.max(blockBytes(realFftParameters), complex * 2 * elementBytes[dtype])];
}

/** The call that transforms all rows. */
export function emitFft(
  { operator, dtype, rows, length, points }: RealFft,
  placement: Placement,
): KernelCall[] {
  const radices = radicesOf(points);
  const [name, wider] = [kernelName(operator, dtype), kernelName(`${operator}Any`, dtype)];
  const kernel = radices.some((radix) => radix % 2 === 1) ? { name: wider } : { name, wider: [wider] };
  const isAccelerated = operator === "rfft" && dtype === "int16";
  const values = {
    work: isAccelerated ? signalWorks.rfftInt16 : signalWorks.none,
    input: placement.inputs[0] as number,
    output: placement.outputs[0] as number,
    scratch: placement.scratch,
    weights: placement.weights(twiddleBytes(dtype, points, operator === "irfft")),
    rows,
    length,
    points,
    radices: radices.reduce((packed, radix) => packed * 8 + radix, 0),
  };
  const accelerator = isAccelerated ? accelerators.signal : undefined;
  return [
    callKernel(
      { ...kernel, parameters: realFftParameters, accelerator },
      values,
      placement.scratch,
      placement,
    ),
  ];
}
