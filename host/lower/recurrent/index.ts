import { gruLayer, lstmLayer, rnnLayer } from "./layers.js";
import { lstm } from "./lstm.js";
import { shiftRegister } from "./shift-register.js";
import { svdf } from "./svdf.js";
import { assignVariable, readVariable } from "./variable.js";

/** How operators of this family run: one line each, and one for all that are of one kind. */
export const lowerings = [
  readVariable,
  assignVariable,
  shiftRegister,
  svdf,
  lstm,
  lstmLayer,
  gruLayer,
  rnnLayer,
] as const;
