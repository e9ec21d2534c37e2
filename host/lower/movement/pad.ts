import { blockBytes } from "../../abi/block.js";
import { padParameters } from "../../abi/parameters.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { int8Parameters } from "../../numerics/requantization.js";
import { joinPaddedAxes, maxPadLoops, type PadAttributes, type PaddedAxis } from "../../ops/movement/pad.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** The axes as four loops around runs: the outermost first. */
function loopsOf(axes: readonly PaddedAxis[]): PaddedAxis[] {
  const missing = Array.from({ length: maxPadLoops + 1 - axes.length }, () => ({
    length: 1,
    before: 0,
    after: 0,
  }));
  return [...missing, ...axes];
}

/** Padding: the output filled, and the input's runs copied into it. */
export const pad: Lowering<PadAttributes> = {
  operator: "pad",
  dtypes: ["int8"],
  scratchBytes: () => [blockBytes(padParameters)],
  emit(node, placement) {
    const output = node.outputs[0] as Tensor;
    const { scale, zeroPoint } = int8Parameters(output);
    const loops = loopsOf(joinPaddedAxes(node));
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
    return [
      callKernel(
        { name: "padInt8", parameters: padParameters },
        {
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          outputBytes: elementCount(output.shape),
          start,
          value: Math.min(127, Math.max(-128, zeroPoint + Math.round(node.attributes.value / scale))),
          run,
          count0,
          count1,
          count2,
          count3,
          gap0: gaps[1] as number,
          gap1: gaps[2] as number,
          gap2: gaps[3] as number,
          gap3: gaps[4] as number,
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
