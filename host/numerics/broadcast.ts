import { NotRunnable, requireThat } from "../graph/not-runnable.js";

/** Loops that the kernels of int8 sums and products nest: four, and a row. */
const nestedLoops = 5;

/** Loops of a walk: five axes, and a row. */
const walkLoops = 6;

/** One loop of a broadcast, and whether each operand advances in it. */
export interface BroadcastLoop {
  length: number;
  advances: readonly boolean[];
}

/** Loops as nesting kernels take them: four counts and a row's length, and an operand's step after each. */
export interface BroadcastSteps {
  counts: readonly number[];
  first: readonly number[];
  second: readonly number[];
}

/**
 * Shape of an elementwise operation on tensors: aligned at their last axes, lengths equal or 1 (NumPy's rule).
 * Throws `NotRunnable` where they do not fit.
 */
export function broadcastShape(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => shape[axis - rank + shape.length] ?? 1);
    const length = lengths.find((other) => other !== 1) ?? 1;
    const other = lengths.find((candidate) => candidate !== length && candidate !== 1);
    requireThat(
      other === undefined,
      `shapes ${shapes.map((shape) => shape.join("x")).join(" and ")} do not broadcast: ${length} and ${other} at axis ${axis} from the first`,
    );
    return length;
  });
}

/**
 * The fewest loops, outermost first, that walk tensors and their broadcast shape in memory order: axes of
 * length 1 are dropped, neighbours that broadcast alike are one. At least one loop. Throws `NotRunnable`.
 */
export function broadcastLoops(...shapes: readonly (readonly number[])[]): BroadcastLoop[] {
  const whole = broadcastShape(...shapes);
  const loops: BroadcastLoop[] = [];
  for (const [axis, length] of whole.entries()) {
    if (length === 1) continue;
    const advances = shapes.map((shape) => (shape[axis - whole.length + shape.length] ?? 1) === length);
    const last = loops.at(-1);
    if (last?.advances.every((value, i) => value === advances[i])) last.length *= length;
    else loops.push({ length, advances });
  }
  requireThat(
    loops.length <= walkLoops,
    `broadcasting takes ${loops.length} nested loops; ${walkLoops} are supported`,
  );
  return loops.length > 0 ? loops : [{ length: 1, advances: shapes.map(() => true) }];
}

/** Whether the kernels of int8 sums and products nest enough loops. */
export function canNest(loops: readonly BroadcastLoop[]): boolean {
  return loops.length <= nestedLoops;
}

/** `count` loops, outermost first: those given, and before them loops of one turn. */
function padLoops(loops: readonly BroadcastLoop[], count: number): BroadcastLoop[] {
  const single = { length: 1, advances: loops[0]?.advances.map(() => false) ?? [] };
  return [...Array(count - loops.length).fill(single), ...loops];
}

/** Elements from one turn of each loop to the next, in an operand. */
function stridesOf(loops: readonly BroadcastLoop[], operand: number): number[] {
  const strides: number[] = [];
  let elements = 1;
  for (const { length, advances } of [...loops].reverse()) {
    const advancing = advances[operand] === true;
    strides.unshift(advancing ? elements : 0);
    if (advancing) elements *= length;
  }
  return strides;
}

/** The same over what the loops within have added. A row, the last loop, adds nothing: the loop around it begins anew. */
function stepsOf(loops: readonly BroadcastLoop[], operand: number): number[] {
  const strides = stridesOf(loops, operand);
  return strides.map((stride, i) => {
    const [within = 0, length = 0] = i + 2 < loops.length ? [strides[i + 1], loops[i + 1]?.length] : [];
    return stride - within * length;
  });
}

/** The counts and steps, in elements, of the kernels that nest loops around two operands. */
export function broadcastSteps(loops: readonly BroadcastLoop[]): BroadcastSteps {
  const all = padLoops(loops, nestedLoops);
  return { counts: all.map(({ length }) => length), first: stepsOf(all, 0), second: stepsOf(all, 1) };
}

/**
 * The fields of a walk (`walkParameters`) but for addresses.
 *
 * @param operandBytes bytes of an element of each operand, at most three
 * @param outputBytes bytes of an element of the output
 */
export function walkFields(
  loops: readonly BroadcastLoop[],
  operandBytes: readonly number[],
  outputBytes: number,
): Record<string, number> {
  const all = padLoops(loops, walkLoops);
  const axes = all.slice(0, -1).reverse();
  const row = all[all.length - 1] as BroadcastLoop;
  const fields: Record<string, number> = { rowBytes: row.length * outputBytes };
  for (const [axis, { length }] of axes.entries()) {
    fields[`count${axis}`] = length;
    fields[`index${axis}`] = 0;
  }
  for (const [operand, name] of ["first", "second", "third"].entries()) {
    const bytes = operandBytes[operand] ?? 0;
    const [step = 0, ...around] = stepsOf(all, operand).reverse();
    fields[`${name}Step`] = step * bytes;
    for (const [axis, elements] of around.entries()) fields[`${name}${axis}`] = elements * bytes;
  }
  return fields;
}

/**
 * Calls `visit(output, first, second, third)` with the element indices of every output element, in memory order.
 *
 * @param shapes of the operands, at most three
 */
export function forEachBroadcast(
  shapes: readonly (readonly number[])[],
  visit: (output: number, first: number, second: number, third: number) => void,
): void {
  const loops = broadcastLoops(...shapes);
  const [a, b, c] = [0, 1, 2].map((operand) => stridesOf(loops, operand)) as [number[], number[], number[]];
  let output = 0;
  const walk = (depth: number, i: number, j: number, k: number): void => {
    const loop = loops[depth];
    if (loop === undefined) {
      visit(output++, i, j, k);
      return;
    }
    const [first = 0, second = 0, third = 0] = [a[depth], b[depth], c[depth]];
    for (let turn = 0; turn < loop.length; turn++)
      walk(depth + 1, i + turn * first, j + turn * second, k + turn * third);
  };
  walk(0, 0, 0, 0);
}

/** The two operands of an elementwise node. Throws `NotRunnable` where one is missing. */
export function operands<T>(inputs: readonly (T | undefined)[]): [T, T] {
  const [first, second] = inputs;
  if (first === undefined || second === undefined || inputs.length !== 2) {
    throw new NotRunnable(`${inputs.length} inputs; 2 are expected`);
  }
  return [first, second];
}
