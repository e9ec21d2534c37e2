import type { BoundNode, FusedActivation } from "../../graph/node.js";
import { requireThat } from "../../graph/not-runnable.js";
import { alternatives, type DType, elementCount, type Tensor, type TensorType } from "../../graph/tensor.js";
import { broadcastLoops, broadcastShape, forEachBroadcast, operands } from "../../numerics/broadcast.js";
import { applyActivation, integerParameters } from "../../numerics/requantization.js";
import { anyOrder, type Operator, type QuantizationRule, type Values, valuesLike } from "../operator.js";

/** Attributes of an elementwise operator of two tensors. */
export interface BinaryAttributes {
  activation: FusedActivation;
}

/** What tells one elementwise operator from another. */
export interface BinaryKind {
  name: string;
  /**
   * The operator on real numbers, or on whole ones.
   *
   * @param whole whether the operands are integers without scale
   */
  compute(first: number, second: number, whole: boolean): number;
  /** Dtypes of the operands; float32, int32, int64, int8 and int16 where absent. */
  dtypes?: readonly DType[];
  /** The second operand's dtype by that of the first, where it is another. */
  second?: Partial<Record<DType, DType>>;
  /** The output's dtype where it is another than the operands'. */
  output?: DType;
  /** How post-training quantization treats it; calibrated where absent. */
  quantization?: QuantizationRule;
  /** Throws `NotRunnable` where the scales of int8 or int16 tensors do not fit. */
  checkScales(first: Tensor, second: Tensor, output: Tensor, activation: FusedActivation): void;
}

const arithmeticTypes: readonly DType[] = ["float32", "int32", "int64", "int8", "int16"];

/** Whether a tensor's integers stand for real numbers, whatever their scale is. */
export function isQuantized({ dtype }: Tensor): boolean {
  return dtype === "int8" || dtype === "int16";
}

/** The dtype of the first of two operands, one of a kind's. Throws `NotRunnable`. */
function operandType(first: Tensor, second: Tensor, kind: BinaryKind): DType {
  const { dtype } = first;
  const dtypes = kind.dtypes ?? arithmeticTypes;
  requireThat(dtypes.includes(dtype), `the first input is ${dtype}; ${alternatives(dtypes)} is expected`);
  const other = kind.second?.[dtype] ?? dtype;
  requireThat(
    second.dtype === other,
    `the second input is ${second.dtype}; ${other} is expected${other === dtype ? ", as the first" : ` beside ${dtype}`}`,
  );
  return dtype;
}

/** An elementwise operator of two tensors with broadcasting and a fused activation. Either operand may be constant. */
export function binary(kind: BinaryKind): Operator<BinaryAttributes> {
  return {
    name: kind.name,
    quantization: kind.quantization ?? { output: "calibrated" },
    infer(node): TensorType[] {
      const [first, second] = operands(node.inputs);
      const dtype = operandType(first, second, kind);
      broadcastLoops(first.shape, second.shape);
      if (isQuantized(first)) {
        for (const output of node.outputs) {
          for (const tensor of [first, second, ...(isQuantized(output) ? [output] : [])])
            integerParameters(tensor);
          kind.checkScales(first, second, output, node.attributes.activation);
        }
      }
      return [{ dtype: kind.output ?? dtype, shape: broadcastShape(first.shape, second.shape) }];
    },
    macs: () => 0,
    reordered: anyOrder,
    reference(node, inputs) {
      const { activation } = node.attributes;
      const limit = kind.output === undefined ? activation : "none";
      const whole = isWhole(node);
      return [combine(node, inputs, (a, b) => applyActivation(limit, kind.compute(a, b, whole)))];
    },
  };
}

/** Whether a node computes with integers that have no scale. */
export function isWhole(node: BoundNode): boolean {
  const input = node.inputs[0];
  return input !== undefined && input.dtype !== "float32" && input.quantization === undefined;
}

/** A function of two elements, over both inputs of a node. */
function combine(
  node: BoundNode,
  inputs: readonly (Values | undefined)[],
  compute: (a: number, b: number) => number,
): Values {
  const shapes = operands(node.inputs).map(({ shape }) => shape);
  const [a, b] = operands(inputs);
  const output = valuesLike(a, elementCount(broadcastShape(...shapes)));
  forEachBroadcast(shapes, (at, i, j) => {
    output[at] = compute(a[i] as number, b[j] as number);
  });
  return output;
}
