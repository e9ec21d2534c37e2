import type { Tensor } from "../../../graph/tensor.js";
import { tfliteActivation } from "./activation.js";
import { plain, type TfliteMapping, type TfliteNode, type Translation } from "./mapping.js";

/** An operator of two tensors, field 0 of whose options is the fused activation. */
function binary(builtin: string, operator: string, optionsType: number, maxVersion: number): TfliteMapping {
  return {
    builtin,
    optionsType,
    maxVersion,
    becomes: [operator],
    read: ({ options }) => ({ operator, attributes: { activation: tfliteActivation(options.int8(0, 0)) } }),
  };
}

/** An operator of two tensors that TFLite fuses no activation into. */
function unfused(builtin: string, operator: string, maxVersion: number): TfliteMapping {
  return plain(builtin, operator, maxVersion, { activation: "none" });
}

/** A comparison that is another one with its operands exchanged. */
function exchanged(builtin: string, operator: string, maxVersion: number): TfliteMapping {
  return {
    ...plain(builtin, operator, maxVersion),
    read: ({ inputs }) => ({ operator, attributes: {}, inputs: [inputs[1], inputs[0]] }),
  };
}

/**
 * ADD_N: of float32 sums of two, from the left. Of int8 TFLite's kernel adds with one rounding, which is an operator of its
 * own.
 */
function sumOfMany({ inputs, outputs }: TfliteNode): Translation | Translation[] {
  const [first, ...others] = inputs;
  if (first?.dtype !== "float32") return { operator: "sumOfMany", attributes: {} };
  let sum = first;
  return others.map((other, i) => {
    const operands = [sum, other];
    sum =
      i === others.length - 1 ? (outputs[0] as Tensor) : { ...first, name: `${outputs[0]?.name}/sum${i}` };
    return { operator: "add", attributes: { activation: "none" }, inputs: operands, outputs: [sum] };
  });
}

/**
 * SELECT, whose condition may be one bool, or have one axis: the first of what is chosen between. SELECT_V2 broadcasts as
 * other operators do.
 */
function select({ inputs }: TfliteNode): Translation[] {
  const [condition, whereTrue, whereFalse] = inputs;
  const rank = whereTrue?.shape.length ?? 0;
  if (condition === undefined || condition.shape.length !== 1 || rank <= 1)
    return [{ operator: "select", attributes: {} }];
  const shape = [...condition.shape, ...Array(rank - 1).fill(1)];
  const { data, ...type } = condition;
  const expanded: Tensor = { ...type, name: `${condition.name}/expanded`, shape };
  return [
    { operator: "reshape", attributes: { shape }, inputs: [condition], outputs: [expanded] },
    { operator: "select", attributes: {}, inputs: [expanded, whereTrue, whereFalse] },
  ];
}

/** Functions of single elements. */
export const elementwise: readonly TfliteMapping[] = [
  binary("ADD", "add", 11, 5),
  binary("SUB", "sub", 28, 5),
  binary("MUL", "mul", 21, 7),
  binary("DIV", "div", 29, 2),
  { builtin: "ADD_N", optionsType: 0, maxVersion: 1, becomes: ["sumOfMany", "add"], read: sumOfMany },
  unfused("MAXIMUM", "maximum", 4),
  unfused("MINIMUM", "minimum", 4),
  unfused("SQUARED_DIFFERENCE", "squaredDifference", 2),
  unfused("FLOOR_DIV", "floorDiv", 3),
  unfused("FLOOR_MOD", "floorMod", 2),
  unfused("POW", "pow", 1),
  unfused("PRELU", "prelu", 1),
  plain("EQUAL", "equal", 4),
  plain("NOT_EQUAL", "notEqual", 4),
  plain("GREATER", "greater", 3),
  plain("GREATER_EQUAL", "greaterEqual", 3),
  exchanged("LESS", "greater", 3),
  exchanged("LESS_EQUAL", "greaterEqual", 3),
  plain("LOGICAL_AND", "logicalAnd", 1),
  plain("LOGICAL_OR", "logicalOr", 1),
  plain("LOGICAL_NOT", "logicalNot", 1),
  { builtin: "SELECT", optionsType: 0, maxVersion: 4, becomes: ["select", "reshape"], read: select },
  plain("SELECT_V2", "select", 2),
  plain("ABS", "abs", 5),
  plain("NEG", "neg", 1),
  plain("SIGN", "sign", 2),
  plain("SQUARE", "square", 1),
  plain("SQRT", "sqrt", 2),
  plain("RSQRT", "rsqrt", 3),
  plain("EXP", "exp", 2),
  plain("LOG", "log", 2),
  plain("SIN", "sin", 1),
  plain("COS", "cos", 1),
  plain("FLOOR", "floor", 1),
  plain("CEIL", "ceil", 1),
  plain("ROUND", "round", 1),
  plain("ELU", "elu", 1),
  {
    builtin: "GELU",
    optionsType: 116,
    maxVersion: 2,
    becomes: ["gelu"],
    read: ({ options }) => ({ operator: "gelu", attributes: { approximate: options.bool(0, false) } }),
  },
  plain("HARD_SWISH", "hardSwish", 1),
  {
    builtin: "LEAKY_RELU",
    optionsType: 75,
    maxVersion: 2,
    becomes: ["leakyRelu"],
    read: ({ options }) => ({ operator: "leakyRelu", attributes: { alpha: options.float32(0, 0) } }),
  },
  plain("LOGISTIC", "logistic", 3),
  plain("RELU", "relu", 3),
  plain("RELU6", "relu6", 3),
  plain("RELU_N1_TO_1", "reluN1To1", 3),
  plain("RELU_0_TO_1", "relu0To1", 1),
  plain("TANH", "tanh", 3),
];
