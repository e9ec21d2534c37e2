import { requireThat } from "../../graph/not-runnable.js";
import type { Tensor } from "../../graph/tensor.js";
import { limitedShape } from "../../ops/movement/moved.js";
import { pad } from "../../ops/movement/pad.js";
import type { GraphWriter } from "../graph-writer.js";
import { readAt } from "./indices.js";
import { quantizedAs } from "./movement.js";

/** Elements put before and after each axis; negative numbers take elements away. */
export interface Border {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** What a border is made of: mirrored without and with the outermost element, that element, or the other end. */
export type BorderKind = "reflect" | "symmetric" | "edge" | "wrap";

/** Axes that one node pads, at most: so many are never too many for its loops. */
const axesAtOnce = 4;

function requireBorder({ before, after }: Border, { shape }: Tensor): void {
  requireThat(
    before.length === shape.length && after.length === shape.length,
    `paddings are given for ${before.length} axes; the input has ${shape.length}`,
  );
  requireThat(
    [...before, ...after].every(Number.isInteger),
    `paddings [${[...before, ...after].join(", ")}] are no whole numbers`,
  );
  limitedShape(shape.map((length, axis) => length + (before[axis] as number) + (after[axis] as number)));
}

/** The axes that a border changes. */
function changed({ before, after }: Border): number[] {
  return [...before.keys()].filter((axis) => before[axis] !== 0 || after[axis] !== 0);
}

function range(first: number, count: number): number[] {
  return Array.from({ length: Math.max(0, count) }, (_, i) => first + i);
}

/** A tensor with a border of one real value. Throws `NotRunnable`. */
export function padded(write: GraphWriter, input: Tensor, border: Border, value: number): Tensor {
  requireBorder(border, input);
  const { before, after } = border;
  const cut = readAt(
    write,
    input,
    changed(border).flatMap((axis) => {
      const [first, last] = [Math.max(0, -(before[axis] as number)), Math.max(0, -(after[axis] as number))];
      const indices = range(first, (input.shape[axis] as number) - first - last);
      return first + last === 0 ? [] : [{ axis, indices }];
    }),
  );
  const longer = changed(border).filter((axis) => Math.max(before[axis] ?? 0, after[axis] ?? 0) > 0);
  let output = cut;
  while (longer.length > 0) {
    const axes = new Set(longer.splice(0, axesAtOnce));
    const of = (counts: readonly number[]): number[] =>
      counts.map((count, axis) => (axes.has(axis) ? Math.max(0, count) : 0));
    const attributes = { before: of(before), after: of(after), value };
    output = write.node(pad, attributes, [output], quantizedAs(output));
  }
  return output;
}

/** The index inside of an axis that lies at one of a border. */
const insideOf: Readonly<Record<BorderKind, (index: number, length: number) => number>> = {
  edge: (index, length) => Math.max(0, Math.min(length - 1, index)),
  wrap: (index, length) => modulo(index, length),
  reflect(index, length) {
    const at = modulo(index, Math.max(1, 2 * length - 2));
    return Math.min(at, 2 * length - 2 - at);
  },
  symmetric(index, length) {
    const at = modulo(index, 2 * length);
    return Math.min(at, 2 * length - 1 - at);
  },
};

function modulo(index: number, length: number): number {
  return ((index % length) + length) % length;
}

/** A tensor with a border of its own elements. Throws `NotRunnable`. */
export function bordered(write: GraphWriter, input: Tensor, border: Border, kind: BorderKind): Tensor {
  requireBorder(border, input);
  const wanted = changed(border).map((axis) => {
    const [length, before, after] = [input.shape, border.before, border.after].map(
      (of) => of[axis] as number,
    ) as [number, number, number];
    requireThat(length > 0, `axis ${axis} has no elements to make a border of`);
    const indices = range(-before, before + length + after).map((index) => insideOf[kind](index, length));
    return { axis, indices };
  });
  return readAt(write, input, wanted);
}
