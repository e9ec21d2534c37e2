import { blockBytes } from "../../abi/block.js";
import { normalizeParameters, normalizeQuantizedParameters } from "../../abi/parameters.js";
import { int8Parameters } from "../../numerics/requantization.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { leastNorm } from "../../ops/reduction/l2-normalization.js";
import type { Lowering } from "../lowering.js";
import { callNormalize, callNormalizeQuantized } from "./rows.js";

/** Rows over their L2 norms. */
export const l2Normalization: Lowering = {
  operator: "l2Normalization",
  dtypes: ["float32", "int8"],
  scratchBytes: (node) => [
    blockBytes(onlyInput(node).dtype === "int8" ? normalizeQuantizedParameters : normalizeParameters),
  ],
  inPlace: () => [0],
  emit(node, placement) {
    const input = onlyInput(node);
    if (input.dtype === "float32") return callNormalize("l2NormalizationFloat32", node, leastNorm, placement);
    const { zeroPoint } = int8Parameters(input);
    return callNormalizeQuantized("l2NormalizationInt8", node, placement, { zeroPoint });
  },
};
