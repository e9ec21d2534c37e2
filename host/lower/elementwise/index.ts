import { add } from "./add.js";
import { arithmetic, bits } from "./arithmetic.js";
import { comparisons } from "./comparisons.js";
import { functions } from "./functions.js";
import { lookupTable } from "./lookup-table.js";
import { mul } from "./mul.js";
import { select } from "./select.js";
import { sub } from "./sub.js";
import { sumOfMany } from "./sum-of-many.js";

/** How operators of this family run: one line each, and one for all that are of one kind. */
export const lowerings = [
  add,
  sub,
  mul,
  ...arithmetic,
  ...bits,
  ...comparisons,
  select,
  sumOfMany,
  ...functions,
  lookupTable,
] as const;
