import { pool2d } from "./pool-2d.js";

/** 2-d pooling by the square root of the mean of squares, NHWC; padding takes no part in the mean, unless it is counted. float32 only. */
export const l2Pool2d = pool2d({
  name: "l2Pool2d",
  dtypes: ["float32"],
  output: "calibrated",
  start: 0,
  add: (sum, pixel) => sum + pixel * pixel,
  finish: (sum, count) => Math.sqrt(sum / count),
});
