import { blockBytes } from "../../abi/block.js";
import { medianFilterParameters } from "../../abi/parameters.js";
import { type MedianFilterAttributes, windowedStream } from "../../ops/signal/median-filter.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { streamValues } from "./stream.js";

/** Medians over time. Scratch memory: a window, sorted. */
export const medianFilter: Lowering<MedianFilterAttributes> = {
  operator: "medianFilter",
  dtypes: ["float32"],
  scratchBytes: ({ attributes: { window } }) => [Math.max(blockBytes(medianFilterParameters), window * 4)],
  emit(node, placement) {
    const values = {
      ...streamValues(windowedStream(node), node.attributes.start, placement),
      scratch: placement.scratch,
      window: node.attributes.window,
      factor: 0,
    };
    const kernel = { name: "medianFilterFloat32", parameters: medianFilterParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
