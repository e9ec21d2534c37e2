import { accelerators } from "../../abi/accelerators.js";
import { addParameters } from "../../abi/parameters.js";
import type { SumConstants } from "../../ops/elementwise/sum-constants.js";
import type { BinaryKernel } from "./binary.js";

/** The kernel of int8 sums and differences. */
export function sumKernel({ swapped, constants }: SumConstants): BinaryKernel {
  return {
    same: "addInt8",
    broadcast: "addBroadcastInt8",
    parameters: addParameters,
    operands: ["wide", "narrow"],
    swapped,
    constants,
    accelerator: accelerators.add,
  };
}
