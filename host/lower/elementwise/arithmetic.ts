import type { DType } from "../../graph/tensor.js";
import { addPairConstants } from "../../ops/elementwise/add.js";
import * as operators from "../../ops/elementwise/bits.js";
import { mulPairConstants } from "../../ops/elementwise/mul.js";
import {
  preluConstants,
  quotientConstants,
  squaredDifferenceConstants,
} from "../../ops/elementwise/pair-constants.js";
import { subPairConstants } from "../../ops/elementwise/sub.js";
import type { Lowering } from "../lowering.js";
import { pair, type QuantizedPair } from "./pairs.js";

const exact: readonly DType[] = ["float32", "int32", "int64"];
const quantized: readonly DType[] = ["int8", "int16"];

const both = (
  operator: string,
  stem: string,
  constants: QuantizedPair["constants"],
  dtypes: readonly DType[] = quantized,
): Lowering => pair(operator, exact, { stem, dtypes, constants });

/** Sums, differences and products but for those that the kernels of int8 take. */
export const walkedAdd = both("add", "walkedSum", addPairConstants);
export const walkedSub = both("sub", "walkedSum", subPairConstants);
export const walkedMul = both("mul", "walkedProduct", mulPairConstants);

/** Other arithmetic of two tensors. */
export const arithmetic: readonly Lowering[] = [
  both("div", "quotient", quotientConstants, ["int8"]),
  pair("maximum", [...exact, ...quantized]),
  pair("minimum", [...exact, ...quantized]),
  both("squaredDifference", "squaredDifference", squaredDifferenceConstants),
  pair("floorDiv", exact),
  pair("floorMod", exact),
  pair("truncMod", exact),
  pair("atan2", ["float32"]),
  pair("pow", exact),
  pair("prelu", ["float32"], { stem: "prelu", dtypes: quantized, constants: preluConstants }),
];

/** Operations on bits, which have no fused activation. */
export const bits: readonly Lowering[] = Object.values(operators).map(({ name }) =>
  pair(name, ["int32", "int64"]),
);
