import { blockBytes } from "../../abi/block.js";
import { overlapAddParameters } from "../../abi/parameters.js";
import { type OverlapAddAttributes, overlapAddFrames } from "../../ops/signal/overlap-add.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Frames that overlap, added. */
export const overlapAdd: Lowering<OverlapAddAttributes> = {
  operator: "overlapAdd",
  dtypes: ["int16", "float32"],
  scratchBytes: () => [blockBytes(overlapAddParameters)],
  emit(node, placement) {
    const { input, rows, frames, length } = overlapAddFrames(node);
    const values = {
      input: placement.inputs[0] as number,
      output: placement.outputs[0] as number,
      sums: placement.variables[0] as number,
      rows,
      frames,
      frameElements: length,
      hopElements: node.attributes.hop,
    };
    const name = input.dtype === "int16" ? "overlapAddInt16" : "overlapAddFloat32";
    return [callKernel({ name, parameters: overlapAddParameters }, values, placement.scratch, placement)];
  },
};
