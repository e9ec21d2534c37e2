import { accelerators } from "../../abi/accelerators.js";
import { mulParameters } from "../../abi/parameters.js";
import { productConstants } from "../../ops/elementwise/mul.js";
import { walkedMul } from "./arithmetic.js";
import { binary } from "./binary.js";

/** Bits that accelerators shift a product to the right, at most. */
const mostRightShift = 31;

/** A product. */
export const mul = binary(walkedMul, (...tensors) => {
  const constants = productConstants(...tensors);
  const isAccelerated = Number(constants.shift) <= mostRightShift;
  return {
    same: "mulInt8",
    broadcast: "mulBroadcastInt8",
    parameters: mulParameters,
    operands: ["first", "second"],
    swapped: false,
    constants,
    accelerator: isAccelerated ? accelerators.mul : undefined,
    broadcastAccelerator: isAccelerated ? accelerators.mulBroadcast : undefined,
  };
});
