import { accelerators } from "../../abi/accelerators.js";
import { pool2d } from "./pool-2d.js";

/** Average pooling. */
export const averagePool2d = pool2d("averagePool2d", ["int8", "int16", "float32"], {
  int8: accelerators.averagePool,
  int16: accelerators.averagePoolInt16,
});
