import { NotRunnable, requireThat } from "../graph/not-runnable.js";

/** Loops of the broadcasting kernels: four, and a row. */
const maxLoops = 5;

/** One loop of a broadcast, and whether each operand advances in it. */
export interface BroadcastLoop {
  length: number;
  first: boolean;
  second: boolean;
}

/** Loops as the kernels take them: four counts and a row's length, and an operand's step after each. */
export interface BroadcastSteps {
  counts: readonly [number, number, number, number, number];
  first: readonly [number, number, number, number, number];
  second: readonly [number, number, number, number, number];
}

/**
 * Shape of an elementwise operation on two tensors: aligned at their last axes, lengths equal or 1 (NumPy's rule).
 * Throws `NotRunnable` where they do not fit.
 */
export function broadcastShape(first: readonly number[], second: readonly number[]): number[] {
  const rank = Math.max(first.length, second.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = first[axis - rank + first.length] ?? 1;
    const b = second[axis - rank + second.length] ?? 1;
    requireThat(
      a === b || a === 1 || b === 1,
      `shapes ${first.join("x")} and ${second.join("x")} do not broadcast: ${a} and ${b} at axis ${axis} from the first`,
    );
    return a === 1 ? b : a;
  });
}

/**
 * The fewest loops, outermost first, that walk two tensors and their broadcast shape in memory order: axes of
 * length 1 are dropped, neighbours that broadcast alike are one. At least one loop. Throws `NotRunnable`.
 */
export function broadcastLoops(first: readonly number[], second: readonly number[]): BroadcastLoop[] {
  const shape = broadcastShape(first, second);
  const loops: BroadcastLoop[] = [];
  for (const [axis, length] of shape.entries()) {
    if (length === 1) continue;
    const loop = {
      length,
      first: (first[axis - shape.length + first.length] ?? 1) === length,
      second: (second[axis - shape.length + second.length] ?? 1) === length,
    };
    const last = loops.at(-1);
    if (last !== undefined && last.first === loop.first && last.second === loop.second) last.length *= length;
    else loops.push(loop);
  }
  requireThat(
    loops.length <= maxLoops,
    `broadcasting takes ${loops.length} nested loops; ${maxLoops} are supported`,
  );
  return loops.length > 0 ? loops : [{ length: 1, first: true, second: true }];
}

/** The kernels' counts and steps for int8 operands. */
export function broadcastSteps(loops: readonly BroadcastLoop[]): BroadcastSteps {
  const missing = Array.from({ length: maxLoops - loops.length }, () => ({
    length: 1,
    first: false,
    second: false,
  }));
  const all = [...missing, ...loops];
  const steps = (advances: (loop: BroadcastLoop) => boolean): number[] => {
    const result: number[] = [];
    let bytes = 1;
    let within = 0;
    for (const loop of [...all].reverse()) {
      const stride = advances(loop) ? bytes : 0;
      result.unshift(stride - within);
      within = result.length === 1 ? 0 : stride * loop.length;
      if (advances(loop)) bytes *= loop.length;
    }
    return result;
  };
  const five = (values: number[]): BroadcastSteps["counts"] => values as unknown as BroadcastSteps["counts"];
  return {
    counts: five(all.map(({ length }) => length)),
    first: five(steps(({ first }) => first)),
    second: five(steps(({ second }) => second)),
  };
}

/** Calls `visit(output, first, second)` with the element indices of every output element, in memory order. */
export function forEachBroadcast(
  first: readonly number[],
  second: readonly number[],
  visit: (output: number, first: number, second: number) => void,
): void {
  const loops = broadcastLoops(first, second);
  const strides = (advances: (loop: BroadcastLoop) => boolean): number[] =>
    loops.map((loop, i) =>
      advances(loop)
        ? loops.slice(i + 1).reduce((product, l) => product * (advances(l) ? l.length : 1), 1)
        : 0,
    );
  const a = strides((loop) => loop.first);
  const b = strides((loop) => loop.second);
  let output = 0;
  const walk = (depth: number, i: number, j: number): void => {
    const loop = loops[depth];
    if (loop === undefined) {
      visit(output++, i, j);
      return;
    }
    for (let k = 0; k < loop.length; k++)
      walk(depth + 1, i + k * (a[depth] as number), j + k * (b[depth] as number));
  };
  walk(0, 0, 0);
}

/** The two operands of an elementwise node. Throws `NotRunnable` where one is missing. */
export function operands<T>(inputs: readonly (T | undefined)[]): [T, T] {
  const [first, second] = inputs;
  if (first === undefined || second === undefined || inputs.length !== 2) {
    throw new NotRunnable(`${inputs.length} inputs; 2 are expected`);
  }
  return [first, second];
}
