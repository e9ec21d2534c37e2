import { pool2d } from "./pool-2d.js";

/** 2-d average pooling, NHWC; padding takes no part in the average, unless it is counted. */
export const averagePool2d = pool2d({
  name: "averagePool2d",
  dtypes: ["int8", "int16", "float32"],
  output: "as-input",
  start: 0,
  add: (sum, pixel) => sum + pixel,
  finish: (sum, count) => sum / count,
});
