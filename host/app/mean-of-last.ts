import type { Tensor } from "../graph/tensor.js";
import type { GraphWriter } from "../import/graph-writer.js";
import { shiftRegister } from "../ops/recurrent/shift-register.js";
import { mean } from "../ops/reduction/mean.js";

/** The mean of what a float32 tensor was the last times, of zeros before the first. */
export function meanOfLast(write: GraphWriter, tensor: Tensor, count: number): Tensor {
  if (count === 1) return tensor;
  const kept: Tensor = { name: `${tensor.name} (before)`, dtype: "float32", shape: [count, ...tensor.shape] };
  const last = write.node(shiftRegister, {}, [tensor], { variables: [kept] });
  return write.node(mean, { axes: [0], keepDims: false }, [last]);
}
