import { addConstants } from "../../ops/elementwise/add.js";
import { binary } from "./binary.js";
import { sumKernel } from "./sum-kernel.js";

/** A sum. */
export const add = binary("add", (...tensors) => sumKernel(addConstants(...tensors)));
