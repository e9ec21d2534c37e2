import { blockBytes } from "../../abi/block.js";
import { resampleStreamParameters } from "../../abi/parameters.js";
import { type ResampleStreamAttributes, resampledStream } from "../../ops/signal/resample-stream.js";
import { bytesOf } from "../bytes.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { streamValues } from "./stream.js";

/** A stream at another sample rate. Scratch memory: the taps of one phase. */
export const resampleStream: Lowering<ResampleStreamAttributes> = {
  operator: "resampleStream",
  dtypes: ["float32"],
  constantInputs: () => [1],
  scratchBytes: (node) => [Math.max(blockBytes(resampleStreamParameters), resampledStream(node).taps * 4)],
  emit(node, placement) {
    const { outputs, phases, taps, ...stream } = resampledStream(node);
    const { up, down, start } = node.attributes;
    const values = {
      ...streamValues(stream, start, placement),
      scratch: placement.scratch,
      weights: placement.weights(bytesOf(Float32Array.from(phases.flatMap((phase) => [...phase])))),
      outputs,
      up,
      down,
      taps,
    };
    const kernel = { name: "resampleStreamFloat32", parameters: resampleStreamParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
