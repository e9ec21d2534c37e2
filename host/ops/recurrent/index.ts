import { gruLayer, lstmLayer, rnnLayer } from "./layers.js";
import { lstm } from "./lstm.js";
import { shiftRegister } from "./shift-register.js";
import { svdf } from "./svdf.js";
import { assignVariable, readVariable } from "./variable.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [
  readVariable,
  assignVariable,
  shiftRegister,
  svdf,
  lstm,
  lstmLayer,
  gruLayer,
  rnnLayer,
] as const;
