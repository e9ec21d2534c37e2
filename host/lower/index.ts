import { lowerings as conversion } from "./conversion/index.js";
import { lowerings as convolution } from "./convolution/index.js";
import { lowerings as decision } from "./decision/index.js";
import { lowerings as detection } from "./detection/index.js";
import { lowerings as elementwise } from "./elementwise/index.js";
import type { Lowering } from "./lowering.js";
import { lowerings as matrix } from "./matrix/index.js";
import { lowerings as movement } from "./movement/index.js";
import { lowerings as recurrent } from "./recurrent/index.js";
import { lowerings as reduction } from "./reduction/index.js";
import { lowerings as signal } from "./signal/index.js";

/** How every operator runs, family by family. */
const lowerings = [
  ...convolution,
  ...matrix,
  ...elementwise,
  ...reduction,
  ...recurrent,
  ...movement,
  ...detection,
  ...conversion,
  ...signal,
  ...decision,
] as const;

const byOperator = new Map<string, Lowering>(
  lowerings.map((lowering) => [lowering.operator, lowering as unknown as Lowering]),
);

/** Adds how an operator of a user's own runs, for as long as the process lives. */
export function addLowering(lowering: Lowering): void {
  byOperator.set(lowering.operator, lowering);
}

/** How the operator of that name runs. Every operator has a lowering, so a missing one is a defect. */
export function loweringOf(operator: string): Lowering {
  const lowering = byOperator.get(operator);
  if (lowering === undefined) throw new Error(`nothing says how ${operator} runs`);
  return lowering;
}
