import { WasmoteError } from "../errors.js";
import { operators as conversion } from "./conversion/index.js";
import { operators as convolution } from "./convolution/index.js";
import { operators as decision } from "./decision/index.js";
import { operators as detection } from "./detection/index.js";
import { operators as elementwise } from "./elementwise/index.js";
import { operators as matrix } from "./matrix/index.js";
import { operators as movement } from "./movement/index.js";
import type { Operator } from "./operator.js";
import { operators as recurrent } from "./recurrent/index.js";
import { operators as reduction } from "./reduction/index.js";
import { operators as signal } from "./signal/index.js";

/** Every operator that wasmote knows, family by family. */
export const operators = [
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

const byName = new Map<string, Operator>(
  operators.map((operator) => [operator.name, operator as unknown as Operator]),
);

/** Throws `operators-invalid` where there is an operator of that name. */
export function requireFreeName(name: string): void {
  if (byName.has(name)) throw new WasmoteError("operators-invalid", `there is another operator ${name}`);
}

/**
 * Adds an operator of a user's own, for as long as the process lives: graphs have operators' names, and everything that
 * reads a graph looks them up here.
 *
 * @throws `operators-invalid` where the name is taken
 */
export function addOperator(operator: Operator): void {
  requireFreeName(operator.name);
  byName.set(operator.name, operator);
}

/** The operator of that name. Nodes are made from these names only, so a missing one is a defect. */
export function operatorNamed(name: string): Operator {
  const operator = byName.get(name);
  if (operator === undefined) throw new Error(`no operator is named ${name}`);
  return operator;
}
