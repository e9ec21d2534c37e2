import { blockBytes } from "../../abi/block.js";
import { biquadParameters } from "../../abi/parameters.js";
import { type BiquadAttributes, biquadSections } from "../../ops/signal/biquad.js";
import { bytesOf } from "../bytes.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Filters of second order. */
export const biquad: Lowering<BiquadAttributes> = {
  operator: "biquad",
  dtypes: ["float32"],
  constantInputs: () => [1],
  scratchBytes: () => [blockBytes(biquadParameters)],
  inPlace: () => [0],
  emit(node, placement) {
    const { time, channels, sections } = biquadSections(node);
    const numbers = sections.flatMap(({ b0, b1, b2, a1, a2, settled1, settled2 }) => [
      ...[b0, b1, b2, a1, a2],
      ...[settled1, settled2],
    ]);
    const [state, started = 0] = placement.variables as [number, number | undefined];
    const values = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      state,
      started,
      scratch: placement.scratch,
      weights: placement.weights(bytesOf(Float32Array.from(numbers))),
      time,
      channels,
      sections: sections.length,
      startsWithFirst: node.attributes.start === "first" ? 1 : 0,
    };
    const kernel = { name: "biquadFloat32", parameters: biquadParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
