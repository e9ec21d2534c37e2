import { pool2d } from "./pool-2d.js";

/** 2-d maximum pooling, NHWC; padding never wins. */
export const maxPool2d = pool2d({
  name: "maxPool2d",
  start: Number.NEGATIVE_INFINITY,
  add: Math.max,
  finish: (largest) => largest,
});
