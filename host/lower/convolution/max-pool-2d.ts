import { pool2d } from "./pool-2d.js";

/** Maximum pooling. */
export const maxPool2d = pool2d("maxPool2d", ["int8", "int16", "float32", "uint8"]);
