import { addConstants } from "../../ops/elementwise/add.js";
import { walkedAdd } from "./arithmetic.js";
import { binary } from "./binary.js";
import { sumKernel } from "./sum-kernel.js";

/** A sum. */
export const add = binary(walkedAdd, (...tensors) => sumKernel(addConstants(...tensors)));
