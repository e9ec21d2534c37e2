import { pool2d } from "./pool-2d.js";

/** 2-d maximum pooling, NHWC; padding never wins. */
export const maxPool2d = pool2d({
  name: "maxPool2d",
  dtypes: ["int8", "int16", "float32", "uint8"],
  output: "as-input",
  takesIntegers: true,
  start: Number.NEGATIVE_INFINITY,
  add: Math.max,
  finish: (largest) => largest,
});
