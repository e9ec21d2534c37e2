import { type Tensor, unsignedOffset } from "../graph/tensor.js";

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
