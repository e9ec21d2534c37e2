import { perTensor, type Quantization, type Tensor } from "../../graph/tensor.js";
import { cast } from "../../ops/conversion/cast.js";
import { quantize } from "../../ops/conversion/quantize.js";
import type { GraphWriter } from "../graph-writer.js";
import { asSigned, asUnsigned, signedScales } from "../unsigned.js";

/*
 * ONNX has integers and, apart from them, the scales by which they stand for real numbers; tensors of the graph know their
 * own scale, and uint8 with one is int8 there, less by 128. What a file's tensors are in the graph is kept here.
 */

/** Tensors of int8 that are uint8 in the file. */
const unsigned = new WeakSet<Tensor>();

/** The int8 tensors that uint8 inputs of the model are read as. */
const signed = new WeakMap<Tensor, Tensor>();

/** Whether a tensor of int8 is one of uint8 in the file. */
export function wasUnsigned(tensor: Tensor): boolean {
  return unsigned.has(tensor);
}

/** Marks a tensor of int8 as one of uint8 in the file, and answers it. */
export function markUnsigned(tensor: Tensor): Tensor {
  unsigned.add(tensor);
  return tensor;
}

/** A quantization as it is in the graph, and the dtype there: uint8 is int8. */
export function inGraph(
  dtype: Tensor["dtype"],
  quantization: Quantization,
): { dtype: Tensor["dtype"]; quantization: Quantization } {
  return dtype === "uint8"
    ? { dtype: "int8", quantization: signedScales(quantization) }
    : { dtype, quantization };
}

/** A constant of integers with its scales, as it is in the graph. */
export function quantizedConstant(tensor: Tensor, given: Quantization): Tensor {
  const own = { ...tensor, quantization: given };
  return asSigned(own) ?? own;
}

/** Whether two tensors have the same scale and zero point each. */
function isSame(a: Quantization | undefined, b: Quantization): boolean {
  return a !== undefined && a.scale.join() === b.scale.join() && a.zeroPoint.join() === b.zeroPoint.join();
}

/**
 * The tensor of the graph that has the file's integers and these scales: one that was quantized so, or an input of the
 * model, which then has the scale. Undefined where the integers come from elsewhere or have other scales.
 *
 * @param isInput whether the tensor is an input of the model
 */
export function quantizedAs(
  write: GraphWriter,
  tensor: Tensor,
  given: Quantization,
  isInput: boolean,
): Tensor | undefined {
  if (given.scale.length !== 1) return undefined;
  const { dtype, quantization } = inGraph(tensor.dtype, given);
  if (tensor.data !== undefined) return quantizedConstant(tensor, given);
  if (wasUnsigned(tensor)) {
    return isSame(tensor.quantization, signedScales(given)) ? tensor : undefined;
  }
  if (isInput && tensor.quantization === undefined) tensor.quantization = given;
  if (!isSame(tensor.quantization, given)) return undefined;
  if (tensor.dtype !== "uint8") return tensor;
  const known = signed.get(tensor);
  if (known !== undefined) return known;
  const own = markUnsigned(write.node(quantize, {}, [tensor], { output: { dtype, quantization } }));
  signed.set(tensor, own);
  return own;
}

/** A tensor as the file has it at its ends: uint8 again, where it is int8 in the graph. */
export function asInFile(write: GraphWriter, tensor: Tensor): Tensor {
  if (!wasUnsigned(tensor) || perTensor(tensor) === undefined) return tensor;
  const { dtype, quantization } = asUnsigned(tensor);
  return write.node(quantize, {}, [tensor], { output: { dtype, ...(quantization && { quantization }) } });
}

/** The integers of a tensor without their scale, for operators that compute with the integers themselves. */
export function plainIntegers(write: GraphWriter, tensor: Tensor): Tensor {
  if (tensor.quantization === undefined || tensor.dtype === "float32") return tensor;
  const own = asInFile(write, tensor);
  const { dtype } = own;
  if (tensor.data !== undefined) {
    const { quantization: _, ...plain } = own;
    return plain;
  }
  const wide = write.node(cast, { to: "int32" }, [own]);
  return dtype === "int32" ? wide : write.node(cast, { to: dtype }, [wide]);
}

/** Operators that move integers as they are, or lie between them, which keep their scale. */
const moving = new Set(
  (
    "Identity Dropout Transpose Reshape Flatten Squeeze Unsqueeze Slice Split Concat Gather GatherElements GatherND Expand " +
    "Tile DepthToSpace SpaceToDepth MaxPool GlobalMaxPool Resize Upsample"
  ).split(" "),
);

/** What an operator is given: quantized integers where it only moves them and all have one scale, else plain ones. */
export function integersFor(
  write: GraphWriter,
  operator: string,
  inputs: readonly (Tensor | undefined)[],
): readonly (Tensor | undefined)[] {
  const scales = inputs.flatMap((input) =>
    input === undefined || input.dtype === "float32" || input.quantization === undefined
      ? []
      : [`${wasUnsigned(input)} ${input.quantization.scale} ${input.quantization.zeroPoint}`],
  );
  // What is joined has the scale, all of it; other operators' further inputs are indices and lengths.
  const isJoint = operator !== "Concat" || scales.length === inputs.length;
  if (scales.length === 0 || (moving.has(operator) && isJoint && new Set(scales).size === 1)) return inputs;
  return inputs.map((input) => input && plainIntegers(write, input));
}

/** Marks what an operator that moves integers made of unsigned ones. */
export function markMoved(
  inputs: readonly (Tensor | undefined)[],
  outputs: readonly (Tensor | undefined)[],
): void {
  if (!inputs.some((input) => input !== undefined && wasUnsigned(input))) return;
  for (const output of outputs)
    if (output?.dtype === "int8" && output.quantization !== undefined) unsigned.add(output);
}
