import type { BoundNode } from "../../graph/node.js";
import { NotRunnable, requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType, type Tensor } from "../../graph/tensor.js";
import { quantizedInt16Table } from "../../numerics/int16-table.js";
import type { LineConstants } from "../../numerics/lines.js";
import { int8Parameters, integerParameters, roundHalfAway } from "../../numerics/requantization.js";
import { anyOrder, type Operator, type QuantizationRule } from "../operator.js";
import { int8Table, onlyInput } from "./lookup-table.js";

/** Dtypes of elements that stand for real numbers. */
export const realTypes: readonly DType[] = ["float32", "int8", "int16"];

/** What tells one function of single elements from another. */
export interface UnaryKind<Attributes extends object = object> {
  name: string;
  /** The function on real numbers. */
  real(value: number, attributes: Attributes): number;
  /** Dtypes that it takes; `realTypes` where absent. */
  dtypes?: readonly DType[];
  /** How post-training quantization treats it; calibrated where absent. */
  quantization?: QuantizationRule;
  /** Throws `NotRunnable` where attributes are none. */
  checkAttributes?(attributes: Attributes): void;
  /** The output byte of every int8; by default that of the real function. Throws `NotRunnable`. */
  table?(node: BoundNode<Attributes>): Uint8Array;
  /** Of int16: two straight lines where the function is that. Throws `NotRunnable`. */
  lines?(node: BoundNode<Attributes>): LineConstants;
  /** Throws `NotRunnable` where int16 tensors do not fit that have neither lines nor a table. */
  checkInt16?(node: BoundNode<Attributes>): void;
}

/** The output of a node of one output. */
export function onlyOutput(node: BoundNode): Tensor {
  const [output] = node.outputs;
  if (output === undefined) throw new NotRunnable("the output is missing");
  return output;
}

/**
 * Table of a real function on int8, in float32 as TFLite's `LUTPopulate` computes it: its kernels of ELU, GELU, EXP, LOG
 * and others. Where the function has no value, the least integer.
 */
function realTable(node: BoundNode, real: (value: number) => number): Uint8Array {
  const input = int8Parameters(onlyInput(node));
  const output = int8Parameters(onlyOutput(node));
  const inverse = Math.fround(1 / output.scale);
  return int8Table((q) => {
    const value = Math.fround(real(Math.fround(input.scale * (q - input.zeroPoint))));
    const steps = roundHalfAway(Math.fround(value * inverse)) + output.zeroPoint;
    return Number.isNaN(steps) ? -128 : steps;
  });
}

/**
 * Table of a real function on int16: 513 values between which straight lines lie. TFLite has it for EXP, LOG and RSQRT;
 * others follow it.
 */
export function int16Table(node: BoundNode, { real }: UnaryKind): Int16Array {
  const [input, output] = [integerParameters(onlyInput(node)), integerParameters(onlyOutput(node))];
  return quantizedInt16Table((value) => real(value, node.attributes), input, output);
}

/** An operator that is a function of single elements. */
export interface UnaryOperator<Attributes extends object = object> extends Operator<Attributes> {
  readonly kind: UnaryKind<Attributes>;
}

/** The operator of a function of single elements: int8 by a table. */
export function unary<Attributes extends object = object>(
  kind: UnaryKind<Attributes>,
): UnaryOperator<Attributes> {
  const table = (node: BoundNode<Attributes>): Uint8Array =>
    kind.table?.(node) ?? realTable(node, (value) => kind.real(value, node.attributes));
  const dtypes = kind.dtypes ?? realTypes;
  return {
    name: kind.name,
    kind,
    quantization: kind.quantization ?? { output: "calibrated" },
    infer(node) {
      const input = onlyInput(node);
      const { dtype, shape } = input;
      requireThat(dtypes.includes(dtype), `input is ${dtype}; ${alternatives(dtypes)} is expected`);
      kind.checkAttributes?.(node.attributes);
      if (dtype === "int8") table(node);
      if (dtype === "int16") {
        if (kind.lines !== undefined) kind.lines(node);
        else if (kind.checkInt16 !== undefined) kind.checkInt16(node);
        else for (const tensor of [input, onlyOutput(node)]) integerParameters(tensor);
      }
      return [{ dtype, shape }];
    },
    macs: () => 0,
    reordered: anyOrder,
    byteTable: (node) => (onlyInput(node).dtype === "int8" ? table(node) : undefined),
    reference: (node, [input]) => [(input as Float32Array).map((value) => kind.real(value, node.attributes))],
  };
}
