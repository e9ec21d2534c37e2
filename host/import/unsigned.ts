import { type Quantization, type Tensor, unsignedOffset } from "../graph/tensor.js";

/** Scales of uint8 as those of int8, whose numbers are all less. */
export function signedScales(quantization: Quantization): Quantization {
  const zeroPoint = quantization.zeroPoint.map((unsigned) => unsigned - unsignedOffset);
  return { ...quantization, zeroPoint };
}

/**
 * A quantized uint8 tensor as int8 of the same real values; undefined for any other. Only differences to zero points
 * enter the arithmetic of operators, so that a model of uint8 is one of int8 whose numbers are all less by 128.
 */
export function asSigned({ dtype, quantization, data, ...tensor }: Tensor): Tensor | undefined {
  if (dtype !== "uint8" || quantization === undefined) return undefined;
  return {
    ...tensor,
    dtype: "int8",
    quantization: signedScales(quantization),
    ...(data === undefined ? {} : { data: Int8Array.from(data as Uint8Array, (q) => q - unsignedOffset) }),
  };
}

/** The uint8 tensor that became this one of int8, but for its data. */
export function asUnsigned({ name, shape, quantization }: Tensor): Tensor {
  const zeroPoint = (quantization?.zeroPoint ?? []).map((signed) => signed + unsignedOffset);
  return {
    name,
    shape,
    dtype: "uint8",
    ...(quantization === undefined ? {} : { quantization: { ...quantization, zeroPoint } }),
  };
}
