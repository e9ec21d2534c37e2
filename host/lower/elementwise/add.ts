import { addConstants } from "../../ops/elementwise/add.js";
import { binary } from "./binary.js";
import { walkedAdd } from "./pairs.js";
import { sumKernel } from "./sum-kernel.js";

/** A sum. */
export const add = binary(walkedAdd, (...tensors) => sumKernel(addConstants(...tensors)));
