import { blockBytes } from "../../abi/block.js";
import { updateSliceParameters } from "../../abi/parameters.js";
import { requireThat } from "../../graph/not-runnable.js";
import { elementBytes, elementCount, tensorBytes } from "../../graph/tensor.js";
import { wholeView } from "../../numerics/strided-view.js";
import { updatedSlice } from "../../ops/movement/update-slice.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";
import { loopValues } from "./loops.js";

/** Axes that the kernel takes, at most. */
const maxAxes = 6;

/** Replacing a part: the input copied, unless the output has its memory, and the update's rows into it. */
export const updateSlice: Lowering = {
  operator: "updateSlice",
  check(node) {
    const rank = updatedSlice(node).input.shape.length;
    requireThat(rank >= 1 && rank <= maxAxes, `it has ${rank} axes; 1 to ${maxAxes} are supported`);
  },
  scratchBytes: () => [blockBytes(updateSliceParameters)],
  inPlace: () => [0],
  emit(node, placement) {
    const { input, update, starts } = updatedSlice(node);
    const bytes = elementBytes[input.dtype];
    const strides = wholeView(input.shape).strides.map((stride) => stride * bytes);
    const row = update.shape.at(-1) as number;
    const loops = update.shape
      .slice(0, -1)
      .map((length, axis) => ({ length, stride: strides[axis] as number }))
      .reverse();
    const values: Record<string, number> = {
      input: placement.inputs[0] as number,
      update: placement.inputs[1] as number,
      starts: placement.inputs[2] as number,
      output: placement.outputs[0] as number,
      outputBytes: tensorBytes(input),
      indexBytes: elementBytes[starts.dtype],
      axes: strides.length,
      rowBytes: row * bytes,
      rows: elementCount(update.shape) / row,
      ...loopValues(loops, maxAxes - 1, 0),
    };
    for (let axis = 0; axis < maxAxes; axis++) {
      values[`limit${axis}`] = (input.shape[axis] ?? 0) - (update.shape[axis] ?? 0);
      values[`stride${axis}`] = strides[axis] ?? 0;
    }
    const kernel = { name: "updateSlice", parameters: updateSliceParameters };
    return [callKernel(kernel, values as never, placement.scratch, placement)];
  },
};
