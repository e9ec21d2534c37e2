import type { Tensor } from "../graph/tensor.js";
import type { GraphWriter } from "../import/graph-writer.js";
import { cast } from "../ops/conversion/cast.js";
import { dequantize } from "../ops/conversion/dequantize.js";

/** A tensor in float32: the real numbers that its integers stand for, or the integers where they have no scale. */
export function asReal(write: GraphWriter, tensor: Tensor): Tensor {
  if (tensor.dtype === "float32") return tensor;
  return tensor.quantization === undefined
    ? write.node(cast, { to: "float32" }, [tensor])
    : write.node(dequantize, {}, [tensor]);
}
