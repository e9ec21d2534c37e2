import { accelerators } from "../../abi/accelerators.js";
import { pool2d } from "./pool-2d.js";

/** Maximum pooling. */
export const maxPool2d = pool2d("maxPool2d", ["int8", "int16", "float32", "uint8"], {
  int8: accelerators.maxPool,
});
