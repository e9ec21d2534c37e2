import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { elementCount, type Tensor } from "../../graph/tensor.js";
import { tileView } from "../../numerics/rearrangement.js";
import {
  broadcastView,
  isWholeView,
  permuteView,
  type StridedView,
  sliceView,
  wholeView,
} from "../../numerics/strided-view.js";
import { concatenation } from "../../ops/movement/concatenation.js";
import { reshape } from "../../ops/movement/reshape.js";
import { view } from "../../ops/movement/view.js";
import { dataOf, type GraphWriter } from "../graph-writer.js";

/** The order of axes that makes NHWC of NCHW, and the one that makes NCHW of NHWC. */
export const channelsLastOrder: readonly number[] = [0, 2, 3, 1];
export const channelsFirstOrder: readonly number[] = [0, 3, 1, 2];

/** The elements of a view of a tensor, as a tensor of this shape; the tensor itself where that changes nothing. */
export function viewed(
  write: GraphWriter,
  input: Tensor,
  part: StridedView,
  shape: readonly number[] = part.lengths,
): Tensor {
  if (isWholeView(part, elementCount(input.shape))) return reshaped(write, input, shape);
  if ((input.quantization?.scale.length ?? 1) > 1)
    throw new NotRunnable("parts of integers with several scales");
  return write.node(view, { shape, ...part }, [input], quantizedAs(input));
}

/** Moves a constant whose scales lie along an axis as plain integers; the scales then lie along another axis. */
function withScales(input: Tensor, axis: (old: number) => number, move: (input: Tensor) => Tensor): Tensor {
  const { quantization, ...plain } = input;
  if (quantization === undefined || quantization.scale.length === 1) return move(input);
  const moved = axis(quantization.axis);
  requireThat(moved >= 0, "scales that lie along an axis which is parted");
  return { ...move(plain), quantization: { ...quantization, axis: moved } };
}

/** A tensor's elements in another shape; the tensor itself where it has it. */
export function reshaped(write: GraphWriter, input: Tensor, shape: readonly number[]): Tensor {
  if (shape.join() === input.shape.join()) return input;
  const before = (lengths: readonly number[], axis: number) => elementCount(lengths.slice(0, axis));
  const sameAxis = (old: number): number =>
    shape.findIndex(
      (length, axis) => length === input.shape[old] && before(shape, axis) === before(input.shape, old),
    );
  return withScales(input, sameAxis, (own) => write.node(reshape, { shape }, [own], quantizedAs(own)));
}

/** Axes in another order: axis k of the result is axis `order[k]`. Throws `NotRunnable` where that is no permutation. */
export function transposed(write: GraphWriter, input: Tensor, order: readonly number[]): Tensor {
  return withScales(
    input,
    (axis) => order.indexOf(axis),
    (own) => viewed(write, own, permuteView(wholeView(own.shape), order)),
  );
}

/** Every `step`-th index of an axis from `begin` on, `length` of them. */
export function sliced(
  write: GraphWriter,
  input: Tensor,
  axis: number,
  begin: number,
  length: number,
  step = 1,
): Tensor {
  return viewed(write, input, sliceView(wholeView(input.shape), axis, begin, length, step));
}

/** Tensors one after the other along an axis; of one tensor, itself. */
export function joined(write: GraphWriter, inputs: readonly Tensor[], axis: number): Tensor {
  const [first, ...others] = inputs;
  if (first === undefined) throw new Error("a concatenation of nothing");
  if (others.length === 0) return first;
  return write.node(concatenation, { axis }, inputs, quantizedAs(first));
}

/** What is only moved keeps its scale. */
export function quantizedAs({ quantization }: Tensor): { output?: Pick<Tensor, "quantization"> } {
  return quantization === undefined ? {} : { output: { quantization } };
}

/** A tensor without elements, of another's type. */
export function emptied(write: GraphWriter, { dtype }: Tensor, shape: readonly number[]): Tensor {
  return write.constant(dataOf(dtype, []), shape, dtype);
}

/** A tensor repeated to a shape, in which its axes of length 1 may be longer, by NumPy's rule. Throws `NotRunnable`. */
export function expanded(write: GraphWriter, input: Tensor, shape: readonly number[]): Tensor {
  if (shape.includes(0)) return emptied(write, input, shape);
  return viewed(write, input, broadcastView(wholeView(input.shape), shape));
}

/** A tensor so many times along each axis. Throws `NotRunnable`. */
export function tiled(write: GraphWriter, input: Tensor, times: readonly number[]): Tensor {
  const lengths = input.shape.map((length, axis) => length * (times[axis] ?? 1));
  if (lengths.includes(0)) return emptied(write, input, lengths);
  const { view, shape } = tileView(input.shape, times);
  return viewed(write, input, view, shape);
}
