import { requireThat } from "../../../graph/not-runnable.js";
import { tfliteActivation } from "./activation.js";
import type { TfliteMapping } from "./mapping.js";

/** Products of matrices. */
export const matrix: readonly TfliteMapping[] = [
  {
    builtin: "FULLY_CONNECTED",
    optionsType: 8,
    maxVersion: 12,
    becomes: ["fullyConnected"],
    read({ options }) {
      requireThat(options.int8(1, 0) === 0, "shuffled weights are not supported");
      const attributes = {
        activation: tfliteActivation(options.int8(0, 0)),
        keepAxes: options.bool(2, false),
      };
      return { operator: "fullyConnected", attributes };
    },
  },
  {
    builtin: "BATCH_MATMUL",
    optionsType: 101,
    maxVersion: 4,
    becomes: ["batchMatmul"],
    read({ options }) {
      const attributes = { transposeFirst: options.bool(0, false), transposeSecond: options.bool(1, false) };
      return { operator: "batchMatmul", attributes };
    },
  },
];
