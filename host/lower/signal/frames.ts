import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { framesParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { elementBytes } from "../../graph/tensor.js";
import { type FramesAttributes, framesRows } from "../../ops/signal/frames.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Frames of a stream. */
export const frames: Lowering<FramesAttributes> = {
  operator: "frames",
  scratchBytes: () => [blockBytes(framesParameters)],
  emit(node, placement) {
    const { input, rows, hops } = framesRows(node);
    const { hop, history, frame, every } = node.attributes;
    const bytes = elementBytes[input.dtype];
    const [output, valid = placement.scratch] = placement.outputs as [number, number | undefined];
    const [kept, countdown] = placement.variables as [number, number];
    const values = {
      work: signalWorks.frames,
      input: placement.inputs[0] as number,
      output,
      valid,
      history: kept,
      countdown,
      rows,
      hops,
      hopBytes: hop * bytes,
      historyBytes: history * bytes,
      frameBytes: frame * bytes,
      every,
    };
    const kernel = { name: "frames", parameters: framesParameters, accelerator: accelerators.signal };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
