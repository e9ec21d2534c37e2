import { subConstants } from "../../ops/elementwise/sub.js";
import { walkedSub } from "./arithmetic.js";
import { binary } from "./binary.js";
import { sumKernel } from "./sum-kernel.js";

/** A difference: the sum's kernel, with a sign. */
export const sub = binary(walkedSub, (...tensors) => sumKernel(subConstants(...tensors)));
