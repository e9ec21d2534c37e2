import { NotRunnable, requireThat } from "../graph/not-runnable.js";
import { elementCount } from "../graph/tensor.js";

/**
 * Elements of a tensor in nested loops, outermost first: `offset + sum of i[k] * strides[k]`, i[k] from 0 to lengths[k] - 1.
 * All in elements. A stride of 0 repeats, a negative one goes backwards.
 */
export interface StridedView {
  readonly offset: number;
  readonly lengths: readonly number[];
  readonly strides: readonly number[];
}

/** One loop of a view. */
export interface ViewLoop {
  length: number;
  stride: number;
}

/** All elements of a tensor, one loop an axis. */
export function wholeView(shape: readonly number[]): StridedView {
  return {
    offset: 0,
    lengths: shape,
    strides: shape.map((_, axis) => elementCount(shape.slice(axis + 1))),
  };
}

function at(values: readonly number[], axis: number): number {
  const value = values[axis];
  if (value === undefined) throw new NotRunnable(`axis ${axis} is not one of ${values.length} axes`);
  return value;
}

/** A view with one axis' loop in place of another, or several, or none. */
function replaced(
  view: StridedView,
  axis: number,
  loops: readonly ViewLoop[],
  offset = view.offset,
): StridedView {
  return {
    offset,
    lengths: view.lengths.toSpliced(axis, 1, ...loops.map(({ length }) => length)),
    strides: view.strides.toSpliced(axis, 1, ...loops.map(({ stride }) => stride)),
  };
}

/** Axes in another order: axis k of the result is axis `order[k]`. Throws `NotRunnable` where that is no permutation. */
export function permuteView(
  { offset, lengths, strides }: StridedView,
  order: readonly number[],
): StridedView {
  requireThat(
    order.length === lengths.length && lengths.every((_, axis) => order.includes(axis)),
    `[${order.join(", ")}] is no order of ${lengths.length} axes`,
  );
  return {
    offset,
    lengths: order.map((axis) => at(lengths, axis)),
    strides: order.map((axis) => at(strides, axis)),
  };
}

/** Every `step`-th of an axis' indices from `begin` on, `length` of them. Throws `NotRunnable` outside of the axis. */
export function sliceView(
  view: StridedView,
  axis: number,
  begin: number,
  length: number,
  step = 1,
): StridedView {
  const [whole, stride] = [at(view.lengths, axis), at(view.strides, axis)];
  const end = begin + (length - 1) * step;
  requireThat(
    length >= 1 && [begin, end].every((index) => Number.isInteger(index) && index >= 0 && index < whole),
    `${length} indices from ${begin} on, by steps of ${step}, are not in axis ${axis} of length ${whole}`,
  );
  return replaced(view, axis, [{ length, stride: stride * step }], view.offset + begin * stride);
}

/** An axis backwards. */
export function reverseView(view: StridedView, axis: number): StridedView {
  const length = at(view.lengths, axis);
  return sliceView(view, axis, length - 1, length, -1);
}

/** An axis as several: its index counts in their lengths, the last fastest. Throws `NotRunnable` where it does not divide. */
export function splitView(view: StridedView, axis: number, lengths: readonly number[]): StridedView {
  const [whole, stride] = [at(view.lengths, axis), at(view.strides, axis)];
  requireThat(
    lengths.every((length) => Number.isInteger(length) && length >= 1) && elementCount(lengths) === whole,
    `an axis of length ${whole} is not made of ${lengths.join(" times ")}`,
  );
  const loops = lengths.map((length, i) => ({ length, stride: stride * elementCount(lengths.slice(i + 1)) }));
  return replaced(view, axis, loops);
}

/** Everything from an axis on several times: a new axis before it. */
export function repeatView(view: StridedView, axis: number, times: number): StridedView {
  requireThat(Number.isInteger(times) && times >= 1, `${times} repetitions; a number from 1 is expected`);
  return {
    offset: view.offset,
    lengths: view.lengths.toSpliced(axis, 0, times),
    strides: view.strides.toSpliced(axis, 0, 0),
  };
}

/** Axes of length 1 repeated to a shape, aligned at the last axes (NumPy's rule). Throws `NotRunnable`. */
export function broadcastView(view: StridedView, shape: readonly number[]): StridedView {
  const missing = shape.length - view.lengths.length;
  const fits = view.lengths.every((length, axis) => length === 1 || length === shape[axis + missing]);
  requireThat(
    missing >= 0 && fits && shape.every((length) => Number.isInteger(length) && length >= 1),
    `shape [${view.lengths.join(", ")}] does not broadcast to [${shape.join(", ")}]`,
  );
  return {
    offset: view.offset,
    lengths: shape,
    strides: shape.map((length, axis) => {
      const own = view.lengths[axis - missing];
      return own === undefined || own < length ? 0 : at(view.strides, axis - missing);
    }),
  };
}

/** The fewest loops that walk a view in its order: those of length 1 dropped, neighbours joined where they are one. */
export function viewLoops({ lengths, strides }: StridedView): ViewLoop[] {
  const loops: ViewLoop[] = [];
  for (const [axis, length] of lengths.entries()) {
    if (length === 1) continue;
    const loop = { length, stride: at(strides, axis) };
    const last = loops.at(-1);
    if (last?.stride === loop.stride * length) {
      last.length *= length;
      last.stride = loop.stride;
    } else loops.push(loop);
  }
  return loops;
}

/** Whether a view is a tensor of so many elements as it lies in memory. */
export function isWholeView(view: StridedView, elements: number): boolean {
  const [{ length, stride } = { length: 1, stride: 1 }, ...more] = viewLoops(view);
  return view.offset === 0 && more.length === 0 && stride === 1 && length === elements;
}

/**
 * Whether a view reads later and later elements, so that none is read after one of its number is written: it can write to
 * the memory that it reads.
 */
export function readsForward(view: StridedView): boolean {
  let reach = 0;
  return viewLoops(view)
    .reverse()
    .every(({ length, stride }) => {
      const isForward = stride > reach;
      reach += (length - 1) * stride;
      return isForward;
    });
}

/** Smallest and largest element that a view reads. */
export function viewRange({ offset, lengths, strides }: StridedView): { low: number; high: number } {
  const reaches = lengths.map((length, axis) => (length - 1) * at(strides, axis));
  return {
    low: reaches.reduce((sum, reach) => sum + Math.min(0, reach), offset),
    high: reaches.reduce((sum, reach) => sum + Math.max(0, reach), offset),
  };
}

/** Calls `visit(output, input)` for the elements of a view in its order, `output` counting from 0. */
export function forEachOfView(view: StridedView, visit: (output: number, input: number) => void): void {
  const loops = viewLoops(view);
  let output = 0;
  const walk = (depth: number, input: number): void => {
    const loop = loops[depth];
    if (loop === undefined) {
      visit(output++, input);
      return;
    }
    for (let i = 0; i < loop.length; i++) walk(depth + 1, input + i * loop.stride);
  };
  walk(0, view.offset);
}
