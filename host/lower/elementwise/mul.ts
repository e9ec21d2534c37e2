import { mulParameters } from "../../abi/parameters.js";
import { productConstants } from "../../ops/elementwise/mul.js";
import { walkedMul } from "./arithmetic.js";
import { binary } from "./binary.js";

/** A product. */
export const mul = binary(walkedMul, (...tensors) => ({
  same: "mulInt8",
  broadcast: "mulBroadcastInt8",
  parameters: mulParameters,
  operands: ["first", "second"],
  swapped: false,
  constants: productConstants(...tensors),
}));
