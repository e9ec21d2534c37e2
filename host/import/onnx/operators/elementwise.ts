import { requireThat } from "../../../graph/not-runnable.js";
import { type DType, elementCount, type Tensor } from "../../../graph/tensor.js";
import { add } from "../../../ops/elementwise/add.js";
import { div, floorMod, maximum, minimum, truncMod } from "../../../ops/elementwise/arithmetic.js";
import type { BinaryAttributes } from "../../../ops/elementwise/binary.js";
import * as bits from "../../../ops/elementwise/bits.js";
import {
  equal,
  greater,
  greaterEqual,
  logicalAnd,
  logicalOr,
  notEqual,
} from "../../../ops/elementwise/comparisons.js";
import * as functions from "../../../ops/elementwise/functions.js";
import { mul } from "../../../ops/elementwise/mul.js";
import { select } from "../../../ops/elementwise/select.js";
import { sub } from "../../../ops/elementwise/sub.js";
import * as trigonometry from "../../../ops/elementwise/trigonometry.js";
import { limitedShape } from "../../../ops/movement/moved.js";
import type { Operator } from "../../../ops/operator.js";
import { pair, powerOf, scaled } from "../../compose/arithmetic.js";
import { isInfinite, isNoNumber } from "../../compose/elementwise.js";
import { castTo, inWide, requireOrder, wide } from "../../compose/whole-numbers.js";
import type { GraphWriter } from "../../graph-writer.js";
import { elementDtype, elementTypeName } from "../tensors.js";
import { broadcastByAxis } from "./broadcast-by-axis.js";
import type { OnnxMapping, OnnxNode } from "./mapping.js";

/** A function of single elements; whole numbers of few bits are widened. */
function unary(operator: string, core: Operator): OnnxMapping {
  return {
    operator,
    becomes: [core.name],
    read: (node, write) => inWide(write, [node.input(0)], (input) => write.node(core, {}, [input])),
  };
}

/** Both operands of a node, of whatever version. */
function operandsOf(node: OnnxNode, write: GraphWriter): [Tensor, Tensor] {
  const own = broadcastByAxis(node, write);
  return [own.input(0), own.input(1)];
}

/**
 * Arithmetic of two tensors.
 *
 * @param isModular whether the low bits of the result follow from those of the operands, so that it does not matter which
 *   of them is the sign
 */
function arithmetic(operator: string, core: Operator<BinaryAttributes>, isModular = true): OnnxMapping {
  return {
    operator,
    becomes: [core.name],
    read(node, write) {
      const operands = operandsOf(node, write);
      if (!isModular) operands.forEach(requireOrder);
      return inWide(write, operands, (a, b) => pair(core)(write, a, b));
    },
  };
}

/** A comparison of two tensors, or another one with its operands exchanged. */
function comparison(operator: string, core: Operator<object>, isExchanged = false): OnnxMapping {
  return {
    operator,
    becomes: [core.name],
    read(node, write) {
      const operands = operandsOf(node, write);
      if (core !== equal) operands.forEach(requireOrder);
      const inputs = operands.map((operand) => wide(write, operand));
      return write.node(core, {}, isExchanged ? inputs.toReversed() : inputs);
    },
  };
}

/** An operator of one tensor or more, two by two from the left. */
function folded(
  operator: string,
  core: Operator<BinaryAttributes>,
  isModular: boolean,
  finish: (write: GraphWriter, result: Tensor, count: number) => Tensor = (_, result) => result,
): OnnxMapping {
  return {
    operator,
    becomes: finish === meanOf ? [core.name, "mul"] : [core.name],
    read(node, write) {
      const inputs = [...node.inputs.keys()].map((i) => node.input(i));
      requireThat(inputs.length > 0, "it has no inputs; one or more are expected");
      if (!isModular) inputs.forEach(requireOrder);
      return inWide(write, inputs, (...own) => {
        const result = own.reduce((a, b) => pair(core)(write, a, b));
        return finish(write, result, own.length);
      });
    },
  };
}

/** A sum over how many it is of. */
function meanOf(write: GraphWriter, sum: Tensor, count: number): Tensor {
  requireThat(sum.dtype === "float32", `the inputs are ${sum.dtype}; float32 is expected`);
  return scaled(write, sum, 1 / count);
}

/** A power, in the type of the base: of whole numbers with a real exponent by way of float32. */
function readPow(node: OnnxNode, write: GraphWriter): Tensor {
  const [base, exponent] = operandsOf(node, write);
  const isSquare = exponent.data !== undefined && Array.from(exponent.data, Number).every((n) => n === 2);
  if (isSquare && exponent.shape.length <= base.shape.length && exponent.data?.length === 1)
    return inWide(write, [base], (own) => write.node(functions.square, {}, [own]));
  if (exponent.dtype !== "float32" && base.dtype !== "float32")
    return inWide(write, [base, castTo(write, exponent, base.dtype)], (a, b) => powerOf(write, a, b));
  const [a, b] = [base, exponent].map((own) => castTo(write, own, "float32")) as [Tensor, Tensor];
  return castTo(write, powerOf(write, a, b), base.dtype);
}

/** A remainder: with the sign of the dividend where `fmod` is 1, else with that of the divisor. */
function readMod(node: OnnxNode, write: GraphWriter): Tensor {
  const operands = operandsOf(node, write);
  operands.forEach(requireOrder);
  const core = node.flag("fmod") ? truncMod : floorMod;
  return inWide(write, operands, (a, b) => pair(core)(write, a, b));
}

/** Bits of numbers without a sign. */
function readBitShift(node: OnnxNode, write: GraphWriter): Tensor {
  const direction = node.text("direction", "");
  requireThat(
    direction === "LEFT" || direction === "RIGHT",
    `the direction is "${direction}"; LEFT or RIGHT is expected`,
  );
  const operands = operandsOf(node, write);
  const [first] = operands;
  if (direction === "RIGHT") requireOrder(first);
  const core = direction === "LEFT" ? bits.shiftLeft : bits.shiftRight;
  const shifted = inWide(write, operands, (a, b) => pair(core)(write, a, b));
  // Before version 28 of the operator set no int32 is shifted but what is uint16 in the file.
  return first.dtype === "int32" && node.version < 28 ? lowHalf(write, shifted) : shifted;
}

/** int32 modulo 2^16: what uint16 of the file is in the graph. */
function lowHalf(write: GraphWriter, input: Tensor): Tensor {
  return pair(bits.bitwiseAnd)(write, input, write.scalar(0xffff, "int32"));
}

/** Elements as another type: floats towards zero, within its range. */
function readCast(node: OnnxNode, write: GraphWriter): Tensor {
  const name = elementTypeName(node.integer("to", 0));
  const { texts } = node.input(0);
  if (texts !== undefined && name === "string") return node.input(0);
  requireThat(texts === undefined, `a cast of texts to ${name} is not supported`);
  const to = elementDtype(node.integer("to", 0));
  requireThat(to !== undefined, `a cast to ${name} is not supported`);
  const result = castTo(write, node.input(0), to as DType);
  return name === "uint16" ? lowHalf(write, result) : result;
}

/** What passes the input through, with a mask that leaves everything. */
function readDropout(node: OnnxNode, write: GraphWriter): (Tensor | undefined)[] {
  const input = node.input(0);
  const [ratio = 0.5] = node.gives(2) ? (node.numbers(1, "ratio") ?? []) : [];
  const [training = 0] = node.numbers(2, "training_mode") ?? [];
  requireThat(training === 0 || ratio === 0, "it is in training mode; export the model for inference");
  if (!node.wants(1)) return [input, undefined];
  const shape = limitedShape(input.shape);
  const mask = write.constant(new Uint8Array(elementCount(shape)).fill(1), shape, "bool");
  return [input, castTo(write, mask, node.version >= 10 ? "bool" : input.dtype)];
}

const identity: OnnxMapping["read"] = (node) => node.input(0);

/** Functions of single elements and of two. */
export const elementwise: readonly OnnxMapping[] = [
  arithmetic("Add", add),
  arithmetic("Sub", sub),
  arithmetic("Mul", mul),
  arithmetic("Div", div, false),
  { operator: "Mod", becomes: ["floorMod", "truncMod"], read: readMod },
  { operator: "Pow", becomes: ["pow", "square"], read: readPow },
  folded("Max", maximum, false),
  folded("Min", minimum, false),
  folded("Sum", add, true),
  folded("Mean", add, true, meanOf),
  comparison("Equal", equal),
  comparison("Greater", greater),
  comparison("GreaterOrEqual", greaterEqual),
  comparison("Less", greater, true),
  comparison("LessOrEqual", greaterEqual, true),
  comparison("And", logicalAnd),
  comparison("Or", logicalOr),
  comparison("Xor", notEqual),
  unary("Not", functions.logicalNot),
  { operator: "BitShift", becomes: ["shiftLeft", "shiftRight", "bitwiseAnd"], read: readBitShift },
  arithmetic("BitwiseAnd", bits.bitwiseAnd),
  arithmetic("BitwiseOr", bits.bitwiseOr),
  arithmetic("BitwiseXor", bits.bitwiseXor),
  {
    operator: "BitwiseNot",
    becomes: ["bitwiseXor"],
    read: (node, write) =>
      inWide(write, [node.input(0)], (input) =>
        pair(bits.bitwiseXor)(write, input, write.scalar(-1, input.dtype)),
      ),
  },
  {
    operator: "Where",
    becomes: ["select"],
    read: (node, write) => write.node(select, {}, [node.input(0), node.input(1), node.input(2)]),
  },
  unary("Abs", functions.abs),
  unary("Neg", functions.neg),
  unary("Sign", functions.sign),
  unary("Ceil", functions.ceil),
  unary("Floor", functions.floor),
  unary("Round", functions.round),
  unary("Exp", functions.exp),
  unary("Log", functions.log),
  unary("Sqrt", functions.sqrt),
  unary("Reciprocal", functions.reciprocal),
  unary("Erf", functions.erf),
  unary("Sin", functions.sin),
  unary("Cos", functions.cos),
  unary("Tan", trigonometry.tan),
  unary("Asin", trigonometry.asin),
  unary("Acos", trigonometry.acos),
  unary("Atan", trigonometry.atan),
  unary("Sinh", trigonometry.sinh),
  unary("Cosh", trigonometry.cosh),
  unary("Asinh", trigonometry.asinh),
  unary("Acosh", trigonometry.acosh),
  unary("Atanh", trigonometry.atanh),
  { operator: "IsNaN", becomes: ["notEqual"], read: (node, write) => isNoNumber(write, node.input(0)) },
  {
    operator: "IsInf",
    becomes: ["abs", "equal", "greater"],
    read: (node, write) =>
      isInfinite(write, node.input(0), {
        positive: node.flag("detect_positive", true),
        negative: node.flag("detect_negative", true),
      }),
  },
  { operator: "Cast", becomes: ["cast"], read: readCast },
  {
    operator: "CastLike",
    becomes: ["cast"],
    read: (node, write) => castTo(write, node.input(0), node.input(1).dtype),
  },
  { operator: "Identity", becomes: [], read: identity },
  { operator: "Dropout", becomes: [], read: readDropout },
];
