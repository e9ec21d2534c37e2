import { blockBytes } from "../../abi/block.js";
import { medianFilterParameters } from "../../abi/parameters.js";
import { type HampelAttributes, hampelFactor } from "../../ops/signal/hampel.js";
import { windowedStream } from "../../ops/signal/median-filter.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { streamValues } from "./stream.js";

/** Outliers over time, replaced. Scratch memory: a window, sorted, and its deviations. */
export const hampel: Lowering<HampelAttributes> = {
  operator: "hampel",
  dtypes: ["float32"],
  scratchBytes: ({ attributes: { window } }) => [Math.max(blockBytes(medianFilterParameters), window * 8)],
  emit(node, placement) {
    const values = {
      ...streamValues(windowedStream(node), node.attributes.start, placement),
      scratch: placement.scratch,
      window: node.attributes.window,
      factor: hampelFactor(node.attributes),
    };
    const kernel = { name: "hampelFloat32", parameters: medianFilterParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
