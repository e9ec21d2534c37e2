import type { FusedActivation } from "../../../graph/node.js";
import type { Tensor } from "../../../graph/tensor.js";
import { gelu } from "../../../ops/elementwise/activations.js";
import { add } from "../../../ops/elementwise/add.js";
import {
  div,
  floorDiv,
  floorMod,
  maximum,
  minimum,
  pow,
  squaredDifference,
} from "../../../ops/elementwise/arithmetic.js";
import {
  equal,
  greater,
  greaterEqual,
  logicalAnd,
  logicalOr,
  notEqual,
} from "../../../ops/elementwise/comparisons.js";
import {
  abs,
  ceil,
  cos,
  erf,
  exp,
  expm1,
  floor,
  log,
  log1p,
  logicalNot,
  neg,
  reciprocal,
  round,
  rsqrt,
  sign,
  sin,
  sqrt,
  square,
  trunc,
} from "../../../ops/elementwise/functions.js";
import { leakyRelu } from "../../../ops/elementwise/leaky-relu.js";
import { logistic } from "../../../ops/elementwise/logistic.js";
import { mul } from "../../../ops/elementwise/mul.js";
import { select } from "../../../ops/elementwise/select.js";
import { sub } from "../../../ops/elementwise/sub.js";
import { tanh } from "../../../ops/elementwise/tanh.js";
import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cosh,
  sinh,
  tan,
} from "../../../ops/elementwise/trigonometry.js";
import type { Operator } from "../../../ops/operator.js";
import { type Compose, exponentialLinear, shrunk, squareplus, threshold } from "../../compose/activations.js";
import { scaled } from "../../compose/arithmetic.js";
import { clippedBy } from "../../compose/elementwise.js";
import { castTo } from "../../compose/whole-numbers.js";
import { activationNamed, applied } from "../layers/activation.js";
import { floats } from "../layers/numbers.js";
import type { FunctionCall, FunctionMapping } from "./call.js";

const plain = { activation: "none" } as const;

/** An operator of pairs: of those of comparisons, nothing reads the attributes. */
type Pair = Operator<{ activation: FusedActivation }> | Operator<object>;

/** A function of one tensor of floats. */
function unary(
  keras: readonly string[],
  tensorflow: readonly string[],
  apply: Compose,
  isOfAny = false,
): FunctionMapping {
  return {
    keras,
    tensorflow,
    parameters: ["x"],
    tensorflowParameters: [tensorflow.some((name) => name.startsWith("nn.")) ? "features" : "x"],
    build: (call) => {
      const input = call.tensor("x");
      return apply(call.write, isOfAny ? input : floats(call.write, input));
    },
  };
}

const operator =
  (one: Operator<object>): Compose =>
  (write, input) =>
    write.node(one, {}, [input]);

/** An activation of Keras by its name. */
function activation(keras: string, tensorflow: readonly string[], name: string): FunctionMapping {
  return unary([keras], tensorflow, (write, input) => {
    const found = activationNamed(name, 3);
    if (found === undefined) throw new Error(`no activation is named ${name}`);
    return applied(write, found, input);
  });
}

/** A function of two tensors with broadcasting. */
function binary(
  keras: readonly string[],
  tensorflow: readonly string[],
  apply: (call: FunctionCall, first: Tensor, second: Tensor) => Tensor,
): FunctionMapping {
  return {
    keras,
    tensorflow,
    parameters: ["x1", "x2"],
    tensorflowParameters: ["x", "y"],
    build: (call) => apply(call, ...call.pair("x1", "x2")),
  };
}

const pairs =
  (one: Pair) =>
  ({ write }: FunctionCall, first: Tensor, second: Tensor): Tensor =>
    write.node(one as Operator<object>, plain, [first, second]);

const reversed =
  (one: Pair) =>
  (call: FunctionCall, first: Tensor, second: Tensor): Tensor =>
    pairs(one)(call, second, first);

const ofFloats =
  (one: Pair) =>
  (call: FunctionCall, first: Tensor, second: Tensor): Tensor =>
    pairs(one)(call, floats(call.write, first), floats(call.write, second));

const ofBools =
  (one: Pair) =>
  (call: FunctionCall, first: Tensor, second: Tensor): Tensor =>
    pairs(one)(call, castTo(call.write, first, "bool"), castTo(call.write, second, "bool"));

const binaries: readonly FunctionMapping[] = [
  binary(["Add"], ["math.add", "__operators__.add", "add"], pairs(add)),
  binary(["Subtract"], ["math.subtract", "__operators__.sub", "subtract"], pairs(sub)),
  binary(["Multiply"], ["math.multiply", "__operators__.mul", "multiply"], pairs(mul)),
  binary(
    ["Divide", "TrueDivide"],
    ["math.truediv", "math.divide", "__operators__.truediv", "realdiv", "divide"],
    ofFloats(div),
  ),
  binary(["Maximum"], ["math.maximum", "maximum"], pairs(maximum)),
  binary(["Minimum"], ["math.minimum", "minimum"], pairs(minimum)),
  binary(["Power"], ["math.pow", "__operators__.pow", "pow"], pairs(pow)),
  binary(["FloorDivide"], ["math.floordiv", "__operators__.floordiv"], pairs(floorDiv)),
  binary(["Mod"], ["math.floormod", "__operators__.mod", "math.mod"], pairs(floorMod)),
  binary([], ["math.squared_difference"], pairs(squaredDifference)),
  binary(["Greater"], ["math.greater", "__operators__.gt", "greater"], pairs(greater)),
  binary(["GreaterEqual"], ["math.greater_equal", "__operators__.ge", "greater_equal"], pairs(greaterEqual)),
  binary(["Less"], ["math.less", "__operators__.lt", "less"], reversed(greater)),
  binary(["LessEqual"], ["math.less_equal", "__operators__.le", "less_equal"], reversed(greaterEqual)),
  binary(["Equal"], ["math.equal", "__operators__.eq", "equal"], pairs(equal)),
  binary(["NotEqual"], ["math.not_equal", "__operators__.ne", "not_equal"], pairs(notEqual)),
  binary(["LogicalAnd"], ["math.logical_and", "__operators__.and"], ofBools(logicalAnd)),
  binary(["LogicalOr"], ["math.logical_or", "__operators__.or"], ofBools(logicalOr)),
];

const unaries: readonly FunctionMapping[] = [
  unary(["Absolute", "Abs"], ["math.abs", "__operators__.abs", "abs"], operator(abs), true),
  unary(["Negative"], ["math.negative", "__operators__.neg", "negative"], operator(neg), true),
  unary(["Sign"], ["math.sign", "sign"], operator(sign), true),
  unary(["Square"], ["math.square", "square"], operator(square), true),
  unary(["Sqrt"], ["math.sqrt", "sqrt"], operator(sqrt)),
  unary(["Rsqrt"], ["math.rsqrt"], operator(rsqrt)),
  unary(["Exp"], ["math.exp", "exp"], operator(exp)),
  unary(["Exp2"], [], (write, input) => operator(exp)(write, scaled(write, input, Math.LN2))),
  unary(["Log"], ["math.log"], operator(log)),
  unary(["Log1p"], ["math.log1p"], operator(log1p)),
  unary(["Log2"], [], (write, input) => scaled(write, operator(log)(write, input), Math.LOG2E)),
  unary(["Log10"], [], (write, input) => scaled(write, operator(log)(write, input), Math.LOG10E)),
  unary(["Sin"], ["math.sin", "sin"], operator(sin)),
  unary(["Cos"], ["math.cos", "cos"], operator(cos)),
  unary(["Tan"], ["math.tan"], operator(tan)),
  unary(["Arcsin"], ["math.asin"], operator(asin)),
  unary(["Arccos"], ["math.acos"], operator(acos)),
  unary(["Arctan"], ["math.atan"], operator(atan)),
  unary(["Sinh"], ["math.sinh"], operator(sinh)),
  unary(["Cosh"], ["math.cosh"], operator(cosh)),
  unary(["Arcsinh"], ["math.asinh"], operator(asinh)),
  unary(["Arccosh"], ["math.acosh"], operator(acosh)),
  unary(["Arctanh"], ["math.atanh"], operator(atanh)),
  unary(["Expm1"], ["math.expm1"], operator(expm1)),
  unary(["Erf"], ["math.erf"], operator(erf)),
  unary(["Trunc"], [], operator(trunc)),
  unary(["Floor"], ["math.floor", "floor"], operator(floor)),
  unary(["Ceil"], ["math.ceil"], operator(ceil)),
  unary(["Round"], ["math.round", "round"], operator(round)),
  unary(["Reciprocal"], ["math.reciprocal"], operator(reciprocal)),
  unary(["LogicalNot"], ["math.logical_not", "__operators__.invert"], operator(logicalNot), true),
  unary(["Tanh"], ["math.tanh", "nn.tanh", "tanh"], operator(tanh)),
  unary(["Sigmoid"], ["math.sigmoid", "nn.sigmoid", "sigmoid"], operator(logistic)),
  unary(["Identity", "StopGradient"], ["identity", "stop_gradient", "convert_to_tensor"], (_, x) => x, true),
  activation("Relu", ["nn.relu"], "relu"),
  activation("Relu6", ["nn.relu6"], "relu6"),
  activation("Selu", ["nn.selu"], "selu"),
  activation("Silu", ["nn.silu", "nn.swish"], "silu"),
  activation("Softplus", ["math.softplus", "nn.softplus"], "softplus"),
  activation("Softsign", ["math.softsign", "nn.softsign"], "softsign"),
  activation("LogSigmoid", ["math.log_sigmoid"], "log_sigmoid"),
  activation("HardSigmoid", [], "hard_sigmoid"),
  activation("HardSilu", [], "hard_silu"),
  activation("HardTanh", [], "hard_tanh"),
  activation("TanhShrink", [], "tanh_shrink"),
  activation("SparsePlus", [], "sparse_plus"),
  activation("SparseSigmoid", [], "sparse_sigmoid"),
  activation("Mish", [], "mish"),
];

/** An activation with a number. */
const numbered = (
  keras: string,
  parameter: string,
  otherwise: number,
  apply: (value: number) => Compose,
  tensorflow: readonly string[] = [],
): FunctionMapping => ({
  keras: [keras],
  tensorflow,
  parameters: ["x", parameter],
  tensorflowParameters: ["features", parameter],
  build: (call) => apply(call.number(parameter, otherwise))(call.write, call.tensor("x")),
});

/** Functions of single elements, and of pairs. */
export const arithmeticFunctions: readonly FunctionMapping[] = [
  ...binaries,
  ...unaries,
  numbered("Elu", "alpha", 1, (alpha) => exponentialLinear(alpha), ["nn.elu"]),
  numbered("Celu", "alpha", 1, (alpha) => exponentialLinear(alpha, 1, alpha)),
  numbered("HardShrink", "threshold", 0.5, (lambda) => shrunk(lambda, 0)),
  numbered("SoftShrink", "threshold", 0.5, (lambda) => shrunk(lambda, lambda)),
  numbered("Squareplus", "b", 4, squareplus),
  {
    keras: ["Threshold"],
    parameters: ["x", "threshold", "default_value"],
    build: (call) => {
      const apply = threshold(call.number("threshold"), call.number("default_value"));
      return apply(call.write, call.tensor("x"));
    },
  },
  {
    keras: ["LeakyRelu"],
    tensorflow: ["nn.leaky_relu"],
    parameters: ["x", "negative_slope"],
    tensorflowParameters: ["features", "alpha"],
    build: (call) =>
      call.write.node(leakyRelu, { alpha: call.number("negative_slope", 0.2) }, [call.tensor("x")]),
  },
  {
    keras: ["Gelu"],
    tensorflow: ["nn.gelu"],
    parameters: ["x", "approximate"],
    tensorflowParameters: ["features", "approximate"],
    build: (call) =>
      // TensorFlow's default is the exact one, which its files state as they do any argument that is given.
      call.write.node(gelu, { approximate: call.flag("approximate", call.isKeras) }, [call.tensor("x")]),
  },
  {
    keras: ["Clip"],
    tensorflow: ["clip_by_value"],
    parameters: ["x", "x_min", "x_max"],
    tensorflowParameters: ["t", "clip_value_min", "clip_value_max"],
    build: (call) => {
      const input = call.tensor("x");
      const limits = ["x_min", "x_max"].map((name) => call.tensor(name, input.dtype)) as [Tensor, Tensor];
      return clippedBy(call.write, input, ...limits);
    },
  },
  {
    keras: ["Where"],
    tensorflow: ["where"],
    parameters: ["condition", "x1", "x2"],
    tensorflowParameters: ["condition", "x", "y"],
    build: (call) => {
      const condition = castTo(call.write, call.tensor("condition", "bool"), "bool");
      return call.write.node(select, {}, [condition, ...call.pair("x1", "x2")]);
    },
  },
  {
    keras: ["Cast"],
    tensorflow: ["cast"],
    parameters: ["x", "dtype"],
    build: (call) => castTo(call.write, call.tensor("x"), call.dtype("dtype")),
  },
];
