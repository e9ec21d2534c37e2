import { pool2d } from "./pool-2d.js";

/** Pooling by the square root of the mean of squares. */
export const l2Pool2d = pool2d("l2Pool2d", ["float32"]);
