import { blockBytes } from "../../abi/block.js";
import { gridSampleParameters } from "../../abi/parameters.js";
import { type GridSample2dAttributes, gridSampled, gridTaps } from "../../ops/movement/grid-sample-2d.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** Numbers by which the kernel tells what lies outside. */
const outsideNumbers = { zeros: 0, border: 1, reflection: 2 } as const;

/** Bytes of the pixels and weights of a place, of both axes. */
const tapBytes = 2 * 4 * 8;

/** Pixels at places that are computed. */
export const gridSample2d: Lowering<GridSample2dAttributes> = {
  operator: "gridSample2d",
  dtypes: ["float32"],
  scratchBytes: () => [blockBytes(gridSampleParameters) + tapBytes],
  emit(node, placement) {
    const { input, shape } = gridSampled(node);
    const { mode, outside, alignCorners } = node.attributes;
    const [batches, height, width, channels] = shape as [number, number, number, number];
    const values = {
      input: placement.inputs[0] as number,
      grid: placement.inputs[1] as number,
      output: placement.outputs[0] as number,
      batches,
      inputHeight: input.shape[1] as number,
      inputWidth: input.shape[2] as number,
      channels,
      places: height * width,
      taps: gridTaps[mode],
      outside: outsideNumbers[outside],
      alignCorners: Number(alignCorners),
    };
    const kernel = { name: "gridSample2dFloat32", parameters: gridSampleParameters };
    return [callKernel(kernel, values, placement.scratch, placement)];
  },
};
