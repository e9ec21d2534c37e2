import { requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import {
  type Borders,
  batchToSpaceView,
  croppedView,
  paddedSpace,
  type Rearrangement,
  spaceToBatchView,
} from "../../numerics/rearrangement.js";
import { limitedShape } from "../../ops/movement/moved.js";
import type { GraphWriter } from "../graph-writer.js";
import { expanded, reshaped, viewed } from "./movement.js";
import { padded } from "./pad.js";

/** A tensor's elements as they are rearranged. */
export function rearranged(write: GraphWriter, input: Tensor, { view, shape }: Rearrangement): Tensor {
  return viewed(write, input, view, shape);
}

/** Blocks of space, one length an axis behind the batch, out of the batch; and the edges cropped. Throws `NotRunnable`. */
export function batchToSpace(
  write: GraphWriter,
  input: Tensor,
  blocks: readonly number[],
  crops: Borders,
): Tensor {
  const whole = rearranged(write, input, batchToSpaceView(input.shape, blocks));
  return viewed(write, whole, croppedView(whole.shape, crops, blocks.length));
}

/** A border of zeros, and then blocks of space, one length an axis behind the batch, into the batch. Throws `NotRunnable`. */
export function spaceToBatch(
  write: GraphWriter,
  input: Tensor,
  blocks: readonly number[],
  paddings: Borders,
): Tensor {
  const whole = padded(write, input, paddedSpace(input.shape, paddings, blocks.length), 0);
  return rearranged(write, whole, spaceToBatchView(whole.shape, blocks));
}

/** One element everywhere; a constant without elements where the shape has none. Throws `NotRunnable`. */
export function filled(write: GraphWriter, value: Tensor, shape: readonly number[]): Tensor {
  requireThat(
    elementCount(value.shape) === 1,
    `the value has ${elementCount(value.shape)} elements; 1 is expected`,
  );
  requireThat(
    shape.every((length) => Number.isInteger(length) && length >= 0),
    `[${shape.join(", ")}] is no shape`,
  );
  return expanded(write, reshaped(write, value, []), limitedShape(shape));
}
