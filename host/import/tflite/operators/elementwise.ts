import { tfliteActivation } from "./activation.js";
import { plain, type TfliteMapping } from "./mapping.js";

/** An operator of two tensors, field 0 of whose options is the fused activation. */
function binary(builtin: string, operator: string, optionsType: number, maxVersion: number): TfliteMapping {
  return {
    builtin,
    optionsType,
    maxVersion,
    read: ({ options }) => ({ operator, attributes: { activation: tfliteActivation(options.int8(0, 0)) } }),
  };
}

/** Functions of single elements. */
export const elementwise: readonly TfliteMapping[] = [
  binary("ADD", "add", 11, 5),
  binary("SUB", "sub", 28, 5),
  binary("MUL", "mul", 21, 7),
  plain("HARD_SWISH", "hardSwish", 1),
  {
    builtin: "LEAKY_RELU",
    optionsType: 75,
    maxVersion: 2,
    read: ({ options }) => ({ operator: "leakyRelu", attributes: { alpha: options.float32(0, 0) } }),
  },
  plain("LOGISTIC", "logistic", 3),
  plain("RELU", "relu", 3),
  plain("RELU6", "relu6", 3),
  plain("RELU_N1_TO_1", "reluN1To1", 3),
  plain("TANH", "tanh", 3),
];
