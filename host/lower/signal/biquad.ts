import { blockBytes } from "../../abi/block.js";
import { biquadParameters } from "../../abi/parameters.js";
import { type BiquadAttributes, biquadSections } from "../../ops/signal/biquad.js";
import { bytesOf } from "../bytes.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { streamValues } from "./stream.js";

/** Filters of second order. */
export const biquad: Lowering<BiquadAttributes> = {
  operator: "biquad",
  dtypes: ["float32"],
  constantInputs: () => [1],
  scratchBytes: () => [blockBytes(biquadParameters)],
  inPlace: () => [0],
  emit(node, placement) {
    const { sections, ...stream } = biquadSections(node);
    const numbers = sections.flatMap(({ b0, b1, b2, a1, a2, settled1, settled2 }) => [
      ...[b0, b1, b2, a1, a2],
      ...[settled1, settled2],
    ]);
    const values = {
      ...streamValues(stream, node.attributes.start, placement),
      scratch: placement.scratch,
      weights: placement.weights(bytesOf(Float32Array.from(numbers))),
      sections: sections.length,
    };
    const kernel = { name: "biquadFloat32", parameters: biquadParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
