import { NotRunnable, requireThat } from "../../../../graph/not-runnable.js";
import { elementCount } from "../../../../graph/tensor.js";
import * as activations from "../../../../ops/elementwise/activations.js";
import { add } from "../../../../ops/elementwise/add.js";
import * as arithmetic from "../../../../ops/elementwise/arithmetic.js";
import type { BinaryAttributes } from "../../../../ops/elementwise/binary.js";
import * as bits from "../../../../ops/elementwise/bits.js";
import * as comparisons from "../../../../ops/elementwise/comparisons.js";
import * as functions from "../../../../ops/elementwise/functions.js";
import { leakyRelu } from "../../../../ops/elementwise/leaky-relu.js";
import { logistic } from "../../../../ops/elementwise/logistic.js";
import { mul } from "../../../../ops/elementwise/mul.js";
import { relu, relu6 } from "../../../../ops/elementwise/relu.js";
import { select } from "../../../../ops/elementwise/select.js";
import { sub } from "../../../../ops/elementwise/sub.js";
import { tanh } from "../../../../ops/elementwise/tanh.js";
import * as trigonometry from "../../../../ops/elementwise/trigonometry.js";
import type { Operator } from "../../../../ops/operator.js";
import { quotientOf, sumOf } from "../../../compose/arithmetic.js";
import { clippedBy, isNoNumber } from "../../../compose/elementwise.js";
import { reshaped } from "../../../compose/movement.js";
import { wide } from "../../../compose/whole-numbers.js";
import { alike, type TensorflowMapping, type TensorflowNode } from "./mapping.js";

const none: BinaryAttributes = { activation: "none" };

/** Source: Klambauer et al., Self-normalizing neural networks. */
const seluFactors = { positive: 1.0507009873554805, negative: 1.0507009873554805 * 1.6732632423543772 };

/** An operator of two tensors that broadcast. */
function pair(operators: readonly string[], core: Operator<BinaryAttributes>): TensorflowMapping[] {
  return alike(operators, {
    becomes: [core.name, "cast"],
    read: (node, write) => write.node(core, none, [wide(write, node.input(0)), wide(write, node.input(1))]),
  });
}

/** A comparison, of the operands in the other order where it is another one so. */
function comparison(operator: string, core: Operator, isExchanged = false): TensorflowMapping {
  return {
    operator,
    becomes: [core.name, "cast"],
    read(node, write) {
      const operands = [wide(write, node.input(0)), wide(write, node.input(1))];
      return write.node(core, {}, isExchanged ? operands.reverse() : operands);
    },
  };
}

/** A function of one element. */
function single(operator: string, core: Operator): TensorflowMapping {
  return {
    operator,
    becomes: [core.name],
    read: (node, write) => write.node(core, {}, [wide(write, node.input(0))]),
  };
}

/** An operator that is its only input at inference. */
function same(operator: string): TensorflowMapping {
  return { operator, becomes: [], read: (node) => node.input(0) };
}

/** A choice whose condition may have one axis: the first of what is chosen between. */
const firstAxisSelect: TensorflowMapping["read"] = (node, write) => {
  const [condition, whereTrue, whereFalse] = [node.input(0), node.input(1), node.input(2)];
  const rank = whereTrue.shape.length;
  const isRow = condition.shape.length === 1 && rank > 1;
  const shape = isRow ? [...condition.shape, ...Array<number>(rank - 1).fill(1)] : condition.shape;
  return write.node(select, {}, [reshaped(write, condition, shape), whereTrue, whereFalse]);
};

/** A bias of the channels, which are the last axis, or the second. */
const biasAdd: TensorflowMapping["read"] = (node, write) => {
  const [input, bias] = [node.input(0), node.input(1)];
  if (!node.isChannelsFirst()) return sumOf(write, input, bias);
  const ones = input.shape.slice(2).map(() => 1);
  return sumOf(write, input, reshaped(write, bias, [elementCount(bias.shape), ...ones]));
};

/** The sum of all inputs, from the left. */
const addN: TensorflowMapping["read"] = (node, write) => {
  const [first, ...others] = node.inputs;
  if (first === undefined) throw new NotRunnable("input 0 is missing");
  return others.reduce((sum, other) => sumOf(write, sum, other), first);
};

/** A quotient, and 0 where something is divided by 0. */
const divideNoNan: TensorflowMapping["read"] = (node, write) => {
  const [first, second] = [node.input(0), node.input(1)];
  const zero = write.scalar(0, first.dtype);
  const isZero = write.node(comparisons.equal, {}, [second, zero]);
  return write.node(select, {}, [isZero, zero, quotientOf(write, first, second)]);
};

const alphaOf = (node: TensorflowNode): number => node.attributes.number("alpha", 0.2);

/** An element limited to two numbers, which may be computed. */
const clip: TensorflowMapping["read"] = (node, write) =>
  clippedBy(write, node.input(0), node.input(1), node.input(2));

/** Whether an element is no number. */
const isNan: TensorflowMapping["read"] = (node, write) => isNoNumber(write, node.input(0));

/** How the magnitude of an element compares with infinity. */
function magnitude(operator: string, core: Operator): TensorflowMapping {
  return {
    operator,
    becomes: ["abs", core.name],
    read: (node, write) =>
      write.node(core, {}, [
        write.scalar(Number.POSITIVE_INFINITY),
        write.node(functions.abs, {}, [node.input(0)]),
      ]),
  };
}

/** Functions of single elements, of two, and of three. */
export const elementwise: readonly TensorflowMapping[] = [
  ...pair(["Add", "AddV2"], add),
  ...pair(["Sub"], sub),
  ...pair(["Mul"], mul),
  ...pair(["RealDiv", "Div"], arithmetic.div),
  ...pair(["FloorDiv"], arithmetic.floorDiv),
  ...pair(["FloorMod", "Mod"], arithmetic.floorMod),
  ...pair(["Maximum"], arithmetic.maximum),
  ...pair(["Minimum"], arithmetic.minimum),
  ...pair(["Pow"], arithmetic.pow),
  ...pair(["SquaredDifference"], arithmetic.squaredDifference),
  ...pair(["Atan2"], arithmetic.atan2),
  ...pair(["BitwiseAnd"], bits.bitwiseAnd),
  ...pair(["Prelu"], arithmetic.prelu),
  { operator: "AddN", becomes: ["add"], read: addN },
  { operator: "BiasAdd", becomes: ["add", "reshape"], read: biasAdd },
  { operator: "DivNoNan", becomes: ["equal", "div", "select"], read: divideNoNan },
  comparison("Equal", comparisons.equal),
  comparison("NotEqual", comparisons.notEqual),
  comparison("Greater", comparisons.greater),
  comparison("GreaterEqual", comparisons.greaterEqual),
  comparison("Less", comparisons.greater, true),
  comparison("LessEqual", comparisons.greaterEqual, true),
  comparison("LogicalAnd", comparisons.logicalAnd),
  comparison("LogicalOr", comparisons.logicalOr),
  single("LogicalNot", functions.logicalNot),
  { operator: "Select", becomes: ["select", "reshape"], read: firstAxisSelect },
  {
    operator: "SelectV2",
    becomes: ["select"],
    read: (node, write) => write.node(select, {}, [node.input(0), node.input(1), node.input(2)]),
  },
  single("Abs", functions.abs),
  single("Neg", functions.neg),
  single("Sign", functions.sign),
  single("Square", functions.square),
  single("Sqrt", functions.sqrt),
  single("Rsqrt", functions.rsqrt),
  single("Exp", functions.exp),
  single("Log", functions.log),
  single("Sin", functions.sin),
  single("Cos", functions.cos),
  single("Floor", functions.floor),
  single("Ceil", functions.ceil),
  single("Round", functions.round),
  single("Tan", trigonometry.tan),
  single("Asin", trigonometry.asin),
  single("Acos", trigonometry.acos),
  single("Atan", trigonometry.atan),
  single("Sinh", trigonometry.sinh),
  single("Cosh", trigonometry.cosh),
  single("Asinh", trigonometry.asinh),
  single("Acosh", trigonometry.acosh),
  single("Atanh", trigonometry.atanh),
  single("Expm1", functions.expm1),
  single("Log1p", functions.log1p),
  single("Reciprocal", functions.reciprocal),
  single("Inv", functions.reciprocal),
  single("Erf", functions.erf),
  single("Softplus", functions.softplus),
  single("Softsign", activations.softsign),
  single("Elu", activations.elu),
  {
    operator: "Selu",
    becomes: ["elu"],
    read: (node, write) => write.node(activations.elu, seluFactors, [node.input(0)]),
  },
  single("Relu", relu),
  single("Relu6", relu6),
  single("Sigmoid", logistic),
  single("Tanh", tanh),
  {
    operator: "LeakyRelu",
    becomes: ["leakyRelu"],
    read: (node, write) => write.node(leakyRelu, { alpha: alphaOf(node) }, [node.input(0)]),
  },
  {
    operator: "ClipByValue",
    becomes: ["clamp", "relu", "relu6", "reluN1To1", "relu0To1", "maximum", "minimum"],
    read: clip,
  },
  { operator: "IsNan", becomes: ["notEqual"], read: isNan },
  magnitude("IsFinite", comparisons.greater),
  magnitude("IsInf", comparisons.equal),
  {
    operator: "IdentityN",
    becomes: [],
    read(node) {
      requireThat(node.inputs.length > 0, "input 0 is missing");
      return node.inputs;
    },
  },
  ...["Identity", "StopGradient", "Snapshot", "PreventGradient", "CheckNumerics", "EnsureShape", "Print"].map(
    same,
  ),
  same("PlaceholderWithDefault"),
];
