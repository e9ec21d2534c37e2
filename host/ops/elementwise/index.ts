import * as activations from "./activations.js";
import { add } from "./add.js";
import * as arithmetic from "./arithmetic.js";
import * as bits from "./bits.js";
import * as comparisons from "./comparisons.js";
import * as functions from "./functions.js";
import { hardSwish } from "./hard-swish.js";
import { leakyRelu } from "./leaky-relu.js";
import { logistic } from "./logistic.js";
import { lookupTable } from "./lookup-table.js";
import { mul } from "./mul.js";
import { relu, relu0To1, relu6, reluN1To1 } from "./relu.js";
import { select } from "./select.js";
import { sub } from "./sub.js";
import { sumOfMany } from "./sum-of-many.js";
import { tanh } from "./tanh.js";
import * as trigonometry from "./trigonometry.js";

/** Operators of this family: one line each, and one for each file of many. */
export const operators = [
  hardSwish,
  leakyRelu,
  logistic,
  lookupTable,
  relu,
  relu6,
  reluN1To1,
  relu0To1,
  tanh,
  add,
  sub,
  mul,
  ...Object.values(arithmetic),
  ...Object.values(functions),
  ...Object.values(activations),
  ...Object.values(trigonometry),
  ...Object.values(comparisons),
  ...Object.values(bits),
  select,
  sumOfMany,
] as const;
