import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { framesParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { elementBytes } from "../../graph/tensor.js";
import { type FramesAttributes, framesRows } from "../../ops/signal/frames.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { moveRows, rowsScratchBytes } from "../movement/rows.js";

/** Frames of a stream. Where they are the history itself, they lie there, and are copied where that may not be. */
export const frames: Lowering<FramesAttributes> = {
  operator: "frames",
  scratchBytes: ({ attributes }) => [
    Math.max(blockBytes(framesParameters), attributes.latest ? rowsScratchBytes : 0),
  ],
  liesInVariable: ({ attributes }) => attributes.latest === true,
  emit(node, placement) {
    const { input, rows, hops } = framesRows(node);
    const { hop, history, frame, every, latest = false } = node.attributes;
    const bytes = elementBytes[input.dtype];
    const [output, valid = placement.scratch] = placement.outputs as [number, number | undefined];
    const [kept, countdown] = placement.variables as [number, number];
    const values = {
      work: signalWorks.frames,
      input: placement.inputs[0] as number,
      output: latest ? kept : output,
      valid,
      history: kept,
      countdown,
      rows,
      hops,
      hopBytes: hop * bytes,
      historyBytes: history * bytes,
      frameBytes: latest ? 0 : frame * bytes,
      every,
    };
    const kernel = { name: "frames", parameters: framesParameters, accelerator: accelerators.signal };
    const cut = callKernel(kernel, values, placement.scratch, placement);
    if (!latest || output === kept) return [cut];
    const whole = { output, rows: 1, bytes: frame * bytes, stride: frame * bytes };
    return [cut, moveRows(kept, whole, placement.scratch, placement)];
  },
};
