import { accelerators } from "../../abi/accelerators.js";
import { blockBytes } from "../../abi/block.js";
import { dequantizeParameters } from "../../abi/parameters.js";
import { signalWorks } from "../../abi/signal-works.js";
import { type DType, elementCount } from "../../graph/tensor.js";
import { integerParameters, quantizedTypes } from "../../numerics/requantization.js";
import { onlyInput } from "../../ops/elementwise/lookup-table.js";
import { callKernel, kernelName } from "../kernel.js";
import type { Lowering } from "../lowering.js";

/** What accelerators do of it. */
const works: Partial<Record<DType, number>> = {
  int8: signalWorks.dequantizeInt8,
  int16: signalWorks.dequantizeInt16,
};

/** Integers to float32. */
export const dequantize: Lowering = {
  operator: "dequantize",
  dtypes: quantizedTypes,
  scratchBytes: () => [blockBytes(dequantizeParameters)],
  emit(node, placement) {
    const input = onlyInput(node);
    const { scale, zeroPoint } = integerParameters(input);
    const work = works[input.dtype];
    return [
      callKernel(
        {
          name: kernelName("dequantize", input.dtype),
          parameters: dequantizeParameters,
          companion: work === undefined ? undefined : accelerators.signal,
        },
        {
          work: work ?? signalWorks.none,
          input: placement.inputs[0] as number,
          output: placement.outputs[0] as number,
          elements: elementCount(input.shape),
          scale,
          zeroPoint,
        },
        placement.scratch,
        placement,
      ),
    ];
  },
};
