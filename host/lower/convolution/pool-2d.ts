import type { Accelerator } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { poolParameters } from "../../abi/parameters.js";
import type { Tensor } from "../../graph/tensor.js";
import { int8ActivationRange } from "../../numerics/requantization.js";
import { type Pool2dAttributes, poolGeometry } from "../../ops/convolution/pool-2d.js";
import { acceleratedWindow } from "../accelerated.js";
import { callKernel } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** How a pool runs: a kernel that takes `poolParameters`. */
export function pool2d(
  operator: string,
  kernel: string,
  accelerator?: Accelerator,
): Lowering<Pool2dAttributes> {
  return {
    operator,
    dtypes: ["int8"],
    scratchBytes: () => [blockBytes(poolParameters)],
    // Without padding no output lies before the first input that it is made of.
    inPlace: ({ attributes: { padding } }) => (padding.top === 0 && padding.left === 0 ? [0] : []),
    emit(node, placement) {
      const g = poolGeometry(node);
      const { filterHeight, filterWidth, strideHeight, strideWidth, padding, activation } = node.attributes;
      const { low, high } = int8ActivationRange(activation, node.outputs[0] as Tensor);
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
        low,
        high,
      };
      const native = acceleratedWindow(accelerator, values);
      return [
        callKernel(
          { name: kernel, parameters: poolParameters, accelerator: native },
          values,
          placement.scratch,
          placement,
        ),
      ];
    },
  };
}
