import type { Accelerator } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { floatPoolParameters, poolParameters } from "../../abi/parameters.js";
import type { DType, Tensor } from "../../graph/tensor.js";
import { floatActivationRange, quantizedActivationRange } from "../../numerics/requantization.js";
import { type Pool2dAttributes, poolGeometry } from "../../ops/convolution/pool-2d.js";
import { acceleratedWindow } from "../accelerated.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/**
 * How a pool runs: a kernel of the operator's name and the dtype's that takes `poolParameters`, of float32
 * `floatPoolParameters`.
 *
 * @param accelerators by the dtype
 */
export function pool2d(
  operator: string,
  dtypes: readonly DType[],
  accelerators: Partial<Record<DType, Accelerator>> = {},
): Lowering<Pool2dAttributes> {
  return {
    operator,
    dtypes,
    scratchBytes: () => [blockBytes(poolParameters)],
    // Without padding no output lies before the first input that it is made of.
    inPlace: ({ attributes: { padding } }) => (padding.top === 0 && padding.left === 0 ? [0] : []),
    emit(node, placement) {
      const g = poolGeometry(node);
      const { filterHeight, filterWidth, strideHeight, strideWidth, padding, activation, halves } =
        node.attributes;
      const values = {
        input: placement.inputs[0] as number,
        output: placement.outputs[0] as number,
        batches: g.batches,
        inputHeight: g.inputHeight,
        inputWidth: g.inputWidth,
        outputHeight: g.outputHeight,
        outputWidth: g.outputWidth,
        channels: g.channels,
        filterHeight,
        filterWidth,
        strideHeight,
        strideWidth,
        padTop: padding.top,
        padLeft: padding.left,
      };
      const { dtype } = g.input;
      const name = kernelName(operator, dtype);
      if (dtype !== "int8" && dtype !== "int16") {
        const { lowest: low, highest: high } = floatActivationRange(activation);
        const kernel = { name, parameters: floatPoolParameters };
        return [callKernel(kernel, { ...values, low, high }, placement.scratch, placement)];
      }
      const range = quantizedActivationRange(activation, node.outputs[0] as Tensor);
      if (dtype === "int8" && halves === "up") {
        const kernel = { name: `${operator}HalvesUpInt8`, parameters: poolParameters };
        return [callKernel(kernel, { ...values, ...range }, placement.scratch, placement)];
      }
      const native = acceleratedWindow(accelerators[dtype], values);
      const kernel = { name, parameters: poolParameters, accelerator: native };
      return [callKernel(kernel, { ...values, ...range }, placement.scratch, placement)];
    },
  };
}
