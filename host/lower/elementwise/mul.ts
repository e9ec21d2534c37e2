import { mulParameters } from "../../abi/parameters.js";
import { productConstants } from "../../ops/elementwise/mul.js";
import { binary } from "./binary.js";
import { walkedMul } from "./pairs.js";

/** A product. */
export const mul = binary(walkedMul, (...tensors) => ({
  same: "mulInt8",
  broadcast: "mulBroadcastInt8",
  parameters: mulParameters,
  operands: ["first", "second"],
  swapped: false,
  constants: productConstants(...tensors),
}));
