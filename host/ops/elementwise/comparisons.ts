import type { DType } from "../../graph/tensor.js";
import type { Operator } from "../operator.js";
import { binary } from "./binary.js";
import { comparisonConstants } from "./pair-constants.js";

const ordered: readonly DType[] = ["float32", "int32", "int64", "int8", "int16"];

/** A comparison: two tensors of one dtype to bool; int8 and int16 by the real numbers that they stand for. */
const comparison = (
  name: string,
  holds: (a: number, b: number) => boolean,
  dtypes: readonly DType[] = ordered,
): Operator<object> =>
  binary({
    name,
    compute: (a, b) => Number(holds(a, b)),
    dtypes,
    output: "bool",
    checkScales: comparisonConstants,
  }) as Operator<object>;

/** first = second. */
export const equal = comparison("equal", (a, b) => a === b, [...ordered, "bool"]);

/** first != second. */
export const notEqual = comparison("notEqual", (a, b) => a !== b, [...ordered, "bool"]);

/** first > second. */
export const greater = comparison("greater", (a, b) => a > b);

/** first >= second. */
export const greaterEqual = comparison("greaterEqual", (a, b) => a >= b);

/** Logic of two bools. */
const logic = (name: string, holds: (a: number, b: number) => boolean): Operator<object> =>
  comparison(name, holds, ["bool"]);

/** Whether both hold. */
export const logicalAnd = logic("logicalAnd", (a, b) => a !== 0 && b !== 0);

/** Whether one of both holds. */
export const logicalOr = logic("logicalOr", (a, b) => a !== 0 || b !== 0);
