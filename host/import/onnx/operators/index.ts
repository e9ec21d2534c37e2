import { activations } from "./activation.js";
import { classical } from "./classical/index.js";
import { convolution } from "./convolution.js";
import { elementwise } from "./elementwise.js";
import type { OnnxMapping } from "./mapping.js";
import { matrix } from "./matrix.js";
import { movement } from "./movement.js";
import { normalization } from "./normalization.js";
import { pools } from "./pools.js";
import { dynamicQuantization, quantization } from "./quantization.js";
import { quantizedOperators } from "./quantized-operators.js";
import { recurrent } from "./recurrent.js";
import { reduction } from "./reduction.js";

/** Every operator of ONNX that is read. */
export const onnxMappings: readonly OnnxMapping[] = [
  ...convolution,
  ...pools,
  ...matrix,
  ...normalization,
  ...elementwise,
  ...activations,
  ...reduction,
  ...movement,
  ...recurrent,
  ...quantization,
  ...dynamicQuantization,
  ...quantizedOperators,
  ...classical,
];

const byName = new Map(
  onnxMappings.map((mapping) => [`${mapping.domain ?? ""}:${mapping.operator}`, mapping]),
);

/** The mapping of an operator of a domain. */
export function onnxMapping(operator: string, domain: string): OnnxMapping | undefined {
  return byName.get(`${domain}:${operator}`);
}
