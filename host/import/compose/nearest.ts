import type { Tensor } from "../../graph/tensor.js";
import { repeatView, sliceView, wholeView } from "../../numerics/strided-view.js";
import { gather } from "../../ops/movement/gather.js";
import type { GraphWriter } from "../graph-writer.js";
import { quantizedAs, reshaped, viewed } from "./movement.js";

/** Each index of an axis several times: a, a, b, b. */
export function repeated(write: GraphWriter, input: Tensor, axis: number, times: number): Tensor {
  if (times === 1) return input;
  const view = repeatView(wholeView(input.shape), axis + 1, times);
  const length = (input.shape[axis] as number) * times;
  return viewed(write, input, view, input.shape.with(axis, length));
}

/** The parts of a tensor at constant indices of an axis: a view where they follow a rule, else a gather. */
export function gathered(
  write: GraphWriter,
  input: Tensor,
  axis: number,
  indices: readonly number[],
): Tensor {
  const length = input.shape[axis] as number;
  const [first = 0, second = first] = indices;
  const step = second - first;
  if (indices.every((index, i) => index === first + i * step))
    return viewed(write, input, sliceView(wholeView(input.shape), axis, first, indices.length, step));
  const times = indices.length / length;
  if (Number.isInteger(times) && indices.every((index, i) => index === Math.floor(i / times)))
    return repeated(write, input, axis, times);
  const places = write.list(indices, "int32");
  return write.node(gather, { axis, batchDims: 0, axes: 1 }, [input, places], quantizedAs(input));
}

/** A tensor several times along an axis: a, b, a, b. */
export function tiled(write: GraphWriter, input: Tensor, axis: number, times: number): Tensor {
  if (times === 1) return input;
  const view = repeatView(wholeView(input.shape), axis, times);
  const length = (input.shape[axis] as number) * times;
  return reshaped(write, viewed(write, input, view), input.shape.with(axis, length));
}
