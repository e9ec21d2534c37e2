import { subConstants } from "../../ops/elementwise/sub.js";
import { binary } from "./binary.js";
import { walkedSub } from "./pairs.js";
import { sumKernel } from "./sum-kernel.js";

/** A difference: the sum's kernel, with a sign. */
export const sub = binary(walkedSub, (...tensors) => sumKernel(subConstants(...tensors)));
