import { blockBytes } from "../../abi/block.js";
import { padParameters, padWideParameters } from "../../abi/parameters.js";
import type { BoundNode } from "../../graph/node.js";
import {
  arrayTypes,
  elementBytes,
  integerRange,
  perTensor,
  type Tensor,
  tensorBytes,
} from "../../graph/tensor.js";
import { joinPaddedAxes, maxPadLoops, type PadAttributes, type PaddedAxis } from "../../ops/movement/pad.js";
import { bytesOf } from "../bytes.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** The axes as four loops around runs, in bytes of the run: the outermost first. */
function loopsOf(node: BoundNode<PadAttributes>): PaddedAxis[] {
  const axes = joinPaddedAxes(node);
  const bytes = elementBytes[(node.outputs[0] as Tensor).dtype];
  const run = axes.pop() as PaddedAxis;
  const missing = Array.from({ length: maxPadLoops - axes.length }, () => ({
    length: 1,
    before: 0,
    after: 0,
  }));
  return [
    ...missing,
    ...axes,
    { length: run.length * bytes, before: run.before * bytes, after: run.after * bytes },
  ];
}

/** The padding's element, repeated to 8 bytes. */
function patternOf(value: number, output: Tensor): Uint8Array {
  const { dtype } = output;
  const data = new arrayTypes[dtype](new ArrayBuffer(8));
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(value));
  else data.fill(dtype === "float32" ? value : storedInteger(value, dtype, output));
  return bytesOf(data);
}

/** The integer that stands for a real value; the nearest that the dtype holds. */
function storedInteger(value: number, dtype: keyof typeof integerRange, output: Tensor): number {
  const { scale, zeroPoint } = perTensor(output) ?? { scale: 1, zeroPoint: 0 };
  const [low, high] = integerRange[dtype];
  return Math.min(high, Math.max(low, zeroPoint + Math.round(value / scale)));
}

/** Padding: the output filled, and the input's runs copied into it. */
export const pad: Lowering<PadAttributes> = {
  operator: "pad",
  scratchBytes: (node) => [blockBytes(isOfOneByte(node) ? padParameters : padWideParameters)],
  emit(node, placement) {
    const output = node.outputs[0] as Tensor;
    const loops = loopsOf(node);
    let start = 0;
    let inner = 1;
    const gaps: number[] = [];
    for (const { length, before, after } of [...loops].reverse()) {
      start += before * inner;
      gaps.unshift((before + after) * inner);
      inner *= before + length + after;
    }
    const [count0, count1, count2, count3, run] = loops.map(({ length }) => length) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const pattern = new DataView(patternOf(node.attributes.value, output).buffer);
    const values = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      outputBytes: tensorBytes(output),
      start,
      run,
      count0,
      count1,
      count2,
      count3,
      gap0: gaps[1] as number,
      gap1: gaps[2] as number,
      gap2: gaps[3] as number,
      gap3: gaps[4] as number,
    };
    const { scratch } = placement;
    if (isOfOneByte(node)) {
      const kernel = { name: "pad", parameters: padParameters };
      return [callKernel(kernel, { ...values, value: pattern.getInt8(0) }, scratch, placement)];
    }
    const kernel = { name: "padWide", parameters: padWideParameters };
    const [value, high] = [pattern.getInt32(0, true), pattern.getInt32(4, true)];
    return [callKernel(kernel, { ...values, value, high }, scratch, placement)];
  },
};

/** Whether the padding is one byte, repeated. */
function isOfOneByte({ attributes, outputs }: BoundNode<PadAttributes>): boolean {
  const pattern = patternOf(attributes.value, outputs[0] as Tensor);
  return pattern.every((byte) => byte === pattern[0]);
}
