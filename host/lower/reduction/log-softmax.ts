import { blockBytes } from "../../abi/block.js";
import { normalizeParameters } from "../../abi/parameters.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { logSoftmaxInput } from "../../ops/reduction/log-softmax.js";
import { softmaxDifferences, softmaxTable } from "../../ops/reduction/softmax.js";
import { bytesOf } from "../bytes.js";
import type { Lowering } from "../lowering.js";
import { callNormalize, callNormalizeQuantized } from "./rows.js";

/** The logarithm of a softmax: of int8 by the softmax's table of exponentials. */
export const logSoftmax: Lowering = {
  operator: "logSoftmax",
  dtypes: ["float32", "int8"],
  scratchBytes: (node) => [
    onlyInput(node).dtype === "int8" ? softmaxDifferences * 4 : blockBytes(normalizeParameters),
  ],
  inPlace: () => [0],
  emit(node, placement) {
    if (onlyInput(node).dtype === "float32") return callNormalize("logSoftmaxFloat32", node, 0, placement);
    const table = softmaxTable(node, 1);
    const { multiplier, shift, radius } = logSoftmaxInput(node);
    const weights = placement.weights(bytesOf(table));
    const values = { weights, entries: table.length, left: shift, least: -radius - 1 };
    return callNormalizeQuantized("logSoftmaxInt8", node, placement, values, multiplier);
  },
};
