import { blockBytes } from "../../abi/block.js";
import { runningNormalizeParameters } from "../../abi/parameters.js";
import type { RunningNormalizeAttributes } from "../../ops/signal/running-normalize.js";
import { streamOf } from "../../ops/signal/stream.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { streamValues } from "./stream.js";

/** Samples in standard deviations from their mean so far. */
export const runningNormalize: Lowering<RunningNormalizeAttributes> = {
  operator: "runningNormalize",
  dtypes: ["float32"],
  scratchBytes: () => [blockBytes(runningNormalizeParameters)],
  inPlace: () => [0],
  emit(node, placement) {
    const { rate, epsilon, start } = node.attributes;
    const values = { ...streamValues(streamOf(node), start, placement), rate, kept: 1 - rate, epsilon };
    const kernel = { name: "runningNormalizeFloat32", parameters: runningNormalizeParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
