import { test } from "uvu";
import { checkFloats, checkLines, checkTables, type Definitions } from "./function-cases.js";

const definitions = {
  tan: { real: Math.tan, off: 3e-7 },
  asin: { real: Math.asin, off: 3e-7 },
  acos: { real: Math.acos, off: 3e-7 },
  atan: { real: Math.atan, off: 3e-7 },
  sinh: { real: Math.sinh, off: 3e-7 },
  cosh: { real: Math.cosh, off: 3e-7 },
  asinh: { real: Math.asinh, off: 3e-7 },
  acosh: { real: Math.acosh, off: 3e-7 },
  atanh: { real: Math.atanh, off: 3e-7 },
} satisfies Definitions;

test("angles and hyperbolic functions of float32 are near the real function", () => checkFloats(definitions));

test("those of int8 are the float function of what an integer stands for", () => checkTables(definitions));

test("those of int16 follow the real function within a few steps, by straight lines", () =>
  checkLines([
    ["atan", definitions.atan, 2],
    ["sinh", definitions.sinh, 32],
    ["asinh", definitions.asinh, 4],
  ]));

test.run();
