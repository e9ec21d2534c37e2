import { NotRunnable, requireThat } from "../../../graph/not-runnable.js";
import {
  type DType,
  elementCount,
  integerRange,
  type Quantization,
  type Tensor,
} from "../../../graph/tensor.js";
import { cast } from "../../../ops/conversion/cast.js";
import { dequantize } from "../../../ops/conversion/dequantize.js";
import { quantize } from "../../../ops/conversion/quantize.js";
import { maximum, minimum } from "../../../ops/elementwise/arithmetic.js";
import { round } from "../../../ops/elementwise/functions.js";
import { reduceMax, reduceMin } from "../../../ops/reduction/reduce.js";
import { differenceOf, productOf, quotientOf, sumOf } from "../../compose/arithmetic.js";
import { expanded, reshaped } from "../../compose/movement.js";
import { castTo } from "../../compose/whole-numbers.js";
import type { GraphWriter } from "../../graph-writer.js";
import {
  inGraph,
  markUnsigned,
  plainIntegers,
  quantizedAs,
  quantizedConstant,
} from "../quantized-tensors.js";
import { elementDtype } from "../tensors.js";
import type { OnnxMapping, OnnxNode } from "./mapping.js";

/** Constants of integers that constants of float32 stand for. */
const integersBehind = new WeakMap<Tensor, Tensor>();

/** The constant of integers with scales behind one of float32; undefined where there is none. */
export function integersOf(tensor: Tensor): Tensor | undefined {
  return integersBehind.get(tensor);
}

/** Dtypes whose integers with a scale the graph's operators know. */
const quantizedDtypes: readonly DType[] = ["int8", "uint8", "int16", "int32"];

/** Constant scales and zero points; undefined where some are computed, or lie in blocks. */
function constantScales(
  scale: Tensor,
  zeroPoint: Tensor | undefined,
  axis: number,
  { shape }: Tensor,
): Quantization | undefined {
  if (scale.data === undefined || (zeroPoint !== undefined && zeroPoint.data === undefined)) return undefined;
  const scales = Array.from(scale.data, Number);
  const isOne = scales.length === 1;
  if (!isOne && (scale.shape.length !== 1 || scales.length !== shape[axis])) return undefined;
  const zeros =
    zeroPoint === undefined ? scales.map(() => 0) : Array.from(zeroPoint.data as Int8Array, Number);
  if (zeros.length !== scales.length || scales.some((value) => !(value > 0 && Number.isFinite(value))))
    return undefined;
  return { scale: scales, zeroPoint: zeros, axis: isOne ? 0 : axis };
}

/** Scales or zero points as they broadcast to a tensor: of all of it, along an axis, or in blocks along it. */
function broadcastTo(
  write: GraphWriter,
  values: Tensor,
  axis: number,
  blocks: number,
  { shape }: Tensor,
): Tensor {
  if (elementCount(values.shape) === 1) return reshaped(write, values, []);
  if (values.shape.length === 1) {
    const ones = shape.map((_, i) => (i === axis ? (values.shape[0] as number) : 1));
    return reshaped(write, values, ones);
  }
  requireThat(blocks > 0, `scales have ${values.shape.length} axes, but there is no block_size`);
  const split = values.shape.toSpliced(axis + 1, 0, 1);
  const whole = expanded(write, reshaped(write, values, split), values.shape.toSpliced(axis + 1, 0, blocks));
  const merged = values.shape.map((length, i) => (i === axis ? length * blocks : length));
  return reshaped(write, whole, merged);
}

/** The axis of several scales; that of one scale need not exist. */
function axisOf(node: OnnxNode, { shape }: Tensor): number {
  const axis = node.integer("axis", 1);
  return axis < 0 ? axis + shape.length : axis;
}

/** (integers - zero point) * scale, as it is defined. */
export function dequantized(
  write: GraphWriter,
  integers: Tensor,
  scale: Tensor,
  zeroPoint: Tensor | undefined,
): Tensor {
  const plain = plainIntegers(write, integers);
  const wide =
    plain.dtype === "int32" || zeroPoint === undefined ? plain : write.node(cast, { to: "int32" }, [plain]);
  const zero =
    zeroPoint && (zeroPoint.dtype === "int32" ? zeroPoint : write.node(cast, { to: "int32" }, [zeroPoint]));
  const difference = zero === undefined ? wide : differenceOf(write, wide, zero);
  return productOf(write, castTo(write, difference, "float32"), scale);
}

/** Real numbers limited to what a type holds. */
function limited(write: GraphWriter, values: Tensor, [low, high]: readonly [number, number]): Tensor {
  const none = { activation: "none" as const };
  const least = write.node(maximum, none, [values, write.scalar(low)]);
  return write.node(minimum, none, [least, write.scalar(high)]);
}

/** The nearest integers (of two the even one) to values / scale + zero point, within their type, as it is defined. */
export function quantizedByDefinition(
  write: GraphWriter,
  values: Tensor,
  scale: Tensor,
  zeroPoint: Tensor | undefined,
  to: Exclude<DType, "float32">,
  range = integerRange[to],
): Tensor {
  const nearest = write.node(round, {}, [quotientOf(write, values, scale)]);
  const moved =
    zeroPoint === undefined ? nearest : sumOf(write, nearest, castTo(write, zeroPoint, "float32"));
  return write.node(cast, { to }, [limited(write, moved, range)]);
}

/** The type that a node quantizes to, and the range of its integers: of 4 bits, where the file says so. */
function targetOf(node: OnnxNode): { to: Exclude<DType, "float32">; range: readonly [number, number] } {
  const stated = node.integer("output_dtype", 0);
  const to = node.inputs[2]?.dtype ?? (stated === 0 ? "uint8" : elementDtype(stated));
  if (to === undefined || to === "float32") throw new NotRunnable("floats of 8 bits are not supported");
  const isUint16 = stated === 4 || (to === "int32" && stated === 0);
  return { to, range: isUint16 ? [0, 65535] : integerRange[to] };
}

/** The integers of a type that stand for real numbers. */
export function integersFor(
  write: GraphWriter,
  values: Tensor,
  { scale, zeroPoint, axis, blocks }: Scales,
  { to, range }: ReturnType<typeof targetOf>,
): Tensor {
  const known = constantScales(scale, zeroPoint, axis, values);
  const isOne = known?.scale.length === 1 && values.data === undefined;
  if (isOne && quantizedDtypes.includes(to) && to !== "int32") {
    const output = inGraph(to, { ...known, halves: "even" });
    const integers = write.node(quantize, {}, [values], { output });
    return to === "uint8" ? markUnsigned(integers) : integers;
  }
  const place = (tensor: Tensor): Tensor => broadcastTo(write, tensor, axis, blocks, values);
  return quantizedByDefinition(write, values, place(scale), zeroPoint && place(zeroPoint), to, range);
}

function readQuantize(node: OnnxNode, write: GraphWriter): Tensor {
  const values = castTo(write, plainIntegers(write, node.input(0)), "float32");
  const blocks = node.integer("block_size", 0);
  const scales = { scale: node.input(1), zeroPoint: node.inputs[2], axis: axisOf(node, values), blocks };
  return integersFor(write, values, scales, targetOf(node));
}

/** What tells how integers stand for real numbers. */
interface Scales {
  scale: Tensor;
  zeroPoint: Tensor | undefined;
  /** Axis along which scales lie, where there are several; blocks of so many indices have one each, where that is above 0. */
  axis: number;
  blocks: number;
}

/** The real numbers that integers stand for. */
export function realNumbers(
  write: GraphWriter,
  integers: Tensor,
  { scale, zeroPoint, axis, blocks }: Scales,
): Tensor {
  const known = constantScales(scale, zeroPoint, axis, integers);
  const { dtype } = integers;
  if (known !== undefined && integers.data !== undefined && quantizedDtypes.includes(dtype)) {
    const behind = quantizedConstant(integers, known);
    const values = write.node(dequantize, {}, [behind]);
    integersBehind.set(values, behind);
    const isOperand = known.scale.length === 1 && behind.dtype === "int8";
    return isOperand ? Object.assign(values, { integers: behind }) : values;
  }
  const own =
    known && quantizedDtypes.includes(dtype)
      ? quantizedAs(write, integers, known, write.isInput(integers))
      : undefined;
  if (own !== undefined) return write.node(dequantize, {}, [own]);
  const place = (tensor: Tensor): Tensor => broadcastTo(write, tensor, axis, blocks, integers);
  return dequantized(write, integers, place(scale), zeroPoint && place(zeroPoint));
}

function readDequantize(node: OnnxNode, write: GraphWriter): Tensor {
  const integers = node.input(0);
  const blocks = node.integer("block_size", 0);
  const scales = { scale: node.input(1), zeroPoint: node.inputs[2], axis: axisOf(node, integers), blocks };
  return realNumbers(write, integers, scales);
}

/** uint8 with the scale that the values themselves ask for: their range with 0 in it, in 255 steps. */
function readDynamicQuantize(node: OnnxNode, write: GraphWriter): readonly Tensor[] {
  const values = node.input(0);
  const all = { axes: [...values.shape.keys()], keepDims: false };
  const none = { activation: "none" as const };
  const zero = write.scalar(0);
  const high = write.node(maximum, none, [write.node(reduceMax, all, [values]), zero]);
  const low = write.node(minimum, none, [write.node(reduceMin, all, [values]), zero]);
  const scale = quotientOf(write, differenceOf(write, high, low), write.scalar(255));
  const start = quotientOf(write, differenceOf(write, zero, low), scale);
  const nearest = write.node(round, {}, [limited(write, start, [0, 255])]);
  const zeroPoint = write.node(cast, { to: "uint8" }, [nearest]);
  return [quantizedByDefinition(write, values, scale, zeroPoint, "uint8"), scale, zeroPoint];
}

/** What tells integers from real numbers. */
export const quantization: readonly OnnxMapping[] = (["", "com.microsoft"] as const).flatMap((domain) => [
  {
    operator: "QuantizeLinear",
    ...(domain === "" ? {} : { domain }),
    becomes: ["quantize"],
    takesQuantized: true,
    read: readQuantize,
  },
  {
    operator: "DequantizeLinear",
    ...(domain === "" ? {} : { domain }),
    becomes: ["dequantize"],
    takesQuantized: true,
    read: readDequantize,
  },
]);

/** Scales that the values themselves ask for. */
export const dynamicQuantization: readonly OnnxMapping[] = [
  {
    operator: "DynamicQuantizeLinear",
    becomes: ["reduceMax", "reduceMin", "maximum", "minimum", "sub", "div", "round", "add", "cast"],
    read: readDynamicQuantize,
  },
];
